"""What of a template others see, read from its plain values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from catalog.templates import permissions, resource_types
from catalog.templates.loops import unrolled
from catalog.templates.permissions import Permissions

CUSTOM = "AWS::CloudFormation::CustomResource"
"""The type whose schema holds for every `Custom::` one."""

RENAMED_IN_PLACE = {"AWS::CodeCommit::Repository": "RepositoryName"}
"""Types whose name may change without a replacement, and by which people still know them."""

NAMELESS = frozenset({"AWS::CloudWatch::Alarm", "AWS::Events::Rule", "AWS::Scheduler::Schedule"})
"""Types with a name that nobody calls: they act by themselves. So do policies other than managed
ones."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FacedResource:
    """What an update may do to a resource.

    Args:
        properties: As written.
        fixed: Property whose change replaces the resource, or may, or renames it -> its values
            (`createOnlyProperties` and `conditionalCreateOnlyProperties` of its schema).
        known_by: The property that names it, if it has one; empty otherwise.
        condition: Name of the condition that decides about it; empty without.
        policies: `DeletionPolicy` and `UpdateReplacePolicy`, `Delete` where they are not written.
    """

    type: str
    properties: Mapping[str, Any]
    fixed: Mapping[str, list[Any]]
    known_by: str
    condition: str
    policies: Mapping[str, str]

    @property
    def stateful(self) -> bool:
        """Whether it holds data."""
        return self.type in resource_types.stateful()

    @property
    def retained(self) -> bool:
        """Whether it stays when it leaves the stack."""
        return self.policies["DeletionPolicy"].startswith("Retain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A template as seen from outside; loops over written values are written out.

    Args:
        parameters: Name -> declaration.
        outputs: Name -> output.
        rules: Name -> rule.
        conditions: Name -> expression.
        mappings: Name -> table.
        resources: Logical id -> resource.
        transforms: Names of transforms and macros.
        permissions: What a launch role needs at least.
    """

    parameters: Mapping[str, Mapping[str, Any]]
    outputs: Mapping[str, Mapping[str, Any]]
    rules: Mapping[str, Mapping[str, Any]]
    conditions: Mapping[str, Any]
    mappings: Mapping[str, Any]
    resources: Mapping[str, FacedResource]
    transforms: tuple[str, ...]
    permissions: Permissions


def face(template: Mapping[str, Any]) -> Face:
    """The face of a template given as plain values with long forms of intrinsics.

    What is no entry of its section is left out: linting reports it.
    """
    resources = {name: _resource(body) for name, body in _bodies(template, "Resources").items()}
    return Face(
        parameters=_bodies(template, "Parameters"),
        outputs=_bodies(template, "Outputs"),
        rules=_bodies(template, "Rules"),
        conditions=_section(template, "Conditions"),
        mappings=_section(template, "Mappings"),
        resources=resources,
        transforms=tuple(_transforms(template.get("Transform"))),
        permissions=permissions.of_types(one.type for one in resources.values() if one.type),
    )


def _section(template: Mapping[str, Any], name: str) -> dict[str, Any]:
    section = template.get(name)
    return unrolled(section) if isinstance(section, dict) else {}


def _bodies(template: Mapping[str, Any], name: str) -> dict[str, dict[str, Any]]:
    return {key: body for key, body in _section(template, name).items() if isinstance(body, dict)}


def _transforms(written: Any) -> list[str]:
    listed = written if isinstance(written, list) else [written] if written else []
    return [str(one.get("Name") if isinstance(one, dict) else one) for one in listed]


def _resource(body: Mapping[str, Any]) -> FacedResource:
    kind = str(body.get("Type", ""))
    properties = body.get("Properties")
    properties = properties if isinstance(properties, dict) else {}
    fixed = {}
    for path in _fixed_paths(kind):
        if values := list(resource_types.at(properties, path)):
            fixed[".".join(path)] = values
    return FacedResource(
        type=kind,
        properties=properties,
        fixed=fixed,
        known_by=next((name for name in fixed if _names(kind, name)), ""),
        condition=str(body.get("Condition", "")),
        policies={
            policy: str(body.get(policy, "Delete"))
            for policy in ("DeletionPolicy", "UpdateReplacePolicy")
        },
    )


@lru_cache(maxsize=512)
def _fixed_paths(kind: str) -> tuple[tuple[str, ...], ...]:
    listed = CUSTOM if kind.startswith("Custom::") else kind
    renamed = RENAMED_IN_PLACE.get(kind)
    return (
        *resource_types.create_only(listed),
        *resource_types.conditional_create_only(listed),
        *([(renamed,)] if renamed else []),
    )


def _names(kind: str, name: str) -> bool:
    """Whether a property is a resource's own name, by which others know it.

    `QueueName` of a queue is, `EventBusName` of a rule is another's.
    """
    noun = kind.rpartition("::")[2]
    quiet = kind in NAMELESS or (noun.endswith("Policy") and noun != "ManagedPolicy")
    ends = next((end for end in ("Name", "Identifier") if name.endswith(end)), "")
    return bool(ends) and not quiet and noun.endswith(name.removesuffix(ends))
