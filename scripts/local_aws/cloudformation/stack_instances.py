"""The stacks of a stack set: which accounts and regions a call means, and bringing them there.

Self-managed sets deploy by account list through roles that must exist on both sides;
service-managed ones by OU, without roles. Operations are done when they are answered; one that
waits for something meanwhile is seen to run (`stack_set_operations`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

from moto.core.exceptions import ServiceException
from moto.iam.models import iam_backends

from local_aws import organization
from local_aws.cloudformation import (
    admission,
    creating,
    deleting,
    stack_set_operations,
    stack_sets,
    updating,
)
from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.model import Ask, Stack
from local_aws.cloudformation.requests import Params, parameters_of
from local_aws.cloudformation.stack_sets import SELF_MANAGED, SERVICE_MANAGED, Instance, StackSet
from local_aws.cloudformation.world import Outside
from local_aws.iam import calling

_NOBODY = ""
"""Whose key a stack set works with, roles aside: its operations go on after the call."""


def by_nobody() -> AbstractContextManager[None]:
    """Work as stack sets do, under no caller's key."""
    return calling.by(_NOBODY)


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
    overrides = parameters_of({"Parameters": params.get("ParameterOverrides")}, {})
    meant = targets(one, params)
    with stack_set_operations.under_way(one, action, params) as operation:
        _note_units(one, action, params)
        for account, region, unit in meant:
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
            operation.results.append(_result(instance))
    return operation.id


def _note_units(one: StackSet, action: str, params: Params) -> None:
    """Remember the OUs a set is deployed to, for accounts that come later.

    Instances that are deleted in some accounts only leave the OU a target.
    """
    chosen = (params.get("DeploymentTargets") or {}).get("AccountFilterType", "NONE") != "NONE"
    for unit in (params.get("DeploymentTargets") or {}).get("OrganizationalUnitIds") or ():
        if action == "CREATE":
            one.units.setdefault(unit, set()).update(params.get("Regions") or ())
        elif action == "DELETE" and not chosen:
            left = one.units.pop(unit, set()) - set(params.get("Regions") or ())
            one.units |= {unit: left} if left else {}


def follow(account: str) -> None:
    """Automatic deployment: a stack for an account that came into an OU, none for one that left.

    (User guide, *Enable or disable automatic deployments for StackSets in AWS Organizations*.)
    """
    for one in stack_sets.all_sets():
        if not one.auto_deployment.get("Enabled") or account == organization.management_account():
            continue
        wanted = {
            (account, region): unit
            for unit, regions in one.units.items()
            if account in organization.accounts_under(unit)
            for region in regions
        }
        stack_set_operations.wait_for_end(one)
        held = [key for key in one.instances if key[0] == account]
        if {*held} == {*wanted}:
            continue
        retain = bool(one.auto_deployment.get("RetainStacksOnAccountRemoval"))
        with stack_set_operations.under_way(one, "UPDATE", {}) as operation:
            for key in (key for key in held if key not in wanted):
                instance = one.instances[key]
                _remove(one, instance, retain=retain)
                operation.results.append(_result(instance))
            for (_, region), unit in ((k, u) for k, u in wanted.items() if k not in held):
                instance = Instance(account=account, region=region, unit=unit)
                one.instances[account, region] = instance
                deploy(one, instance)
                operation.results.append(_result(instance))


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
        with by_nobody():
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
        with by_nobody():
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
    if params.get("AutoDeployment") and (params.get("DeploymentTargets") or params.get("Regions")):
        raise ValidationError("AutoDeployment cannot be given with DeploymentTargets or Regions")
    admission.admit(replace(ask, name=one.name), Outside(one.owner, one.region))
    meant: Iterable[Instance] = list(one.instances.values())
    if params.get("Regions"):
        places = {(account, region) for account, region, _ in targets(one, params)}
        meant = [i for key, i in one.instances.items() if key in places]
    with stack_set_operations.under_way(one, "UPDATE", params) as operation:
        one.ask = ask
        one.description = params.get("Description", one.description)
        one.auto_deployment = params.get("AutoDeployment") or one.auto_deployment
        for instance in meant:
            deploy(one, instance)
            operation.results.append(_result(instance))
    return operation.id
