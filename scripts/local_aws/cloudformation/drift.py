"""What a stack's resources are in the world: as the template says, changed, or gone.

Each is read through its service's own API, with the permissions of whoever asks, as on AWS. A type
counts as supported where its schema has a handler that reads and a provider here does read; others
are not checked (user guide, *Resource type support for imports and drift detection*).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from moto.core.utils import utcnow

from local_aws.cloudformation import outcomes, providers, schemas
from local_aws.cloudformation.differences import differences
from local_aws.cloudformation.model import Drift, Resource, Stack
from local_aws.cloudformation.providers.through_api import Through

IN_SYNC, MODIFIED, DELETED, UNKNOWN = "IN_SYNC", "MODIFIED", "DELETED", "UNKNOWN"


def look(stack: Stack, resource: Resource) -> Drift | None:
    """How one resource stands; None where its type cannot be read, or it is not made."""
    reader = _reader(resource.kind)
    if reader is None or resource.made is None:
        return None
    now = utcnow()
    try:
        actual = reader.read(outcomes.order_for(stack, resource), resource.made)
    except Exception as error:  # whatever a service says is the reason
        return Drift(status=UNKNOWN, at=now, reason=outcomes.reason_of(error))
    if actual is None:
        return Drift(status=DELETED, at=now)
    actual = _without_attached(stack, resource, actual)
    told = _told(resource)
    unread = sorted(told.keys() - reader.reads)
    expected = {key: value for key, value in told.items() if key in reader.reads}
    found = differences(resource.kind, expected, actual)
    if found:
        return Drift(status=MODIFIED, at=now, expected=expected, actual=actual, found=found)
    reason = f"Reading {', '.join(unread)} of {resource.kind} is not implemented"
    return Drift(
        status=UNKNOWN if unread else IN_SYNC,
        at=now,
        reason=f"{reason} in the embedded AWS" if unread else "",
        expected=expected,
        actual=actual,
    )


def states(stack: Stack) -> dict[str, Drift]:
    """How every resource stands whose type can be read, by logical id."""
    looked = ((name, look(stack, one)) for name, one in stack.resources.items())
    return {name: state for name, state in looked if state}


def of_stack(stack: Stack) -> str:
    """A stack's own drift status, from what is known of its resources."""
    return summed({one.drift.status for one in stack.resources.values() if one.drift})


def summed(found: set[str]) -> str:
    """The status of whatever holds resources of these statuses; in sync where none can be read."""
    if found & {MODIFIED, DELETED}:
        return "DRIFTED"
    return UNKNOWN if UNKNOWN in found else IN_SYNC


def as_it_is(stack: Stack, found: Mapping[str, Drift]) -> Stack:
    """A stack whose resources are remembered as they are, for a change set that knows of drift."""
    resources = {name: _as_is(one, found.get(name)) for name, one in stack.resources.items()}
    return replace(stack, resources=resources)


def _as_is(resource: Resource, state: Drift | None) -> Resource:
    if state is None or state.status in {IN_SYNC, UNKNOWN}:
        return resource.copy()
    if state.status == DELETED:
        return replace(resource, made=None)
    properties = dict(resource.properties)
    for name in {each.name for each in state.found}:
        properties[name] = state.actual.get(name)
    return replace(resource, properties=properties)


def _reader(kind: str) -> Through | None:
    provider = providers.of(kind)
    if isinstance(provider, Through) and provider.reads and schemas.readable(kind):
        return provider
    return None


def _told(resource: Resource) -> dict[str, Any]:
    """The properties a template sets, without what a service never tells, and without `KmsKeyId`.

    A key has several names, and CloudFormation does not compare that property of any type (user
    guide, *Considerations when detecting drift*).
    """
    compared = (item for item in resource.properties.items() if item[0].lower() != "kmskeyid")
    expected: Any = dict(compared)
    for path in schemas.write_only(resource.kind):
        expected = _without(expected, path.split("."))
    return dict(expected)


def _without(value: Any, path: list[str]) -> Any:
    name, rest = path[0], path[1:]
    if name == "*" and isinstance(value, list):
        return [_without(one, rest) for one in value]
    if not isinstance(value, Mapping) or name not in value:
        return value
    others = {key: inner for key, inner in value.items() if key != name}
    return others | ({name: _without(value[name], rest)} if rest else {})


def _without_attached(stack: Stack, resource: Resource, actual: dict[str, Any]) -> dict[str, Any]:
    """A role without the policies that other resources of its stack gave it.

    CloudFormation looks for attachments within a stack before it compares (user guide,
    *Considerations when detecting drift*).
    """
    if resource.kind != "AWS::IAM::Role":
        return actual
    inline = set(_attached(stack, resource, "AWS::IAM::RolePolicy"))
    managed = set(_attached(stack, resource, "AWS::IAM::ManagedPolicy"))
    return {
        **actual,
        "Policies": [one for one in actual["Policies"] if one["PolicyName"] not in inline],
        "ManagedPolicyArns": [arn for arn in actual["ManagedPolicyArns"] if arn not in managed],
    }


def _attached(stack: Stack, role: Resource, kind: str) -> Iterator[str]:
    for other in stack.resources.values():
        if other.kind == kind and kind == "AWS::IAM::RolePolicy":
            if other.properties["RoleName"] == role.physical_id:
                yield str(other.properties["PolicyName"])
        elif other.kind == kind and role.physical_id in other.properties.get("Roles", ()):
            yield other.physical_id
