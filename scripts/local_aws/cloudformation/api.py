"""The CloudFormation API: stacks, their resources, events, templates and exports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from moto.core.responses import BaseResponse

from local_aws import validation
from local_aws.cloudformation import creating, deleting, store, updating, views
from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.model import Stack
from local_aws.cloudformation.requests import Params, ask_of, assumable, place, template_of
from local_aws.cloudformation.template import load, parse_template

PAGE = 100
"""Entries of one page; CloudFormation's pages are of a megabyte or a hundred."""


class CloudFormation(BaseResponse):  # type: ignore[misc]  # moto is read untyped
    """Answers for CloudFormation; operations are added by `operation`."""

    def __init__(self) -> None:
        super().__init__(service_name="cloudformation")
        self.automated_parameter_parsing = True


Handler = Callable[[BaseResponse, Params], dict[str, Any]]


def operation(name: str) -> Callable[[Handler], Handler]:
    """Register the handler of an operation, e.g. `CreateStack`."""

    def register(handler: Handler) -> Handler:
        method = validation.served("cloudformation", name, handler)
        setattr(CloudFormation, method.__name__, method)
        return handler

    return register


def page(entries: Sequence[Any], params: Params, key: str, most: int = PAGE) -> dict[str, Any]:
    """One page of a list, of `most` entries; the token is the position."""
    start = int(params.get("NextToken") or 0)
    shown = {key: list(entries[start : start + most])}
    return shown | ({"NextToken": str(start + most)} if len(entries) > start + most else {})


def _stack(caller: BaseResponse, params: Params) -> Stack:
    return store.get(*place(caller), str(params.get("StackName", "")))


@operation("CreateStack")
def _create_stack(caller: BaseResponse, params: Params) -> dict[str, Any]:
    return {"StackId": creating.create(*place(caller), ask_of(caller, params)).id}


@operation("UpdateStack")
def _update_stack(caller: BaseResponse, params: Params) -> dict[str, Any]:
    stack = store.get(*place(caller), params["StackName"])
    updating.update(stack, ask_of(caller, params, stack))
    return {"StackId": stack.id}


@operation("DeleteStack")
def _delete_stack(caller: BaseResponse, params: Params) -> dict[str, Any]:
    stack = store.find(*place(caller), params["StackName"])
    if stack:
        if params.get("RoleARN"):
            stack.ask = replace(stack.ask, role_arn=assumable(caller, params["RoleARN"]))
        deleting.delete(stack, retained=params.get("RetainResources") or ())
    return {}


@operation("DescribeStacks")
def _describe_stacks(caller: BaseResponse, params: Params) -> dict[str, Any]:
    if "StackName" in params:
        return {"Stacks": [views.stack(_stack(caller, params))]}
    return page([views.stack(one) for one in store.living(*place(caller))], params, "Stacks")


@operation("ListStacks")
def _list_stacks(caller: BaseResponse, params: Params) -> dict[str, Any]:
    wanted = set(params.get("StackStatusFilter") or ())
    found = [s for s in store.every(*place(caller)) if not wanted or s.status in wanted]
    return page([views.summary(one) for one in found], params, "StackSummaries")


@operation("DescribeStackEvents")
def _describe_stack_events(caller: BaseResponse, params: Params) -> dict[str, Any]:
    return page(_stack(caller, params).events[::-1], params, "StackEvents")


@operation("DescribeStackResource")
def _describe_stack_resource(caller: BaseResponse, params: Params) -> dict[str, Any]:
    stack, name = _stack(caller, params), params["LogicalResourceId"]
    if name not in stack.resources:
        raise ValidationError(f"Resource {name} does not exist for stack {stack.name}")
    return {"StackResourceDetail": views.resource_detail(stack, stack.resources[name])}


@operation("DescribeStackResources")
def _describe_stack_resources(caller: BaseResponse, params: Params) -> dict[str, Any]:
    physical, logical = params.get("PhysicalResourceId"), params.get("LogicalResourceId")
    stacks = (
        [_stack(caller, params)] if "StackName" in params else list(store.living(*place(caller)))
    )
    found = [
        views.stack_resource(stack, one)
        for stack in stacks
        for one in stack.resources.values()
        if physical in (None, one.physical_id) and logical in (None, one.logical_id)
    ]
    if physical and not found:
        raise ValidationError(f"Stack for {physical} does not exist")
    return {"StackResources": found}


@operation("ListStackResources")
def _list_stack_resources(caller: BaseResponse, params: Params) -> dict[str, Any]:
    found = [views.resource(one) for one in _stack(caller, params).resources.values()]
    return page(found, params, "StackResourceSummaries")


@operation("GetTemplate")
def _get_template(caller: BaseResponse, params: Params) -> dict[str, Any]:
    text = _stack(caller, params).ask.template
    return {"TemplateBody": text, "StagesAvailable": ["Original", "Processed"]}


@operation("GetTemplateSummary")
def _get_template_summary(caller: BaseResponse, params: Params) -> dict[str, Any]:
    if "StackName" in params:
        return views.template_summary(_stack(caller, params).template)
    return views.template_summary(parse_template(template_of(caller, params)))


@operation("ValidateTemplate")
def _validate_template(caller: BaseResponse, params: Params) -> dict[str, Any]:
    text = template_of(caller, params)
    load(text)
    return views.validated(parse_template(text))


@operation("ListExports")
def _list_exports(caller: BaseResponse, params: Params) -> dict[str, Any]:
    found = [
        {"ExportingStackId": stack.id, "Name": name, "Value": value}
        for stack in store.living(*place(caller))
        for name, value in stack.exports.items()
    ]
    return page(found, params, "Exports")


@operation("ListImports")
def _list_imports(caller: BaseResponse, params: Params) -> dict[str, Any]:
    name = params["ExportName"]
    users = [stack.name for stack in store.living(*place(caller)) if name in stack.imports]
    if not users:
        raise ValidationError(f"Export '{name}' is not imported by any stack.")
    return page(users, params, "Imports")


@operation("UpdateTerminationProtection")
def _update_termination_protection(caller: BaseResponse, params: Params) -> dict[str, Any]:
    stack = _stack(caller, params)
    wanted = bool(params["EnableTerminationProtection"])
    stack.ask = replace(stack.ask, termination_protection=wanted)
    return {"StackId": stack.id}


@operation("SetStackPolicy")
def _set_stack_policy(caller: BaseResponse, params: Params) -> dict[str, Any]:
    _stack(caller, params).policy = str(params.get("StackPolicyBody", ""))
    return {}


@operation("GetStackPolicy")
def _get_stack_policy(caller: BaseResponse, params: Params) -> dict[str, Any]:
    policy = _stack(caller, params).policy
    return {"StackPolicyBody": policy} if policy else {}
