"""Two faces held against each other: every difference, and the step they demand together."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.contract import outputs, parameters, resources
from catalog.contract.differences import Bump, Change, Difference, Level, Section, bump
from catalog.contract.face import Face
from catalog.contract.meaning import Meaning
from catalog.templates.scenarios import text

MOST = 8
"""Actions that a reason names; `Difference.details` has all."""


def differences(old: Face, new: Face) -> tuple[Difference, ...]:
    """Everything in which `new` is not what somebody who knows `old` expects.

    A project that exists knows nothing of a new parameter, which therefore has its default there.
    """
    assumed = {
        name: text(declared["Default"])
        for name, declared in new.parameters.items()
        if name not in old.parameters and "Default" in declared
    }
    before = Meaning(conditions=old.conditions, mappings=old.mappings, assumed={})
    after = Meaning(conditions=new.conditions, mappings=new.mappings, assumed=assumed)
    return (
        *parameters.compare(old.parameters, new.parameters),
        *outputs.compare(old.outputs, new.outputs, before, after),
        *outputs.compare_rules(old.rules, new.rules, before, after),
        *_transforms(old, new),
        *resources.compare(old.resources, new.resources, before, after),
        *_permissions(old, new),
    )


def needed_bump(old: Face, new: Face) -> Bump:
    """The smallest step from `old` to `new` that promises nothing false."""
    return bump(differences(old, new))


def _transforms(old: Face, new: Face) -> Iterator[Difference]:
    """Macros of an account; CloudFormation hosts its own transforms everywhere."""
    for name in new.transforms:
        if name not in old.transforms and not name.startswith("AWS::"):
            reason = f"the macro {name} must exist in every account that launches"
            yield _macro(Change.ADDED, name, reason)
    for name in old.transforms:
        if name not in new.transforms and not name.startswith("AWS::"):
            yield _macro(Change.GONE, name, f"what the macro {name} makes is gone")


def _macro(change: Change, name: str, reason: str) -> Difference:
    return Difference(
        level=Level.MAJOR, section=Section.TRANSFORM, change=change, name=name, reason=reason
    )


def _permissions(old: Face, new: Face) -> Iterator[Difference]:
    """What a launch role must newly allow, and need no longer."""
    before, after = set(old.permissions.actions), set(new.permissions.actions)
    for level, change, actions, words in (
        (Level.MINOR, Change.ADDED, after - before, "a launch needs new permissions"),
        (Level.PATCH, Change.GONE, before - after, "a launch needs fewer permissions"),
    ):
        if actions:
            yield Difference(
                level=level,
                section=Section.PERMISSION,
                change=change,
                name="",
                reason=f"{words}: {_listed(sorted(actions))}",
                details=tuple(sorted(actions)),
            )


def _listed(actions: list[str]) -> str:
    more = len(actions) - MOST
    return ", ".join(actions[:MOST]) + (f" and {more} more" if more > 0 else "")
