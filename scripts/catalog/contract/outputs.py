"""What people and other stacks read, and what is refused at the door."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.contract.differences import Change, Difference, Level, Section
from catalog.contract.meaning import Meaning, same

Body = Mapping[str, Any]
Step = tuple[Level, Change, str]


def compare(
    old: Mapping[str, Body], new: Mapping[str, Body], before: Meaning, after: Meaning
) -> Iterator[Difference]:
    """The differences of two sections of outputs."""
    for name in old:
        if name in new:
            steps = _steps(name, old[name], new[name], before, after)
        else:
            steps = iter([(Level.MAJOR, Change.GONE, f"the output {name} is gone")])
        yield from (_difference(Section.OUTPUT, name, step) for step in steps)
    for name in new:
        if name not in old:
            step = (Level.MINOR, Change.ADDED, f"the output {name} is new")
            yield _difference(Section.OUTPUT, name, step)


def _difference(section: Section, name: str, step: Step) -> Difference:
    level, change, reason = step
    return Difference(level=level, section=section, change=change, name=name, reason=reason)


def _steps(name: str, old: Body, new: Body, before: Meaning, after: Meaning) -> Iterator[Step]:
    was, now = before.of(old.get("Export")), after.of(new.get("Export"))
    if was and not same(was, now):
        reason = f"the output {name} is no longer exported under its name"
        yield Level.MAJOR, Change.RENAMED, reason
    elif now and not was:
        yield Level.MINOR, Change.WIDENED, f"the output {name} is exported"
    if not same(before.of(old.get("Value")), after.of(new.get("Value"))):
        level = Level.MAJOR if was else Level.MINOR
        exported = ", which may be imported" if was else ""
        yield level, Change.CHANGED, f"the output {name} says something else{exported}"
    yield from _presence(
        name, before.there(old.get("Condition", "")), after.there(new.get("Condition", ""))
    )


def _presence(name: str, old: Any, new: Any) -> Iterator[Step]:
    if new is not True and not same(old, new):
        reason = f"the output {name} may be gone: a condition decides about it"
        yield Level.MAJOR, Change.OPTIONAL, reason
    elif new is True and old is not True:
        yield Level.MINOR, Change.WIDENED, f"the output {name} is always there"


# --- Rules --------------------------------------------------------------------------------------


def compare_rules(
    old: Mapping[str, Body], new: Mapping[str, Body], before: Meaning, after: Meaning
) -> Iterator[Difference]:
    """The differences of two sections of rules; in which words they refuse is none."""
    was = {name: _asserted(rule, before) for name, rule in old.items()}
    for name, rule in new.items():
        when, asserted = _asserted(rule, after)
        then, known = was.get(name, ("", []))
        if any(each not in known for each in asserted) or (asserted and when != then):
            change = Change.NARROWED if name in old else Change.ADDED
            step = (Level.MAJOR, change, f"the rule {name} may refuse values in use")
            yield _difference(Section.RULE, name, step)
        elif asserted != known:
            step = (Level.MINOR, Change.WIDENED, f"the rule {name} refuses less")
            yield _difference(Section.RULE, name, step)
    for name in old:
        if name not in new:
            step = (Level.MINOR, Change.GONE, f"the rule {name} is gone")
            yield _difference(Section.RULE, name, step)


def _asserted(rule: Body, meaning: Meaning) -> tuple[Any, list[Any]]:
    """When a rule holds, and what it then asserts."""
    asserted = meaning.of(rule.get("Assertions") or [])
    listed = asserted if isinstance(asserted, list) else [asserted]
    return meaning.of(rule.get("RuleCondition")), [
        each.get("Assert") if isinstance(each, dict) else each for each in listed
    ]
