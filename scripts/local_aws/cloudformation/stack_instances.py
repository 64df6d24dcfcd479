"""The stacks of a stack set: which accounts and regions a call means, and bringing them there.

Self-managed sets deploy by account list through roles that must exist on both sides;
service-managed ones by OU, without roles. Operations are done when they are answered.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.utils import utcnow
from moto.iam.models import iam_backends

from local_aws import organization
from local_aws.cloudformation import admission, creating, deleting, updating
from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.model import Ask, Stack
from local_aws.cloudformation.requests import Params, parameters_of
from local_aws.cloudformation.stack_sets import SELF_MANAGED, SERVICE_MANAGED, Instance, StackSet
from local_aws.cloudformation.world import Outside
from local_aws.iam import calling

_NOBODY = ""
"""Whose key a stack set works with, roles aside: its operations go on after the call."""


def targets(one: StackSet, params: Params) -> list[tuple[str, str, str]]:
    """Account, region and OU of each instance a call means.

    Raises:
        ValidationError: The targets do not fit the set's permission model, or name no OU.
    """
    wanted = params.get("DeploymentTargets") or {}
    units = list(wanted.get("OrganizationalUnitIds") or ())
    accounts = list(params.get("Accounts") or wanted.get("Accounts") or ())
    if one.model == SELF_MANAGED:
        if units:
            raise ValidationError(
                "StackSets with SELF_MANAGED permission model can only have accounts as target"
            )
        found = [(account, "") for account in accounts]
    else:
        if not units:
            raise ValidationError(
                "StackSets with SERVICE_MANAGED permission model can only have "
                "OrganizationalUnit as target"
            )
        kind = wanted.get("AccountFilterType", "NONE")
        found = [(a, unit) for unit in units for a in _members(unit, kind, set(accounts))]
    regions = params.get("Regions") or ()
    return [(account, region, unit) for region in regions for account, unit in found]


def _members(unit: str, kind: str, accounts: set[str]) -> list[str]:
    try:
        members = set(organization.accounts_under(unit))
    except KeyError:
        raise ValidationError(f"OrganizationalUnit {unit} is not found") from None
    members.discard(organization.management_account())
    match kind:
        case "INTERSECTION":
            members &= accounts
        case "DIFFERENCE":
            members -= accounts
        case "UNION":
            members |= accounts
    return sorted(members)


def operate(one: StackSet, action: str, params: Params) -> str:
    """Create, update or delete instances; the operation's id.

    Args:
        one: The set.
        action: `CREATE`, `UPDATE` or `DELETE`.
        params: Targets, and parameter overrides or `RetainStacks`.
    """
    identity = str(params.get("OperationId") or uuid.uuid4())
    overrides = parameters_of({"Parameters": params.get("ParameterOverrides")}, {})
    results = []
    for account, region, unit in targets(one, params):
        instance = one.instances.get((account, region))
        if instance is None:
            if action != "CREATE":
                continue
            instance = Instance(account=account, region=region, unit=unit)
            one.instances[account, region] = instance
        if action != "DELETE" and "ParameterOverrides" in params:
            instance.overrides = overrides
        if action == "DELETE":
            _remove(one, instance, retain=bool(params.get("RetainStacks")))
        else:
            deploy(one, instance)
        results.append(_result(instance))
    record(one, identity, action, results)
    return identity


def record(one: StackSet, identity: str, action: str, results: list[dict[str, Any]]) -> None:
    """Note an operation that is done."""
    failed = any(result["Status"] == "FAILED" for result in results)
    now = utcnow()
    one.results[identity] = results
    one.operations[identity] = {
        "OperationId": identity,
        "StackSetId": one.id,
        "Action": action,
        "Status": "FAILED" if failed else "SUCCEEDED",
        "AdministrationRoleARN": one.administration_role,
        "ExecutionRoleName": one.execution_role,
        "CreationTimestamp": now,
        "EndTimestamp": now,
    }


def deploy(one: StackSet, instance: Instance) -> None:
    """Bring one instance's stack to what the set says; failures are the instance's status."""
    name = instance.stack.name if instance.stack else f"StackSet-{one.name}-{uuid.uuid4()}"
    role = f"arn:aws:iam::{instance.account}:role/{one.execution_role}"
    ask = replace(
        one.ask,
        name=name,
        parameters={**one.ask.parameters, **instance.overrides},
        role_arn=None if one.model == SERVICE_MANAGED else role,
    )
    instance.status, instance.detail, instance.reason = "OUTDATED", "FAILED", ""
    if missing := _missing_role(one, instance.account):
        instance.reason = missing
        return
    try:
        with calling.by(_NOBODY):
            stack = instance.stack = _brought(instance, ask)
    except ServiceException as error:
        instance.reason = error.message
        return
    if stack.status in updating.READY and "ROLLBACK" not in stack.status:
        instance.status, instance.detail = "CURRENT", "SUCCEEDED"
    else:
        instance.reason = stack.status_reason


def _brought(instance: Instance, ask: Ask) -> Stack:
    if instance.stack is None or instance.stack.status.startswith(("ROLLBACK", "DELETE")):
        if instance.stack is not None:
            deleting.delete(instance.stack)
        return creating.create(instance.account, instance.region, ask)
    if updating.differs(instance.stack, ask):
        updating.update(instance.stack, ask)
    return instance.stack


def _missing_role(one: StackSet, account: str) -> str:
    if one.model == SERVICE_MANAGED:
        return ""
    names = {role.name for role in iam_backends[one.owner]["aws"].roles.values()}
    admin = one.administration_role.rpartition("/")[2]
    if admin not in names:
        return f"Account {one.owner} should have '{admin}' role"
    names = {role.name for role in iam_backends[account]["aws"].roles.values()}
    if one.execution_role not in names:
        return (
            f"Account {account} should have '{one.execution_role}' role with trust relationship "
            f"to Role '{admin}'."
        )
    return ""


def _remove(one: StackSet, instance: Instance, *, retain: bool) -> None:
    if instance.stack and not retain:
        with calling.by(_NOBODY):
            deleting.delete(instance.stack)
        if instance.stack.status != "DELETE_COMPLETE":
            instance.status, instance.detail = "INOPERABLE", "FAILED"
            instance.reason = instance.stack.status_reason
            return
    instance.detail = "SUCCEEDED"
    del one.instances[instance.account, instance.region]


def _result(instance: Instance) -> dict[str, Any]:
    shown = {
        "Account": instance.account,
        "Region": instance.region,
        "Status": instance.detail,
        "StatusReason": instance.reason,
        "OrganizationalUnitId": instance.unit,
    }
    return {key: value for key, value in shown.items() if value}


def update(one: StackSet, ask: Ask, params: Params) -> str:
    """Change the set and every instance, or those the request names; the operation's id.

    Raises:
        ServiceException: The template or its parameters are refused.
    """
    admission.admit(replace(ask, name=one.name), Outside(one.owner, one.region))
    one.ask = ask
    one.description = params.get("Description", one.description)
    one.auto_deployment = params.get("AutoDeployment") or one.auto_deployment
    meant: Iterable[Instance] = list(one.instances.values())
    if params.get("Regions"):
        places = {(account, region) for account, region, _ in targets(one, params)}
        meant = [i for key, i in one.instances.items() if key in places]
    for instance in meant:
        deploy(one, instance)
    identity = str(params.get("OperationId") or uuid.uuid4())
    record(one, identity, "UPDATE", [_result(instance) for instance in meant])
    return identity
