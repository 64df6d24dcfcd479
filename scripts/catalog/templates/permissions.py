"""IAM actions that CloudFormation needs to manage a template, by its resource types.

They are the `handlers.*.permissions` of the registry schemas: what the handler of a type calls.
Types without handlers in their schema, such as AWS::CodeBuild::Project, are named apart, so that
nobody takes the list for complete.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.templates import loops, resource_types

PROVISIONING = ("create", "read", "update", "delete")
"""The handlers a stack's life goes through; `list` serves imports and drift only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permissions:
    """What a launch role needs at least.

    Args:
        actions: `service:Action`, sorted.
        unknown: Resource types whose schema does not say, sorted.
    """

    actions: tuple[str, ...]
    unknown: tuple[str, ...]


def needed(template: Mapping[str, Any]) -> Permissions:
    """The actions for every resource of a template given as plain values."""
    resources = loops.resources(template).values()
    return of_types(str(body["Type"]) for body in resources if "Type" in body)


def of_types(types: Iterable[str]) -> Permissions:
    """The actions for resource types; custom resources need none, for they are asked by message."""
    actions: set[str] = set()
    unknown: set[str] = set()
    for kind in types:
        handlers = resource_types.handler_actions(kind)
        if handlers:
            actions.update(a for name in PROVISIONING for a in handlers.get(name, ()))
        elif not kind.startswith(("Custom::", "AWS::CloudFormation::")):
            unknown.add(kind)
    return Permissions(actions=tuple(sorted(actions)), unknown=tuple(sorted(unknown)))
