"""StackSets: one template as stacks in many accounts and regions.

Self-managed sets deploy by account list through roles that must exist on both sides;
service-managed ones by OU, without roles, for the management account or its delegated administrator
(CloudFormation user guide, *StackSets concepts* and *Prerequisites*). Operations are done when
they are answered.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import BaseResponse
from moto.core.utils import utcnow
from moto.iam.models import iam_backends

from local_aws import organization
from local_aws.cloudformation import admission, creating, deleting, updating
from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.model import Ask, Stack
from local_aws.cloudformation.requests import Params, parameters_of
from local_aws.cloudformation.world import Outside

SELF_MANAGED, SERVICE_MANAGED = "SELF_MANAGED", "SERVICE_MANAGED"
DELEGATED = "DELEGATED_ADMIN"
EXECUTION_ROLE = "AWSCloudFormationStackSetExecutionRole"
ADMINISTRATION_ROLE = "AWSCloudFormationStackSetAdministrationRole"


class StackSetNotFound(ServiceException):  # type: ignore[misc]  # moto is read untyped
    """There is no such stack set."""

    code = "StackSetNotFoundException"


class StackSetNotEmpty(ServiceException):  # type: ignore[misc]  # moto is read untyped
    """It still has instances."""

    code = "StackSetNotEmptyException"
    message = "StackSet is not empty"


class NameAlreadyExists(ServiceException):  # type: ignore[misc]  # moto is read untyped
    """A stack set has this name."""

    code = "NameAlreadyExistsException"


@dataclass(slots=True, kw_only=True)
class Instance:
    """A stack of the set in one account and region."""

    account: str
    region: str
    unit: str = ""
    overrides: Mapping[str, str] = field(default_factory=dict)
    stack: Stack | None = None
    status: str = "CURRENT"
    detail: str = "SUCCEEDED"
    reason: str = ""


@dataclass(slots=True, kw_only=True)
class StackSet:
    """A stack set; `ask` is what each of its stacks is made from."""

    id: str
    name: str
    owner: str
    region: str
    ask: Ask
    model: str
    description: str
    execution_role: str
    administration_role: str
    auto_deployment: Mapping[str, Any]
    instances: dict[tuple[str, str], Instance] = field(default_factory=dict)
    operations: dict[str, dict[str, Any]] = field(default_factory=dict)
    results: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """The set's ARN."""
        return f"arn:aws:cloudformation:{self.region}:{self.owner}:stackset/{self.id}"


_sets: dict[tuple[str, str], dict[str, StackSet]] = {}


def forget_all() -> None:
    """There are no stack sets."""
    _sets.clear()


def owner_of(caller: BaseResponse, params: Params) -> tuple[str, str]:
    """Account and region whose sets a call means; a delegated administrator's are management's.

    Raises:
        ValidationError: The caller is no delegated administrator but says so.
    """
    account, region = str(caller.current_account), str(caller.region)
    if params.get("CallAs", "SELF") != DELEGATED:
        return account, region
    if not organization.is_delegated_administrator(account, organization.STACKSETS):
        raise ValidationError(f"Account used is not a delegated administrator (account {account})")
    return organization.management_account(), region


def every(owner: tuple[str, str]) -> list[StackSet]:
    """The stack sets of an account and region."""
    return list(_sets.get(owner, {}).values())


def get(owner: tuple[str, str], name: str) -> StackSet:
    """A stack set by name or id.

    Raises:
        StackSetNotFound: There is none.
    """
    for one in every(owner):
        if name in (one.name, one.id, one.arn):
            return one
    raise StackSetNotFound(f"StackSet {name} not found")


def create(owner: tuple[str, str], params: Params, ask: Ask) -> StackSet:
    """Make a stack set, without instances.

    Raises:
        ServiceException: Name or template are refused, or the account may not deploy by OU.
    """
    name, model = str(params["StackSetName"]), params.get("PermissionModel", SELF_MANAGED)
    if not re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]{0,127}", name):
        raise ValidationError(
            f"1 validation error detected: Value '{name}' at 'stackSetName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )
    if any(one.name == name for one in every(owner)):
        raise NameAlreadyExists(f"The name already exists: {name}")
    if model == SERVICE_MANAGED and not organization.is_management(owner[0]):
        raise ValidationError(
            "You must be the management account or delegated admin account of an organization "
            "before operating a SERVICE_MANAGED stack set"
        )
    admission.admit(replace(ask, name=name), Outside(*owner))
    made = StackSet(
        id=f"{name}:{uuid.uuid4()}",
        name=name,
        owner=owner[0],
        region=owner[1],
        ask=ask,
        model=model,
        description=params.get("Description", ""),
        execution_role=params.get("ExecutionRoleName", EXECUTION_ROLE),
        administration_role=params.get(
            "AdministrationRoleARN", f"arn:aws:iam::{owner[0]}:role/{ADMINISTRATION_ROLE}"
        ),
        auto_deployment=params.get("AutoDeployment") or {},
    )
    _sets.setdefault(owner, {})[made.id] = made
    return made


def delete(owner: tuple[str, str], name: str) -> None:
    """Delete an empty stack set.

    Raises:
        StackSetNotEmpty: It has instances.
    """
    found = get(owner, name)
    if found.instances:
        raise StackSetNotEmpty
    del _sets[owner][found.id]


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
    ask = replace(one.ask, name=name, parameters={**one.ask.parameters, **instance.overrides})
    instance.status, instance.detail, instance.reason = "OUTDATED", "FAILED", ""
    if missing := _missing_role(one, instance.account):
        instance.reason = missing
        return
    try:
        if instance.stack is None or instance.stack.status.startswith(("ROLLBACK", "DELETE")):
            if instance.stack is not None:
                deleting.delete(instance.stack)
            instance.stack = creating.create(instance.account, instance.region, ask)
        elif updating.differs(instance.stack, ask):
            updating.update(instance.stack, ask)
    except ServiceException as error:
        instance.reason = error.message
        return
    if instance.stack.status in updating.READY and "ROLLBACK" not in instance.stack.status:
        instance.status, instance.detail = "CURRENT", "SUCCEEDED"
    else:
        instance.reason = instance.stack.status_reason


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
