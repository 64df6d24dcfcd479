"""What two faces differ in, as values: the words of a verdict."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """Parts of a semantic version, from the heaviest to the lightest."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


class Section(StrEnum):
    """Where a difference is: a section of the template, or what a launch role must allow."""

    PARAMETER = "Parameters"
    OUTPUT = "Outputs"
    RULE = "Rules"
    RESOURCE = "Resources"
    TRANSFORM = "Transform"
    PERMISSION = "Permissions"


class Change(StrEnum):
    """What became of a thing, in the order in which people want to know of it.

    Args:
        REPLACED: An update makes it anew, or fails because it cannot.
        RENAMED: Known by another name, though the same thing.
        OPTIONAL: A condition decides about its being there, where none did, or another.
        UNGUARDED: Keeps data for less time, or guards it less, where it stands.
        NARROWED: Takes less, or promises less.
        WIDENED: Takes more, or promises more.
        CHANGED: Neither; something else.
    """

    GONE = "gone"
    REPLACED = "replaced"
    RENAMED = "renamed"
    OPTIONAL = "optional"
    UNGUARDED = "unguarded"
    NARROWED = "narrowed"
    ADDED = "added"
    WIDENED = "widened"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as it was.

    Args:
        level: The step of the version it demands by itself.
        name: Parameter, output, rule, logical id, transform; empty for permissions.
        reason: In words, one clause.
        details: Properties that cannot change in place, or IAM actions; empty elsewhere.
    """

    level: Level
    section: Section
    change: Change
    name: str
    reason: str
    details: tuple[str, ...] = ()

    @property
    def place(self) -> str:
        """Where it is in the template, e.g. `Resources.Queue`."""
        return f"{self.section}.{self.name}" if self.name else str(self.section)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bump:
    """The step a version must take at least.

    Args:
        differences: All of them, the heaviest first.
    """

    level: Level
    differences: tuple[Difference, ...] = ()

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why it may not be smaller, one clause each; empty for a patch."""
        if self.level is Level.PATCH:
            return ()
        return tuple(each.reason for each in self.differences if each.level is self.level)


def bump(found: Iterable[Difference]) -> Bump:
    """The smallest step that promises nothing false about some differences."""
    order = list(Level)
    ranked = tuple(sorted(found, key=lambda each: order.index(each.level)))
    return Bump(level=ranked[0].level if ranked else Level.PATCH, differences=ranked)
