"""Model package groups and their policies (API reference: CreateModelPackageGroup …).

A group's policy speaks for the packages in it as well; it is what admits other accounts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local_aws.errors import Refusal
from local_aws.iam import condition_keys
from local_aws.iam.conditions import Malformed
from local_aws.iam.evaluation import Caller, Naming, naming
from local_aws.iam.policies import Statement, statements
from local_aws.sagemaker.calls import Call, Handler, answered
from local_aws.sagemaker.kinds import Kind
from local_aws.sagemaker.state import Thing, invalid, shelf
from local_aws.servicecatalog.calls import caller

KIND = Kind(noun="ModelPackageGroup", path="model-package-group", words="model package group")


def policy_of(arn: str) -> str:
    """The policy (JSON) that stands on a group or a package; empty when none does."""
    _, _, _, region, account, resource = arn.split(":", 5)
    group = shelf(account, region).get(KIND.path, resource.split("/")[1])
    return str(group.hidden.get("policy", "")) if group else ""


def find(call: Call, action: str, name: str) -> Thing:
    """A group by name, or by an ARN, which may be another account's that admits the caller.

    Raises:
        Refusal: There is none, or its policy does not admit the caller.
    """
    arn = name if name.startswith("arn:") else call.arn(f"{KIND.path}/{name}")
    admit(call, action, arn)
    _, _, _, region, account, resource = arn.split(":", 5)
    found = shelf(account, region).get(KIND.path, resource.partition("/")[2])
    if found is None:
        raise invalid(f"ModelPackageGroup {arn} does not exist.")
    return found


def admit(call: Call, action: str, arn: str) -> None:
    """Refuse what another account's group does not let the caller do; one's own may all be done.

    Raises:
        Refusal: AccessDeniedException.
    """
    if arn.split(":")[4] == call.account:
        return
    who = caller(call.account, call.region, call.access_key)
    asks = Caller(arn=who.session, principal=who.arn, account=who.account)
    context = condition_keys.of_caller(asks, {}, "127.0.0.1")
    about = [
        statement
        for statement in _read(policy_of(arn))
        if statement.covers(action, arn, context) and naming(statement, asks) is not Naming.NOT
    ]
    if not about or not all(statement.allows for statement in about):
        raise Refusal(
            "AccessDeniedException",
            f"User: {who.session} is not authorized to perform: {action} on resource: {arn} "
            f"because no resource-based policy allows the {action} action",
        )


def _read(policy: str) -> tuple[Statement, ...]:
    try:
        return statements(policy, "policy of the model package group") if policy else ()
    except Malformed as error:
        raise invalid(f"The resource policy is malformed: {error}") from None


def _create(call: Call) -> dict[str, Any]:
    return {KIND.arn: KIND.make(call, ModelPackageGroupStatus="Completed", CreatedBy={}).arn}


def _describe(call: Call) -> dict[str, Any]:
    name = call.params[KIND.name]
    found = find(call, "sagemaker:DescribeModelPackageGroup", name)
    return answered("DescribeModelPackageGroup", found.fields)


def _delete(call: Call) -> dict[str, Any]:
    group = find(call, "sagemaker:DeleteModelPackageGroup", call.params[KIND.name])
    held = [
        package
        for package in call.shelf.every("model-package")
        if package["ModelPackageGroupName"] == group.key
    ]
    if held:
        raise Refusal(
            "ConflictException",
            f"Model Package Group {group.arn} cannot be deleted as it still contains Model "
            f"Packages: {len(held)} version{'s' * (len(held) > 1)}.",
        )
    call.shelf.remove(group)
    return {}


def _put_policy(call: Call) -> dict[str, Any]:
    group = find(call, "sagemaker:PutModelPackageGroupPolicy", call.params[KIND.name])
    text = call.params["ResourcePolicy"]
    try:
        if not isinstance(json.loads(text), Mapping):
            raise invalid("The resource policy is malformed: no JSON object")
    except ValueError:
        raise invalid("The resource policy is malformed: no JSON") from None
    if any(not (each.principals or each.not_principals) for each in _read(text)):
        raise invalid("The resource policy is malformed: a statement names no principal")
    call.shelf.put(group.hiding(policy=text))
    return {KIND.arn: group.arn}


def _get_policy(call: Call) -> dict[str, Any]:
    group = find(call, "sagemaker:GetModelPackageGroupPolicy", call.params[KIND.name])
    if not group.hidden.get("policy"):
        raise invalid(f"Cannot find resource policy for: {group.arn}")
    return {"ResourcePolicy": group.hidden["policy"]}


def _delete_policy(call: Call) -> dict[str, Any]:
    group = find(call, "sagemaker:DeleteModelPackageGroupPolicy", call.params[KIND.name])
    if not group.hidden.get("policy"):
        raise invalid(f"Cannot find resource policy for: {group.arn}")
    call.shelf.put(group.hiding(policy=""))
    return {}


OPERATIONS: dict[str, Handler] = KIND.operations() | {
    "CreateModelPackageGroup": _create,
    "DescribeModelPackageGroup": _describe,
    "DeleteModelPackageGroup": _delete,
    "PutModelPackageGroupPolicy": _put_policy,
    "GetModelPackageGroupPolicy": _get_policy,
    "DeleteModelPackageGroupPolicy": _delete_policy,
}
