"""Loops of templates: `Fn::ForEach` writes entries of a section out, once for each of a collection.

CloudFormation's language extensions (*Fn::ForEach*): a key `Fn::ForEach::<name>` of a section holds
`[identifier, collection, {key: entry}]`, and a loop may stand inside another. How often an entry is
written over a parameter only a stack knows, so it counts once here, under its key as written:
`Profile&{User}`. `unrolled` writes out what the template knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

LOOP = "Fn::ForEach::"
BODY = 2
"""Index of a loop's entries."""

Path = tuple[str | int, ...]


def entries(section: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """The entries of a section and of its loops, in order.

    Args:
        section: E.g. a template's `Resources`.

    Yields:
        Where an entry stands within the section, its own key last; and the entry.
    """
    for key, entry in section.items():
        if not key.startswith(LOOP):
            yield (key,), entry
        elif isinstance(entry, list) and len(entry) > BODY and isinstance(entry[BODY], dict):
            for path, inner in entries(entry[BODY]):
                yield (key, BODY, *path), inner


def resources(template: Mapping[str, Any]) -> dict[str, Any]:
    """The resources of a template and of its loops by logical id, as far as it is written."""
    return {str(path[-1]): body for path, body in entries(template.get("Resources") or {})}


def unrolled(section: Mapping[str, Any]) -> dict[str, Any]:
    """A section with its loops over written values written out, and others' entries as they are."""
    made: dict[str, Any] = {}
    for key, entry in section.items():
        if not key.startswith(LOOP):
            made[key] = entry
        elif isinstance(entry, list) and len(entry) > BODY and isinstance(entry[BODY], dict):
            identifier, collection, body = entry[:3]
            written = isinstance(collection, list) and all(
                isinstance(value, str | int) for value in collection
            )
            for value in collection if written else ():
                made |= unrolled(_filled(body, str(identifier), str(value)))
            made |= {} if written else unrolled(body)
    return made


def _filled(value: Any, identifier: str, text: str) -> Any:
    """A loop's entries for one value; `&{…}` leaves out what no logical id may hold."""
    match value:
        case {"Ref": str(name)} if name == identifier:
            return text
        case dict():
            return {
                _replaced(key, identifier, text): _filled(inner, identifier, text)
                for key, inner in value.items()
            }
        case list():
            return [_filled(item, identifier, text) for item in value]
        case str():
            return _replaced(value, identifier, text)
    return value


def _replaced(written: str, identifier: str, text: str) -> str:
    plain = re.sub(r"[^A-Za-z0-9]", "", text)
    return written.replace(f"${{{identifier}}}", text).replace(f"&{{{identifier}}}", plain)
