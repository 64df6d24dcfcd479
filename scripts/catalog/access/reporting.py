"""IAM coverage as people read it: a line for each action, a table by role, the wildcards left."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from catalog.access.coverage import Covered, Standing, table, wildcards
from catalog.access.written import Grant

_SIGN = {
    Standing.EXERCISED: "✓",
    Standing.NEEDED: "·",
    Standing.KEPT: "·",
    Standing.NEITHER: "!",
}

Excuses = Mapping[tuple[str, str, str, str], str]
"""Product, logical id, Sid and action -> why it is named by a part; without an action: why the
statement reaches every resource."""


def lines(found: Sequence[Covered], excuses: Excuses) -> Iterator[str]:
    """Every action at its line, then the wildcards left, then the table."""
    for one in sorted(found, key=lambda each: (each.grant.place.file, each.grant.place.line)):
        grant = one.grant
        verb = "allows" if grant.allows else "denies"
        said = f"{one.standing.value}, {_calls(one)}" if one.calls else one.standing.value
        if "*" in grant.action and one.called:
            said += f": {', '.join(one.called)}"
        yield f"{_SIGN[one.standing]} {grant.where} {_statement(one)} {verb} {grant.action}: {said}"
        if one.why:
            yield f"    {one.why}"
    yield ""
    yield from _wildcards_left(found, excuses)
    if needless := [one.grant for one in found if one.needless]:
        yield ""
        yield "Exercised, so that permissions.yaml need not explain it:"
        yield from (f"  {each.product} {each.holder} {each.sid} {each.action}" for each in needless)
    yield ""
    yield f"{'role':<52} statements  exercised  by document  kept  neither"
    for product, holder, statements, *counts in table(found):
        exercised, needed, kept, neither = counts
        yield (
            f"{f'{product} {holder}':<52} {statements:>10}  {exercised:>9}  {needed:>11}  "
            f"{kept:>4}  {neither:>7}"
        )


def _wildcards_left(found: Sequence[Covered], excuses: Excuses) -> Iterator[str]:
    """Statement by statement, so that a reason is told once."""

    def alike(grant: Grant) -> tuple[Any, ...]:
        statement = (grant.product, grant.holder, grant.policy, grant.index)
        return (*statement, *_excuses(grant, excuses))

    yield "Wildcards left:"
    for _, group in groupby(wildcards(found), alike):
        first, *more = group
        actions = ", ".join(grant.action for grant in (first, *more))
        yield f"  {first.where} {actions} on {', '.join(first.resources) or 'everything'}"
        yield from (f"    {why}" for why in _excuses(first, excuses))


def _excuses(grant: Grant, excuses: Excuses) -> Iterator[str]:
    wide = []
    if "*" in grant.action:
        wide.append(grant.action)
    if "*" in grant.resources:
        wide.append("")
    for action in wide:
        why = excuses.get((grant.product, grant.holder, grant.sid, action), "nobody says why")
        yield " ".join(why.split())


def to_json(found: Sequence[Covered]) -> list[dict[str, Any]]:
    """The same for programs, an object for each action."""
    return [
        {
            "place": one.grant.where,
            "product": one.grant.product,
            "role": one.grant.holder,
            "policy": one.grant.policy,
            "statement": one.grant.sid or one.grant.index,
            "allows": one.grant.allows,
            "action": one.grant.action,
            "standing": one.standing.value,
            "calls": one.calls,
            "called": list(one.called),
            "why": one.why,
        }
        for one in found
    ]


def _statement(one: Covered) -> str:
    grant = one.grant
    which = grant.sid or f"statement {grant.index}"
    return f"{grant.holder}/{grant.policy or grant.name} {which}"


def _calls(one: Covered) -> str:
    return "1 call" if one.calls == 1 else f"{one.calls} calls"
