"""IAM coverage: of each action a role holds, whether a rehearsal called it, or a document needs it.

As test coverage follows from executed lines, this follows from decided calls: every request to the
embedded AWS is recorded with the statements that decided it. Absence alone removes nothing; an
action nobody exercised may be one that AWS's services call by themselves, and then a document says
so.
"""

from __future__ import annotations

import fnmatch
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from catalog.access.reasons import Reasons
from catalog.access.written import Grant


class Standing(StrEnum):
    """What is known of a granted action."""

    EXERCISED = "exercised"
    NEEDED = "needed by document"
    KEPT = "kept for a reason"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exercise:
    """A statement that decided a call.

    Args:
        name: Of the role whose statement it is, or of the managed policy.
        policy: Name of the inline policy it stands in; `trust` for who may assume the role, empty
            in a managed policy.
        mark: Its `Sid`, or `#<index>` when it has none.
        allows: Whether it allowed the call.
        action: What was called, e.g. `s3:GetObject`.
    """

    name: str
    policy: str
    mark: str
    allows: bool
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """A granted action and what is known of it.

    Args:
        calls: How many decided calls exercised it.
        called: The actions called; several where a grant names them by a part.
        why: The document, or the reason; empty when it was exercised or nothing is known.
        needless: Whether somebody gave a reason, although rehearsals exercise it.
    """

    grant: Grant
    standing: Standing
    calls: int = 0
    called: tuple[str, ...] = ()
    why: str = ""
    needless: bool = False


_STATEMENT = re.compile(r"(?P<holder>.*), statement (?P<index>\d+)(?: \((?P<sid>.*)\))?")
_TRUST = re.compile(r"trust policy of (?P<role>[\w+=,.@-]+)")
_INLINE = re.compile(r"(?P<role>[\w+=,.@-]+)/(?P<policy>[\w+=,.@-]+)")
_MANAGED = re.compile(r"arn:[a-z-]+:iam::\d{12}:policy/(?:.*/)?(?P<policy>[\w+=,.@-]+)")


def exercises(calls: Iterable[Mapping[str, Any]]) -> Iterator[Exercise]:
    """The statements of roles and of an account's own managed policies that decided calls.

    What stands on a resource, in a session or in a policy of AWS shows nothing of our roles.

    Args:
        calls: Decisions as the embedded AWS records them: `action`, `verdict`, and `statements` as
            texts such as `role/policy, statement 0 (Sid)`.
    """
    for call in calls:
        for text in call["statements"]:
            parts = _STATEMENT.fullmatch(text)
            if parts is None or (holder := _holder(parts["holder"])) is None:
                continue
            yield Exercise(
                name=holder[0],
                policy=holder[1],
                mark=parts["sid"] or f"#{parts['index']}",
                allows=call["verdict"] == "allowed",
                action=call["action"],
            )


def _holder(text: str) -> tuple[str, str] | None:
    """Name and inline policy (see `Exercise`) that a statement's place tells."""
    if found := _TRUST.fullmatch(text):
        return found["role"], "trust"
    if found := _MANAGED.fullmatch(text):
        return found["policy"], ""
    if found := _INLINE.fullmatch(text):
        return found["role"], found["policy"]
    return None


Schema = Callable[[Grant], str]
"""The resource type whose schema demands a grant of a launch role; empty when none does."""


def covered(
    grants: Iterable[Grant],
    exercises: Iterable[Exercise],
    reasons: Mapping[str, Reasons],
    schema: Schema,
) -> tuple[Covered, ...]:
    """What is known of each granted action.

    Args:
        grants: What the roles of the catalog hold.
        exercises: What decided the calls of the rehearsals.
        reasons: Product -> what its people wrote down.
        schema: What a resource type's schema demands.
    """
    held = tuple(grants)
    shown: dict[Grant, Counter[str]] = {}
    for exercise, count in Counter(exercises).items():
        for grant in _shown(exercise, held):
            shown.setdefault(grant, Counter())[exercise.action] += count
    return tuple(_covered(grant, shown.get(grant), reasons, schema) for grant in held)


def _covered(
    grant: Grant, called: Counter[str] | None, reasons: Mapping[str, Reasons], schema: Schema
) -> Covered:
    entry = reasons.get(grant.product, Reasons()).why(grant)
    if called:
        return Covered(
            grant=grant,
            standing=Standing.EXERCISED,
            calls=called.total(),
            called=tuple(sorted(called)),
            needless=entry is not None and "*" not in grant.action,
        )
    if entry and entry.document:
        why = f"{entry.because} ({entry.document})"
        return Covered(grant=grant, standing=Standing.NEEDED, why=why)
    if entry:  # what somebody says of this role is truer than what is said of a resource type
        return Covered(grant=grant, standing=Standing.KEPT, why=entry.because)
    if kind := schema(grant):
        why = f"the registry schema of {kind} lists it under its handlers' permissions"
        return Covered(grant=grant, standing=Standing.NEEDED, why=why)
    return Covered(grant=grant, standing=Standing.NEITHER)


def _shown(exercise: Exercise, held: Sequence[Grant]) -> tuple[Grant, ...]:
    """The grants that a decided call shows: of one role or policy, or none if it may be another's.

    Where names known only at deployment fit as well, the most telling one has it.
    """
    fitting = [grant for grant in held if _fits(exercise, grant)]
    telling = max((_telling(grant.name) for grant in fitting), default=(False, 0))
    found = tuple(grant for grant in fitting if _telling(grant.name) == telling)
    return found if len({(grant.product, grant.holder) for grant in found}) == 1 else ()


def _fits(exercise: Exercise, grant: Grant) -> bool:
    return (
        exercise.policy == grant.policy
        and exercise.mark == grant.mark
        and exercise.allows == grant.allows
        and fnmatch.fnmatchcase(exercise.name, grant.name)
        and grant.grants(exercise.action)
    )


def _telling(name: str) -> tuple[bool, int]:
    return "*" not in name, len(name.replace("*", ""))


def table(found: Sequence[Covered]) -> list[tuple[str, str, int, int, int, int, int]]:
    """By role: product, role, statements, actions exercised, needed, kept, neither."""
    rows = []
    for product, holder in sorted({(one.grant.product, one.grant.holder) for one in found}):
        own = [one for one in found if (one.grant.product, one.grant.holder) == (product, holder)]
        statements = {(one.grant.policy, one.grant.index) for one in own}
        counts = Counter(one.standing for one in own)
        rows.append((product, holder, len(statements), *(counts[each] for each in Standing)))
    return rows  # type: ignore[return-value]  # one number for each standing


def wildcards(found: Iterable[Covered]) -> tuple[Grant, ...]:
    """Grants that reach every resource, or more actions than they name."""
    return tuple(
        one.grant
        for one in found
        if one.grant.allows and ("*" in one.grant.resources or "*" in one.grant.action)
    )
