"""What the policies of a template allow, and what a change gives or takes.

A statement is taken apart into one permission for each action, resource and principal. Two are held
against each other by name alone: `s3:Get*` covers `s3:GetObject`, whatever actions there are. IAM
user guide, *IAM JSON policy elements*: Action, and Resource for wildcards in parts of an ARN.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import Any

from catalog.access.reasons import Reasons
from catalog.access.written import ATTACHED, MANAGED, ROLE
from catalog.rules.policies import EVERY_RESOURCE, Statement, reasons, statements
from catalog.rules.reading import Path, Reading, items, text

ALLOW, DENY, BOUNDARY = "Allow", "Deny", "Boundary"
ARN_PARTS = 6
"""`arn:partition:service:region:account:resource`; the last may hold colons."""

_ALL_BUT = "everything but "
_OTHERWISE = 2
"""Index of what an `Fn::If` holds when its condition does not."""

_ALL_OF_IT = "everything it says"
_HOLDERS = ("Roles", "RoleName", "Users", "UserName", "Groups", "GroupName")
_PLACEHOLDER = re.compile(r"\$\{[^}]*\}")


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Permission:
    """One action on one resource.

    Args:
        holder: Logical id of the role, the policy, or the resource whose policy it is.
        effect: `Allow`, `Deny` or `Boundary`.
        action: As written; for a managed policy that is attached, its ARN.
        resource: As written, with `${…}` for what only a stack knows; empty where there is none.
        principal: Who may, in a trust or resource policy; empty elsewhere.
        condition: The template's conditions under which it is there, and its own as canonical
            JSON; empty for none.
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
            bool(_pattern(self.action.lower(), 1).fullmatch(other.action.lower()))
            and bool(_pattern(_plain(self.resource), ARN_PARTS).fullmatch(_plain(other.resource)))
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
    known = said or Reasons()
    stated = (each for one in statements(reading) for each in _of(one, known, template))
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


def _of(statement: Statement, said: Reasons, template: Mapping[str, Any]) -> Iterator[Permission]:
    written = statement.body.get("Condition")
    always = [json.dumps(written, sort_keys=True)] if written else []
    resources = list(_values(statement, "Resource")) or [("", ())]
    principals = list(_principals(statement)) or [""]
    for action, place in _values(statement, "Action"):
        for resource, other in resources:
            branches = dict.fromkeys([*_branches(template, place), *_branches(template, other)])
            for principal in principals:
                yield Permission(
                    holder=statement.resource.name,
                    effect=ALLOW if statement.allows else DENY,
                    action=action,
                    resource=resource,
                    principal=principal,
                    condition=" and ".join([*branches, *always]),
                    because=_because(statement, action, said),
                )


def _branches(template: Mapping[str, Any], place: Path) -> Iterator[str]:
    """The conditions of the template that put something at its place, e.g. `not IsPublic`."""
    value: Any = template
    for key, following in pairwise((*place, None)):
        value = value[key]
        if key == "Fn::If":
            yield f"{'not ' if following == _OTHERWISE else ''}{value[0]}"


def _values(statement: Statement, key: str) -> Iterator[tuple[str, Path]]:
    """The texts under a key, each with its place; under its negation, one text that says so."""
    yield from statement.values(key)
    if left_out := sorted(value for value, _ in statement.values(f"Not{key}")):
        yield _ALL_BUT + ", ".join(left_out), statement.path


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
    """Policies that a role has or is bounded by, and the roles that a policy is given to."""
    for role in reading.of_type(ROLE):
        listed = role.properties.get("ManagedPolicyArns")
        for each, _ in items(listed, ()):
            if (arn := text(each)) is not None:
                yield Permission(holder=role.name, effect=ALLOW, action=arn)
        for boundary, _ in items(role.properties.get("PermissionsBoundary"), ()):
            if (arn := text(boundary)) is not None:
                yield Permission(holder=role.name, effect=BOUNDARY, action=arn)
    for policy in reading.of_type(MANAGED, *ATTACHED):
        for key in _HOLDERS:
            for holder, _ in items(policy.properties.get(key), ()):
                if (name := text(holder)) is not None:
                    yield Permission(
                        holder=policy.name, effect=ALLOW, action=_ALL_OF_IT, principal=name
                    )


@lru_cache(maxsize=4096)
def _pattern(written: str, parts: int) -> re.Pattern[str]:
    """What IAM's wildcards take: `*` any text and `?` any letter, up to the next colon.

    In the last of so many parts, or of those that are written, `*` goes on to the end.
    """
    *first, last = written.split(":", parts - 1)
    inner = (_wild(part, "[^:]") for part in first)
    return re.compile(":".join([*inner, _wild(last, ".")]), re.DOTALL)


def _wild(part: str, letter: str) -> str:
    return re.escape(part).replace(r"\*", f"{letter}*").replace(r"\?", letter)


def _plain(resource: str) -> str:
    """A resource in which only the colons of its ARN are colons."""
    return _PLACEHOLDER.sub(lambda hit: hit[0].replace(":", "."), resource)
