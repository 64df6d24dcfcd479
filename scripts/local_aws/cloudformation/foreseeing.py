"""What a change set says of each resource: added, modified, replaced or removed, and what stays.

A property whose new value depends on what the update itself makes is not known before; if it is
one that needs a new resource, the replacement is `Conditional` (API reference, *ResourceChange*).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from moto.core.exceptions import ServiceException

from local_aws.cloudformation import drift, ordering, schemas
from local_aws.cloudformation.differences import as_text
from local_aws.cloudformation.errors import ResourceFailed
from local_aws.cloudformation.intrinsic import NO_VALUE, Scope
from local_aws.cloudformation.model import Ask, Drift, Resource, Stack
from local_aws.cloudformation.template import Template
from local_aws.cloudformation.world import scope_of

ATTRIBUTES = ("Metadata", "DeletionPolicy", "UpdateReplacePolicy", "UpdatePolicy", "CreationPolicy")
_LATER = object()
"""A value that is only known while the stack is updated."""


def changes(
    stack: Stack,
    ask: Ask,
    template: Template,
    values: Mapping[str, Any],
    states: Mapping[str, Drift] | None = None,
) -> list[dict[str, Any]]:
    """The changes of a change set, in the order of the template's dependencies, removals last.

    With `states`, of one that knows of drift: held against the resources as they are.
    """
    real = stack if states is None else drift.as_it_is(stack, states)
    scope = scope_of(real, template, values)
    order = ordering.order(template, scope)
    found = [each for name in order if (each := _brought(real, ask, template, scope, name))]
    found += [_removed(old) for name, old in real.resources.items() if name not in order]
    if states is not None:
        found = [_aware(each, stack, states) for each in found]
        told = {each["LogicalResourceId"] for each in found}
        found += [
            _synced(stack.resources[name])
            for name, state in states.items()
            if state.status == drift.MODIFIED and name not in told
        ]
    return [{"Type": "Resource", "ResourceChange": each} for each in found]


def _aware(change: dict[str, Any], stack: Stack, states: Mapping[str, Drift]) -> dict[str, Any]:
    """A change with what is known of its resource's drift, property by property."""
    name = change["LogicalResourceId"]
    if name not in stack.resources:
        return change
    state, before = states.get(name), stack.resources[name].properties
    if state is None:
        return {**change, "ResourceDriftStatus": "UNSUPPORTED"}
    drifted = {each.name for each in state.found}
    for detail in change["Details"]:
        target = detail["Target"]
        if target.get("Name") in drifted:
            target |= _drifted(target["Name"], state, before)
    return {**change, "ResourceDriftStatus": state.status}


def _drifted(name: str, state: Drift, before: Mapping[str, Any]) -> dict[str, Any]:
    actual = as_text(state.actual.get(name))
    return {
        "Path": f"/Properties/{name}",
        "BeforeValue": actual,
        "BeforeValueFrom": "ACTUAL_STATE",
        "AfterValueFrom": "TEMPLATE",
        "AttributeChangeType": "Modify",
        "Drift": {
            "PreviousValue": as_text(before.get(name)),
            "ActualValue": actual,
            "DriftDetectionTimestamp": state.at,
        },
    }


def _synced(old: Resource) -> dict[str, Any]:
    """What the new template has come to say as well; only CloudFormation's memory changes."""
    return {
        "Action": "SyncWithActual",
        "LogicalResourceId": old.logical_id,
        "PhysicalResourceId": old.physical_id,
        "ResourceType": old.kind,
        "ResourceDriftStatus": drift.MODIFIED,
        "Details": [],
    }


def _brought(
    stack: Stack, ask: Ask, template: Template, scope: Scope, name: str
) -> dict[str, Any] | None:
    declared, old = template["Resources"][name], stack.resources.get(name)
    kind = declared["Type"]
    if old is None or old.made is None:
        return {"Action": "Add", "LogicalResourceId": name, "ResourceType": kind, "Details": []}
    before = stack.template["Resources"].get(name, {})
    details = [*_properties(old, kind, declared, scope), *_attributes(before, declared)]
    if dict(ask.tags) != dict(stack.ask.tags) and schemas.taggable(kind):
        details.append(_detail("Tags", "", "Never"))
    if not details and kind == old.kind:
        return None
    replacement = _replacement(old, kind, details)
    shown: dict[str, Any] = {
        "Action": "Modify",
        "LogicalResourceId": name,
        "PhysicalResourceId": old.physical_id,
        "ResourceType": kind,
        "Replacement": replacement,
        "Scope": sorted({detail["Target"]["Attribute"] for detail in details}),
        "Details": details,
    }
    if replacement != "False":
        policy = str(scope.resolve(declared.get("UpdateReplacePolicy", "Delete")))
        shown["PolicyAction"] = f"ReplaceAnd{_policy(policy)}"
    return shown


def _removed(old: Resource) -> dict[str, Any]:
    return {
        "Action": "Remove",
        "LogicalResourceId": old.logical_id,
        **({"PhysicalResourceId": old.physical_id} if old.made else {}),
        "ResourceType": old.kind,
        "PolicyAction": _policy(old.deletion_policy),
        "Details": [],
    }


def _policy(policy: str) -> str:
    return "Retain" if policy == "RetainExceptOnCreate" else policy


def _replacement(old: Resource, kind: str, details: list[dict[str, Any]]) -> str:
    needed = {detail["Target"].get("RequiresRecreation", "Never") for detail in details}
    if kind != old.kind or "Always" in needed:
        return "True"
    return "Conditional" if "Conditionally" in needed else "False"


def _properties(
    old: Resource, kind: str, declared: Mapping[str, Any], scope: Scope
) -> Iterator[dict[str, Any]]:
    new = {
        key: value
        for key, given in (declared.get("Properties") or {}).items()
        if (value := _resolved(scope, given)) is not NO_VALUE
    }
    fixed = frozenset[str]() if schemas.is_custom(kind) else schemas.create_only(kind)
    for key in sorted({*new, *old.properties}):
        if new.get(key) is _LATER:
            yield _detail("Properties", key, "Conditionally" if key in fixed else "Never")
        elif new.get(key) != old.properties.get(key):
            yield _detail("Properties", key, "Always" if key in fixed else "Never")


def _resolved(scope: Scope, given: Any) -> Any:
    try:
        return scope.resolve(given)
    except (ServiceException, ResourceFailed):
        return _LATER


def _attributes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for attribute in ATTRIBUTES:
        if before.get(attribute) != after.get(attribute):
            yield _detail(attribute, "", "Never")


def _detail(attribute: str, name: str, recreation: str) -> dict[str, Any]:
    target = {"Attribute": attribute, "RequiresRecreation": recreation}
    return {
        "Target": target | ({"Name": name} if name else {}),
        "Evaluation": "Dynamic" if recreation == "Conditionally" else "Static",
        "ChangeSource": "DirectModification",
    }
