"""What a provider is asked and what it answers."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One resource to make, change or delete.

    Args:
        properties: Resolved, and accepted by the type's schema.
        role_arn: The stack's service role; None when it has none.
    """

    kind: str
    logical_id: str
    properties: Mapping[str, Any]
    stack_id: str
    stack_name: str
    account: str
    region: str
    role_arn: str | None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A resource that exists.

    Args:
        attribute: What `Fn::GetAtt` answers for an attribute the type has.
        handle: Whatever its provider needs to change or delete it.
    """

    physical_id: str
    attribute: Callable[[str], Any]
    handle: Any = None


class Provider(Protocol):
    """Makes, changes and deletes resources; failures are exceptions, whose text is the reason."""

    def create(self, order: Order) -> Made:
        """Make the resource."""

    def update(self, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Change it in place; `old` are the properties it has."""

    def delete(self, order: Order, made: Made) -> None:
        """Delete it; one that is gone already is no failure."""


def generated_name(order: Order, most: int = 64) -> str:
    """A name like those CloudFormation gives: stack, logical id and twelve random characters.

    Args:
        order: What is named.
        most: Longest name the service takes.
    """
    alphabet = string.ascii_uppercase + string.digits
    suffix = "".join(secrets.choice(alphabet) for _ in range(12))
    room = most - len(suffix) - len(order.logical_id) - 2
    name = f"{order.stack_name[: max(room, 1)]}-{order.logical_id}"[: most - len(suffix) - 1]
    return f"{name}-{suffix}"


def parted(tags: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
    """Tags that a caller may set, and those of AWS itself (`aws:…`), which some services refuse.

    CloudFormation hands the latter to a service apart from what the template says (resource type
    development guide, *Handler contract*: system tags).
    """
    own = {key: value for key, value in tags.items() if not key.startswith("aws:")}
    return own, {key: value for key, value in tags.items() if key not in own}
