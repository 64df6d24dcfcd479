"""What the policies of a template allow, and what a change gives or takes.

A statement is taken apart into one permission for each action, resource and principal. Two are held
against each other by name alone: `s3:Get*` covers `s3:GetObject`, whatever actions there are.
"""

from __future__ import annotations

import fnmatch
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.access.reasons import Reasons
from catalog.access.written import ROLE
from catalog.rules.policies import EVERY_RESOURCE, Statement, reasons, statements
from catalog.rules.reading import Reading, items, text

ALLOW, DENY, BOUNDARY = "Allow", "Deny", "Boundary"
_ALL_BUT = "everything but "


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Permission:
    """One action on one resource.

    Args:
        holder: Logical id of the role, the policy, or the resource whose policy it is.
        effect: `Allow`, `Deny` or `Boundary`.
        action: As written; for a managed policy that is attached, its ARN.
        resource: As written, with `${…}` for what only a stack knows; empty where there is none.
        principal: Who may, in a trust or resource policy; empty elsewhere.
        condition: Canonical JSON; empty for none.
        because: The written reason for a wildcard in it.
    """

    holder: str
    effect: str
    action: str
    resource: str = ""
    principal: str = ""
    condition: str = ""
    because: str = field(default="", compare=False)

    @property
    def wild(self) -> bool:
        """Whether it allows more than it names."""
        named = self.effect != ALLOW or not (
            "*" in self.action
            or self.action.startswith(_ALL_BUT)
            or self.resource.startswith(_ALL_BUT)
            or EVERY_RESOURCE.fullmatch(self.resource)
            or self.principal == "*"
        )
        return not named

    @property
    def widens(self) -> bool:
        """Whether having it means that more is possible."""
        return self.effect == ALLOW

    def covers(self, other: Permission) -> bool:
        """Whether `other`, of the same holder and effect, says nothing beyond this."""
        return (
            _matches(other.action.lower(), self.action.lower())
            and _matches(other.resource, self.resource)
            and self.principal in (other.principal, "*")
            and self.condition in (other.condition, "")
        )


def permissions(template: Mapping[str, Any], said: Reasons | None = None) -> tuple[Permission, ...]:
    """Every permission in a template.

    Args:
        template: Plain values with long forms of intrinsics.
        said: What the product's `permissions.yaml` says.
    """
    reading = Reading(template)
    stated = (each for one in statements(reading) for each in _of(one, said or Reasons()))
    return tuple(sorted({*stated, *_attached(reading)}))


def beyond(new: Iterable[Permission], old: Iterable[Permission]) -> tuple[Permission, ...]:
    """Those of `new` that nothing in `old` covers."""
    held: dict[tuple[str, str], list[Permission]] = defaultdict(list)
    for each in old:
        held[each.holder, each.effect].append(each)
    return tuple(
        each for each in new if not any(had.covers(each) for had in held[each.holder, each.effect])
    )


# --- statements to permissions ------------------------------------------------------------------


def _of(statement: Statement, said: Reasons) -> Iterator[Permission]:
    condition = statement.body.get("Condition")
    resources = list(_values(statement, "Resource")) or [""]
    principals = list(_principals(statement)) or [""]
    for action in _values(statement, "Action"):
        for resource in resources:
            for principal in principals:
                yield Permission(
                    holder=statement.resource.name,
                    effect=ALLOW if statement.allows else DENY,
                    action=action,
                    resource=resource,
                    principal=principal,
                    condition=json.dumps(condition, sort_keys=True) if condition else "",
                    because=_because(statement, action, said),
                )


def _values(statement: Statement, key: str) -> Iterator[str]:
    """The texts under a key; under its negation, one text that says so."""
    yield from (value for value, _ in statement.values(key))
    if left_out := sorted(value for value, _ in statement.values(f"Not{key}")):
        yield _ALL_BUT + ", ".join(left_out)


def _principals(statement: Statement) -> Iterator[str]:
    yield from (name for name, _ in statement.principals())
    if "NotPrincipal" in statement.body:
        left_out = json.dumps(statement.body["NotPrincipal"], sort_keys=True)
        yield _ALL_BUT + left_out


def _because(statement: Statement, action: str, said: Reasons) -> str:
    written = reasons(statement.resource).get(statement.sid) if statement.sid else None
    if isinstance(written, str) and written.strip():
        return written.strip()
    fitting = (
        entry.because
        for entry in said.needed
        if entry.role == statement.resource.name
        and entry.sid in (None, statement.sid)
        and action in entry.actions
    )
    return next(fitting, "")


def _attached(reading: Reading) -> Iterator[Permission]:
    """Managed policies that a role has, and the one that bounds it."""
    for role in reading.of_type(ROLE):
        listed = role.properties.get("ManagedPolicyArns")
        for policy, _ in items(listed, ()):
            if (arn := text(policy)) is not None:
                yield Permission(holder=role.name, effect=ALLOW, action=arn)
        for boundary, _ in items(role.properties.get("PermissionsBoundary"), ()):
            if (arn := text(boundary)) is not None:
                yield Permission(holder=role.name, effect=BOUNDARY, action=arn)


def role_names(template: Mapping[str, Any]) -> Mapping[str, str]:
    """Logical id -> name of every role that has one of its own."""
    roles = Reading(template).of_type(ROLE)
    return {role.name: name for role in roles if (name := text(role.properties.get("RoleName")))}


def _matches(value: str, pattern: str) -> bool:
    """Whether IAM's wildcards, which are `*` and `?`, make the one of the other."""
    return fnmatch.fnmatchcase(value, pattern.replace("[", "[[]"))
