"""What differs between the properties a resource should have and those it has. Pure.

Only properties that the template sets count (API reference, *DetectStackDrift*). What an object
holds besides is left alone; a list, and a document such as a policy, must be the same as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.cloudformation import schemas

ADDED, REMOVED, UNEQUAL = "ADD", "REMOVE", "NOT_EQUAL"
_NAMES = ("PolicyName", "Id", "Key", "Name")
"""What tells the entries of a list apart whose order says nothing."""

_EMPTY: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A property whose value is not the expected one.

    Args:
        path: JSON pointer, e.g. `/Policies/0/PolicyDocument`.
        how: `ADD`, `REMOVE` or `NOT_EQUAL`.
    """

    path: str
    expected: Any
    actual: Any
    how: str

    @property
    def name(self) -> str:
        """The top-level property."""
        return self.path.split("/")[1]

    def shown(self) -> dict[str, str]:
        """As the API shows it (*PropertyDifference*)."""
        return {
            "PropertyPath": self.path,
            "ExpectedValue": as_text(self.expected),
            "ActualValue": as_text(self.actual),
            "DifferenceType": self.how,
        }


def differences(
    kind: str, expected: Mapping[str, Any], actual: Mapping[str, Any]
) -> tuple[Difference, ...]:
    """Every difference, by property.

    Args:
        kind: A known type; its schema says where the order of a list counts.
        expected: Resolved properties, as the template sets them.
        actual: Those the resource has, by the same names.
    """
    shapes = schemas.schema(kind).get("properties", {})
    return tuple(
        found
        for name in sorted(expected)
        for found in _compared(
            _Shape(kind, shapes.get(name, {})), f"/{name}", expected[name], actual.get(name)
        )
    )


def as_text(value: Any) -> str:
    """A value as the API shows it: text, or JSON."""
    return value if isinstance(value, str) else json.dumps(value)


class _Shape:
    """A place in a type's schema, references followed."""

    def __init__(self, kind: str, node: Mapping[str, Any]) -> None:
        self.kind = kind
        name = str(node.get("$ref", "")).removeprefix("#/definitions/")
        self.node = schemas.schema(kind).get("definitions", {}).get(name, {}) if name else node

    @property
    def members(self) -> Mapping[str, Any]:
        """Properties of an object; none of a document."""
        return dict(self.node.get("properties", {}))

    @property
    def ordered(self) -> bool:
        return bool(self.node.get("insertionOrder", True))

    def member(self, name: str) -> _Shape:
        return _Shape(self.kind, self.members.get(name, {}))

    def item(self) -> _Shape:
        return _Shape(self.kind, self.node.get("items", {}))


def _compared(shape: _Shape, path: str, expected: Any, actual: Any) -> Iterator[Difference]:
    if _same(expected, actual):
        return
    if actual in _EMPTY:
        yield Difference(path=path, expected=expected, actual=actual, how=REMOVED)
    elif isinstance(expected, list) and isinstance(actual, list):
        yield from _entries(shape, path, expected, actual)
    elif isinstance(expected, dict) and isinstance(actual, dict) and shape.members:
        for name in sorted(expected):
            yield from _compared(
                shape.member(name), f"{path}/{name}", expected[name], actual.get(name)
            )
    else:
        yield Difference(path=path, expected=expected, actual=actual, how=UNEQUAL)


def _entries(
    shape: _Shape, path: str, expected: list[Any], actual: list[Any]
) -> Iterator[Difference]:
    left = dict(enumerate(actual))
    for place, entry in enumerate(expected):
        match = _partner(shape, place, entry, left)
        if match is None:
            yield Difference(path=f"{path}/{place}", expected=entry, actual=None, how=REMOVED)
        else:
            yield from _compared(shape.item(), f"{path}/{place}", entry, left.pop(match))
    for place, entry in left.items():
        yield Difference(path=f"{path}/{place}", expected=None, actual=entry, how=ADDED)


def _partner(shape: _Shape, place: int, entry: Any, left: Mapping[int, Any]) -> int | None:
    """The entry of the other list that this one is held against."""
    if shape.ordered:
        return place if place in left else None
    same = (at for at, other in left.items() if _same(entry, other))
    named = (at for at, other in left.items() if _name(entry) and _name(entry) == _name(other))
    return next(same, next(named, None))


def _name(entry: Any) -> str:
    if not isinstance(entry, Mapping):
        return ""
    return next((str(entry[key]) for key in _NAMES if key in entry), "")


def _same(expected: Any, actual: Any) -> bool:
    if expected in _EMPTY and actual in _EMPTY:
        return True
    return bool(_plain(expected) == _plain(actual))


def _plain(value: Any) -> Any:
    """A value without the ways in which templates may write it: numbers as text, JSON as text."""
    match value:
        case Mapping():
            return {str(key): _plain(inner) for key, inner in value.items()}
        case list():
            return [_plain(inner) for inner in value]
        case bool():
            return str(value).lower()
        case str() if value.lstrip().startswith(("{", "[")):
            try:
                return _plain(json.loads(value))
            except ValueError:
                return value
        case None:
            return None
    return str(value)
