"""A template as the house rules read it: resources, and values seen through their intrinsics."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from catalog.templates import loops

Path = tuple[str | int, ...]
"""Keys and indexes from the template's root to a value."""

NO_VALUE = {"Ref": "AWS::NoValue"}

ARN_PART = r"(?:\$\{[^}]*\}|[^:\s$])*"
"""Expression for what stands between two colons of an ARN: `${AWS::Region}` is one part."""


UNREADABLE = "${}"
"""Stands in texts for a part that only a stack knows, and that has no name."""

_SUBSTITUTED = re.compile(r"\$\{([A-Za-z0-9]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """One entry of `Resources`.

    Args:
        body: The whole entry.
        properties: Its `Properties`; empty when it has none.
        within: Keys from `Resources` to it when a loop writes it out, its own left out.
    """

    name: str
    type: str
    body: Mapping[str, Any]
    properties: Mapping[str, Any]
    within: Path = ()

    @property
    def path(self) -> Path:
        """Where it stands."""
        return ("Resources", *self.within, self.name)

    def at(self, *keys: str | int) -> Path:
        """Where a property stands, whether it is there or not."""
        return (*self.path, "Properties", *keys)


@dataclass(frozen=True, eq=False)
class Reading:
    """A decoded template; each is its own, so that what was found in it can be kept."""

    body: Mapping[str, Any] = field(repr=False)

    def section(self, name: str) -> Mapping[str, Any]:
        """A top-level section; empty when it is missing or no mapping."""
        return mapping(self.body.get(name))

    @cached_property
    def resources(self) -> Mapping[str, Resource]:
        """Every well-formed resource by logical id."""
        return {
            str(name): Resource(
                name=str(name),
                type=body["Type"],
                body=body,
                properties=mapping(body.get("Properties")),
                within=tuple(within),
            )
            for (*within, name), body in loops.entries(self.section("Resources"))
            if isinstance(body, dict) and isinstance(body.get("Type"), str)
        }

    @cached_property
    def parameters(self) -> Mapping[str, Mapping[str, Any]]:
        """Every well-formed parameter by name."""
        return {n: p for n, p in self.section("Parameters").items() if isinstance(p, dict)}

    def of_type(self, *types: str) -> Iterator[Resource]:
        """Resources of any of these types, in order."""
        return (r for r in self.resources.values() if r.type in types)


def mapping(value: Any) -> Mapping[str, Any]:
    """`value` when it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def items(value: Any, path: Path) -> Iterator[tuple[Any, Path]]:
    """The items of a list, or the value itself, each in every branch of its `Fn::If`."""
    for branch, where in branches(value, path):
        if isinstance(branch, list):
            for index, item in enumerate(branch):
                yield from branches(item, (*where, index))
        elif branch is not None:
            yield branch, where


def branches(value: Any, path: Path) -> Iterator[tuple[Any, Path]]:
    """The values something can take through `Fn::If`; `AWS::NoValue` becomes None."""
    match value:
        case {"Fn::If": [_, yes, no]} if len(value) == 1:
            yield from branches(yes, (*path, "Fn::If", 1))
            yield from branches(no, (*path, "Fn::If", 2))
        case _:
            yield (None if value == NO_VALUE else value), path


def text(value: Any) -> str | None:
    """A value as text with `${…}` for what only a stack knows; None when it is no text at all."""
    match value:
        case bool():
            return str(value).lower()
        case str() | int() | float():
            return str(value)
        case {"Ref": str(name)}:
            return "${" + name + "}"
        case {"Fn::GetAtt": [str(name), *rest]}:
            return "${" + ".".join([name, *map(str, rest)]) + "}"
        case {"Fn::GetAtt": str(dotted)}:
            return "${" + dotted + "}"
        case {"Fn::ImportValue": _} | {"Fn::FindInMap": _}:
            return UNREADABLE
    return _computed(value)


def _computed(value: Any) -> str | None:
    """What a function makes of texts that are given to it."""
    match value:
        case {"Fn::Sub": [str(template), dict(given)]}:
            return _SUBSTITUTED.sub(lambda hit: text(given.get(hit[1])) or hit[0], template)
        case {"Fn::Sub": str(template) | [str(template), *_]}:
            return template
        case {"Fn::Join": [str(separator), list(parts)]}:
            return separator.join(text(part) or UNREADABLE for part in parts)
        case {"Fn::Select": [int() | str() as index, list(options)]}:
            within = str(index).isdigit() and int(index) < len(options)
            return text(options[int(index)]) if within else UNREADABLE
        case {"Fn::Select": _}:
            return UNREADABLE
    return None


def refers_to(value: Any, name: str) -> bool:
    """Whether a value mentions the resource `name`, at any depth."""
    own = text(value)
    if own is not None and ("${" + name + "}" in own or "${" + name + "." in own):
        return True
    match value:
        case dict():
            return any(refers_to(inner, name) for inner in value.values())
        case list():
            return any(refers_to(inner, name) for inner in value)
    return False


def strings(value: Any, path: Path) -> Iterator[tuple[str, Path]]:
    """Every string below a value, keys excluded."""
    match value:
        case str():
            yield value, path
        case dict():
            for key, inner in value.items():
                yield from strings(inner, (*path, key))
        case list():
            for index, inner in enumerate(value):
                yield from strings(inner, (*path, index))
