"""EventBridge's event patterns: which events a rule is about.

A pattern has the shape of the events it means. Its leaves are lists: a field matches when one of
its values satisfies one entry. All named fields must match; `$or` branches. Where an event holds
arrays of objects, fields must match within the same element (Event Ruler, *JSON Array Matching*).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from local_aws.events.matchers import OPERATORS, Malformed, Matcher, absent, matcher

OR = "$or"
RESERVED_IN_OR = frozenset({*OPERATORS, "exactly", "regex", "=", "<", "<=", ">", ">="})

Path = tuple[str, ...]
Branch = Mapping[Path, tuple[Matcher, ...]]


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern taken apart: it matches when one branch does, a branch when all its fields do."""

    branches: tuple[Branch, ...]

    def matches(self, event: Mapping[str, object]) -> bool:
        """Whether the pattern means `event`, an event's envelope as JSON values."""
        leaves: dict[Path, list[_Leaf]] = {}
        for leaf in _leaves(event):
            leaves.setdefault(leaf.path, []).append(leaf)
        return any(_consistent(tuple(branch.items()), leaves, {}) for branch in self.branches)


@functools.lru_cache(maxsize=256)
def parse(text: str) -> Pattern:
    """The pattern that a rule's `EventPattern` writes down.

    Raises:
        Malformed: PutRule would refuse it with `InvalidEventPatternException`.
    """
    try:
        written = json.loads(text)
    except ValueError:
        raise Malformed("Invalid JSON") from None
    if not isinstance(written, dict):
        raise Malformed("Filter is not an object")
    return Pattern(_branches(written, (), ({},)))


def _branches(
    written: Mapping[str, object],
    path: Path,
    so_far: tuple[Branch, ...],
    within_or: bool = False,
) -> tuple[Branch, ...]:
    """The branches `so_far`, each with the fields that are written at `path`."""
    if not written:
        raise Malformed("Empty objects are not allowed")
    for name, value in written.items():
        if name == OR:
            so_far = _alternatives(value, path, so_far)
        elif within_or and name in RESERVED_IN_OR:
            raise Malformed(f"{name} is reserved and cannot be a field inside {OR}.")
        elif isinstance(value, dict):
            so_far = _branches(value, (*path, name), so_far, within_or)
        elif isinstance(value, list):
            if not value:
                raise Malformed("Empty arrays are not allowed")
            tests = tuple(matcher(entry) for entry in value)
            so_far = tuple({**branch, (*path, name): tests} for branch in so_far)
        else:
            raise Malformed(f'"{name}" must be an object or an array')
    return so_far


def _alternatives(value: object, path: Path, so_far: tuple[Branch, ...]) -> tuple[Branch, ...]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Malformed(f"Only an array of objects is allowed after {OR}.")
    if len(value) < 2:
        raise Malformed(f"There must have at least 2 Objects in {OR} relationship.")
    each = (_branches(alternative, path, so_far, within_or=True) for alternative in value)
    return tuple(branch for branches in each for branch in branches)


# --- Matching ------------------------------------------------------------------------------------

Places = Mapping[int, int]
"""Which element of which array (by identity) a value is in."""


@dataclass(frozen=True, slots=True)
class _Leaf:
    path: Path
    value: object
    places: Places


def _leaves(value: object, path: Path = (), places: Places | None = None) -> Iterator[_Leaf]:
    places = places or {}
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _leaves(inner, (*path, name), places)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _leaves(item, path, {**places, id(value): index})
    else:
        yield _Leaf(path, value, places)


def _consistent(
    fields: Sequence[tuple[Path, tuple[Matcher, ...]]],
    leaves: Mapping[Path, list[_Leaf]],
    places: Places,
) -> bool:
    """Whether every field finds a value, all within the same elements of the event's arrays."""
    if not fields:
        return True
    (path, tests), *rest = fields
    found = leaves.get(path, ())
    if not found:
        return absent in tests and _consistent(rest, leaves, places)
    return any(
        all(places.get(array, index) == index for array, index in leaf.places.items())
        and any(test(leaf.value) for test in tests)
        and _consistent(rest, leaves, {**places, **leaf.places})
        for leaf in found
    )
