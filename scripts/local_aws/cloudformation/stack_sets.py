"""StackSets: one template as stacks in many accounts and regions.

Self-managed sets deploy by account list through roles that must exist on both sides;
service-managed ones by OU, without roles, for the management account or its delegated administrator
(CloudFormation user guide, *StackSets concepts* and *Prerequisites*).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import BaseResponse

from local_aws import organization
from local_aws.cloudformation import admission
from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.model import Ask, Stack
from local_aws.cloudformation.requests import Params
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


class OperationInProgress(ServiceException):  # type: ignore[misc]  # moto is read untyped
    """Another operation of the set runs."""

    code = "OperationInProgressException"


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
    drift: str = "NOT_CHECKED"
    looked: datetime | None = None


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
    units: dict[str, set[str]] = field(default_factory=dict)
    """OUs it is deployed to -> regions, also where no account is yet."""
    looked: dict[str, Any] = field(default_factory=dict)
    """What the last detection of drift came to."""
    drifts: dict[str, dict[tuple[str, str], list[dict[str, Any]]]] = field(default_factory=dict)
    """Detection -> account and region -> resources."""

    @property
    def arn(self) -> str:
        """The set's ARN."""
        return f"arn:aws:cloudformation:{self.region}:{self.owner}:stackset/{self.id}"

    @property
    def busy(self) -> bool:
        """Whether an operation of it runs."""
        return any(each["Status"] == "RUNNING" for each in self.operations.values())


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


def all_sets() -> list[StackSet]:
    """Those of every account and region."""
    return [one for held in _sets.values() for one in held.values()]


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
    if model == SERVICE_MANAGED and not organization.trusts(organization.STACKSETS):
        raise ValidationError(
            "You must enable organizations access to operate a service managed stack set"
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


def must_be_free(one: StackSet) -> None:
    """See that no operation of a set runs.

    Raises:
        OperationInProgress: One does.
    """
    if one.busy:
        raise OperationInProgress(f"Another Operation on StackSet {one.arn} is in progress")


def delete(owner: tuple[str, str], name: str) -> None:
    """Delete an empty stack set.

    Raises:
        OperationInProgress: It is being changed.
        StackSetNotEmpty: It has instances.
    """
    found = get(owner, name)
    must_be_free(found)
    if found.instances:
        raise StackSetNotEmpty
    del _sets[owner][found.id]
