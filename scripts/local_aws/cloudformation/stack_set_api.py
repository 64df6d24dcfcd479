"""The CloudFormation API of StackSets."""

from __future__ import annotations

from typing import Any

from moto.core.responses import BaseResponse

from local_aws import organization
from local_aws.cloudformation import stack_instances, stack_sets
from local_aws.cloudformation.api import CloudFormation, operation, page
from local_aws.cloudformation.model import Ask
from local_aws.cloudformation.requests import Params, pairs_of, parameters_of, template_of
from local_aws.cloudformation.stack_sets import Instance, StackSet, get, owner_of
from local_aws.errors import Refusal

__all__ = ["CloudFormation"]


def _set(caller: BaseResponse, params: Params) -> StackSet:
    return get(owner_of(caller, params), params["StackSetName"])


def _ask(caller: BaseResponse, params: Params, before: Ask | None = None) -> Ask:
    text = before.template if before and params.get("UsePreviousTemplate") else ""
    tags = params.get("Tags")
    return Ask(
        name="",
        template=text or template_of(caller, params),
        parameters=parameters_of(params, before.parameters if before else {}),
        tags=dict(before.tags) if before and tags is None else pairs_of(tags),
        capabilities=tuple(params.get("Capabilities") or ()),
    )


def _shown(one: StackSet) -> dict[str, Any]:
    shown = {
        "StackSetName": one.name,
        "StackSetId": one.id,
        "StackSetARN": one.arn,
        "Description": one.description,
        "Status": "ACTIVE",
        "TemplateBody": one.ask.template,
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value}
            for key, value in one.ask.parameters.items()
        ],
        "Capabilities": list(one.ask.capabilities),
        "Tags": [{"Key": key, "Value": value} for key, value in one.ask.tags.items()],
        "PermissionModel": one.model,
        "AutoDeployment": dict(one.auto_deployment),
        "OrganizationalUnitIds": sorted({i.unit for i in one.instances.values() if i.unit}),
        "Regions": sorted({instance.region for instance in one.instances.values()}),
    }
    if one.looked:
        shown["StackSetDriftDetectionDetails"] = one.looked
    if one.model == stack_sets.SELF_MANAGED:
        shown["AdministrationRoleARN"] = one.administration_role
        shown["ExecutionRoleName"] = one.execution_role
    return {key: value for key, value in shown.items() if value}


def _instance(one: StackSet, instance: Instance) -> dict[str, Any]:
    shown = {
        "StackSetId": one.id,
        "Account": instance.account,
        "Region": instance.region,
        "StackId": instance.stack.id if instance.stack else "",
        "Status": instance.status,
        "StatusReason": instance.reason,
        "OrganizationalUnitId": instance.unit,
        "DriftStatus": instance.drift,
        "LastDriftCheckTimestamp": instance.looked,
    }
    detail = {"StackInstanceStatus": {"DetailedStatus": instance.detail}}
    return {key: value for key, value in shown.items() if value} | detail


def _management(caller: BaseResponse) -> None:
    if not organization.is_management(str(caller.current_account)):
        raise Refusal(
            "InvalidOperationException",
            "You must be the management account of an organization to perform this operation",
        )


@operation("ActivateOrganizationsAccess")
def _activate_organizations_access(caller: BaseResponse, _: Params) -> dict[str, Any]:
    _management(caller)
    organization.trust(organization.STACKSETS)
    return {}


@operation("DescribeOrganizationsAccess")
def _describe_organizations_access(caller: BaseResponse, _: Params) -> dict[str, Any]:
    own = str(caller.current_account)
    if not organization.is_delegated_administrator(own, organization.STACKSETS):
        _management(caller)
    trusted = organization.trusts(organization.STACKSETS)
    return {"Status": "ENABLED" if trusted else "DISABLED"}


@operation("CreateStackSet")
def _create_stack_set(caller: BaseResponse, params: Params) -> dict[str, Any]:
    owner = owner_of(caller, params)
    return {"StackSetId": stack_sets.create(owner, params, _ask(caller, params)).id}


@operation("UpdateStackSet")
def _update_stack_set(caller: BaseResponse, params: Params) -> dict[str, Any]:
    one = _set(caller, params)
    return {"OperationId": stack_instances.update(one, _ask(caller, params, one.ask), params)}


@operation("DeleteStackSet")
def _delete_stack_set(caller: BaseResponse, params: Params) -> dict[str, Any]:
    stack_sets.delete(owner_of(caller, params), params["StackSetName"])
    return {}


@operation("DescribeStackSet")
def _describe_stack_set(caller: BaseResponse, params: Params) -> dict[str, Any]:
    return {"StackSet": _shown(_set(caller, params))}


@operation("ListStackSets")
def _list_stack_sets(caller: BaseResponse, params: Params) -> dict[str, Any]:
    names = ("StackSetName", "StackSetId", "Description", "Status", "PermissionModel")
    found = [
        {key: value for key, value in _shown(one).items() if key in names}
        for one in stack_sets.every(owner_of(caller, params))
    ]
    return page(found, params, "Summaries")


@operation("CreateStackInstances")
def _create_stack_instances(caller: BaseResponse, params: Params) -> dict[str, Any]:
    return {"OperationId": stack_instances.operate(_set(caller, params), "CREATE", params)}


@operation("UpdateStackInstances")
def _update_stack_instances(caller: BaseResponse, params: Params) -> dict[str, Any]:
    return {"OperationId": stack_instances.operate(_set(caller, params), "UPDATE", params)}


@operation("DeleteStackInstances")
def _delete_stack_instances(caller: BaseResponse, params: Params) -> dict[str, Any]:
    return {"OperationId": stack_instances.operate(_set(caller, params), "DELETE", params)}


@operation("ListStackInstances")
def _list_stack_instances(caller: BaseResponse, params: Params) -> dict[str, Any]:
    one = _set(caller, params)
    account, region = params.get("StackInstanceAccount"), params.get("StackInstanceRegion")
    found = [
        _instance(one, instance)
        for instance in one.instances.values()
        if account in (None, instance.account) and region in (None, instance.region)
    ]
    return page(found, params, "Summaries")


@operation("DescribeStackInstance")
def _describe_stack_instance(caller: BaseResponse, params: Params) -> dict[str, Any]:
    one = _set(caller, params)
    key = (params["StackInstanceAccount"], params["StackInstanceRegion"])
    if key not in one.instances:
        text = "The specified stack instance doesn't exist."
        raise Refusal("StackInstanceNotFoundException", text)
    instance = one.instances[key]
    overrides = [
        {"ParameterKey": name, "ParameterValue": value}
        for name, value in instance.overrides.items()
    ]
    return {"StackInstance": _instance(one, instance) | {"ParameterOverrides": overrides}}


@operation("ListStackSetAutoDeploymentTargets")
def _list_stack_set_auto_deployment_targets(caller: BaseResponse, params: Params) -> dict[str, Any]:
    found = [
        {"OrganizationalUnitId": unit, "Regions": sorted(regions)}
        for unit, regions in sorted(_set(caller, params).units.items())
    ]
    return page(found, params, "Summaries")


@operation("ListStackSetOperations")
def _list_stack_set_operations(caller: BaseResponse, params: Params) -> dict[str, Any]:
    names = ("OperationId", "Action", "Status", "CreationTimestamp", "EndTimestamp")
    found = [
        {name: one[name] for name in names if name in one}
        for one in reversed(_set(caller, params).operations.values())
    ]
    return page(found, params, "Summaries")


@operation("DescribeStackSetOperation")
def _describe_stack_set_operation(caller: BaseResponse, params: Params) -> dict[str, Any]:
    found = _set(caller, params).operations.get(params["OperationId"])
    if found is None:
        raise Refusal("OperationNotFoundException", "The operation does not exist")
    return {"StackSetOperation": found}


@operation("ListStackSetOperationResults")
def _list_stack_set_operation_results(caller: BaseResponse, params: Params) -> dict[str, Any]:
    found = _set(caller, params).results.get(params["OperationId"])
    if found is None:
        raise Refusal("OperationNotFoundException", "The operation does not exist")
    return page(found, params, "Summaries")
