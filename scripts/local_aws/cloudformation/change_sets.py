"""Change sets: what a stack would become, and doing it (`aws cloudformation deploy` uses them)."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import BaseResponse
from moto.core.utils import utcnow

from local_aws.cloudformation import (
    admission,
    creating,
    drift,
    foreseeing,
    ordering,
    store,
    updating,
)
from local_aws.cloudformation.api import operation
from local_aws.cloudformation.errors import AlreadyExists, ValidationError
from local_aws.cloudformation.model import Ask, Drift, Stack, new_id
from local_aws.cloudformation.requests import Params, ask_of, place
from local_aws.cloudformation.world import Outside, scope_of
from local_aws.errors import Refusal

REVIEW = "REVIEW_IN_PROGRESS"
NOTHING = (
    "The submitted information didn't contain changes. "
    "Submit different information to create a change set."
)


class ChangeSetNotFound(ServiceException):  # type: ignore[misc]  # moto is read untyped
    """There is no such change set."""

    code = "ChangeSetNotFound"


@dataclass(slots=True, kw_only=True)
class ChangeSet:
    """A change set of one stack."""

    id: str
    name: str
    kind: str
    ask: Ask
    description: str
    changes: list[dict[str, Any]]
    found: dict[str, Drift] | None = None
    """How the resources stood when it was made; None where it does not look at them."""
    tokens: set[str] = field(default_factory=set)
    """By which requests that are made again are known: its creation's, and its execution's."""
    status: str = "CREATE_COMPLETE"
    reason: str = ""
    execution: str = "AVAILABLE"
    created: datetime = field(default_factory=utcnow)


_sets: dict[str, dict[str, ChangeSet]] = {}


def forget_all() -> None:
    """There are no change sets."""
    _sets.clear()


@operation("CreateChangeSet")
def _create(caller: BaseResponse, params: Params) -> dict[str, Any]:
    account, region = place(caller)
    kind, name = params.get("ChangeSetType", "UPDATE"), params["ChangeSetName"]
    stack = store.find(account, region, params["StackName"])
    if kind == "CREATE" and stack and stack.status != REVIEW:
        raise AlreadyExists(f"Stack [{stack.name}] already exists and cannot be created again")
    if kind != "CREATE" and (stack is None or stack.status == REVIEW):
        raise ValidationError(f"Stack [{params['StackName']}] does not exist")
    ask = ask_of(caller, params, stack if kind != "CREATE" else None)
    template, values = admission.admit(ask, Outside(account, region, ask.role_arn))
    if stack is None:
        stack = _shell(account, region, ask)
    if (same := _sets.get(stack.id, {}).get(name)) and params.get("ClientToken") in same.tokens:
        return {"Id": same.id, "StackId": stack.id}
    if same:
        raise AlreadyExists(f"ChangeSet {name} already exists")
    found = _drift(stack, kind, params)
    made = ChangeSet(
        id=f"arn:aws:cloudformation:{region}:{account}:changeSet/{name}/{uuid.uuid4()}",
        name=name,
        kind=kind,
        ask=ask,
        description=params.get("Description", ""),
        changes=foreseeing.changes(stack, ask, template, values, found),
        found=found,
        tokens={params["ClientToken"]} if "ClientToken" in params else set(),
    )
    if kind != "CREATE" and not updating.differs(stack, ask) and not (found and made.changes):
        made.status, made.reason, made.execution = "FAILED", NOTHING, "UNAVAILABLE"
    _sets.setdefault(stack.id, {})[name] = made
    return {"Id": made.id, "StackId": stack.id}


def _drift(stack: Stack, kind: str, params: Params) -> dict[str, Drift] | None:
    """How the resources stand, where the change set is to put them back.

    Raises:
        ValidationError: There is no stack yet, or other stacks belong to it.
    """
    if not params.get("DeploymentMode"):
        return None
    if kind != "UPDATE":
        raise ValidationError("DeploymentMode REVERT_DRIFT needs a stack that exists")
    if params.get("IncludeNestedStacks"):
        raise ValidationError(
            "DeploymentMode with IncludeNestedStacks is not implemented in the embedded AWS"
        )
    return drift.states(stack)


def _shell(account: str, region: str, ask: Ask) -> Stack:
    """The stack that a change set of type CREATE stands for until it is executed."""
    stack = Stack(
        id=new_id(account, region, ask.name),
        account=account,
        region=region,
        ask=ask,
        template={"Resources": {}},
        values={},
    )
    stack.status, stack.reason = REVIEW, "User Initiated"  # which the model knows no event for
    store.put(stack)
    return stack


def _find(caller: BaseResponse, params: Params) -> tuple[Stack, ChangeSet]:
    wanted = params["ChangeSetName"]
    for stack in store.every(*place(caller)):
        for one in _sets.get(stack.id, {}).values():
            named = params.get("StackName") in (stack.name, stack.id) and one.name == wanted
            if named or one.id == wanted:
                return stack, one
    raise ChangeSetNotFound(f"ChangeSet [{wanted}] does not exist")


@operation("DescribeChangeSet")
def _describe(caller: BaseResponse, params: Params) -> dict[str, Any]:
    stack, one = _find(caller, params)
    shown = {
        "Changes": one.changes,
        "Parameters": [
            {"ParameterKey": key, "ParameterValue": value}
            for key, value in one.ask.parameters.items()
        ],
        "Tags": [{"Key": key, "Value": value} for key, value in one.ask.tags.items()],
        "Capabilities": list(one.ask.capabilities),
        "Description": one.description,
    }
    reason = {"StatusReason": one.reason} if one.reason else {}
    return {**_summary(stack, one), **{k: v for k, v in shown.items() if v}, **reason, **_mode(one)}


def _mode(one: ChangeSet) -> dict[str, str]:
    if one.found is None:
        return {}
    status = drift.summed({each.status for each in one.found.values()})
    return {"DeploymentMode": "REVERT_DRIFT", "StackDriftStatus": status}


def _summary(stack: Stack, one: ChangeSet) -> dict[str, Any]:
    return {
        "ChangeSetId": one.id,
        "ChangeSetName": one.name,
        "StackId": stack.id,
        "StackName": stack.name,
        "CreationTime": one.created,
        "ExecutionStatus": one.execution,
        "Status": one.status,
    }


@operation("ListChangeSets")
def _list(caller: BaseResponse, params: Params) -> dict[str, Any]:
    stack = store.get(*place(caller), params["StackName"])
    return {"Summaries": [_summary(stack, one) for one in _sets.get(stack.id, {}).values()]}


@operation("ExecuteChangeSet")
def _execute(caller: BaseResponse, params: Params) -> dict[str, Any]:
    stack, one = _find(caller, params)
    token = params.get("ClientRequestToken", "")
    if token in one.tokens:
        return {}
    if one.execution != "AVAILABLE":
        raise Refusal(
            "InvalidChangeSetStatus",
            f"ChangeSet [{one.id}] cannot be executed in its current status of [{one.status}]",
        )
    one.execution = "EXECUTE_COMPLETE"
    one.tokens |= {token} - {""}
    _sets[stack.id] = {one.name: one}  # the others do not fit the stack any more
    stack.change_set = one.id
    if one.kind == "CREATE":
        template, values = admission.admit(
            one.ask, Outside(stack.account, stack.region, one.ask.role_arn)
        )
        stack.ask, stack.template, stack.values = one.ask, template, values
        creating.fill(stack, ordering.order(template, scope_of(stack, template, values)))
    else:
        updating.update(stack, one.ask, one.found)
    return {}


@operation("DeleteChangeSet")
def _delete(caller: BaseResponse, params: Params) -> dict[str, Any]:
    stack, one = _find(caller, params)
    del _sets[stack.id][one.name]
    return {}
