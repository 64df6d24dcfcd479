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
        role: Name of the role whose statement it is.
        policy: Name of the policy it stands in; `trust` for who may assume the role.
        index: Its place in the document, from 0.
        sid: Its `Sid`; empty when it has none.
        action: What was called, e.g. `s3:GetObject`.
    """

    role: str
    policy: str
    index: int
    sid: str
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Covered:
    """A granted action and what is known of it.

    Args:
        calls: How many decided calls exercised it.
        why: The document, or the reason; empty when it was exercised or nothing is known.
    """

    grant: Grant
    standing: Standing
    calls: int = 0
    why: str = ""


_TRUST = "trust policy of "
_STATEMENT = re.compile(r"(?P<policy>.*), statement (?P<index>\d+)(?: \((?P<sid>.*)\))?")


def exercises(calls: Iterable[Mapping[str, Any]]) -> Iterator[Exercise]:
    """The statements that decided calls.

    Args:
        calls: Decisions as the embedded AWS records them: `action`, and `statements` as texts such
            as `role/policy, statement 0 (Sid)`.
    """
    for call in calls:
        for text in call["statements"]:
            if (parts := _STATEMENT.fullmatch(text)) is None:
                continue
            role, policy = _named(parts["policy"])
            yield Exercise(
                role=role,
                policy=policy,
                index=int(parts["index"]),
                sid=parts["sid"] or "",
                action=call["action"],
            )


def _named(policy: str) -> tuple[str, str]:
    """Role and policy of a statement's policy; a managed one belongs to no role."""
    if policy.startswith("arn:"):
        return "", policy.rpartition("/")[2]
    if policy.startswith(_TRUST):
        return policy.removeprefix(_TRUST), "trust"
    role, _, name = policy.partition("/")
    return role, name


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
    counted = Counter(exercises)
    return tuple(_covered(grant, counted, reasons, schema) for grant in grants)


def _covered(
    grant: Grant, counted: Mapping[Exercise, int], reasons: Mapping[str, Reasons], schema: Schema
) -> Covered:
    if calls := sum(count for each, count in counted.items() if _shows(each, grant)):
        return Covered(grant=grant, standing=Standing.EXERCISED, calls=calls)
    entry = reasons.get(grant.product, Reasons()).why(grant)
    if entry and entry.document:
        why = f"{entry.because} ({entry.document})"
        return Covered(grant=grant, standing=Standing.NEEDED, why=why)
    if kind := schema(grant):
        why = f"the registry schema of {kind} lists it under its handlers' permissions"
        return Covered(grant=grant, standing=Standing.NEEDED, why=why)
    if entry:
        return Covered(grant=grant, standing=Standing.KEPT, why=entry.because)
    return Covered(grant=grant, standing=Standing.NEITHER)


def _shows(exercise: Exercise, grant: Grant) -> bool:
    same = exercise.sid == grant.sid if grant.sid else exercise.index == grant.index
    return (
        same
        and (exercise.policy == grant.policy or not grant.policy)
        and fnmatch.fnmatchcase(exercise.role if grant.policy else exercise.policy, grant.name)
        and grant.grants(exercise.action)
    )


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
