"""Loops of templates: `Fn::ForEach` writes entries of a section out, once for each of a collection.

CloudFormation's language extensions (*Fn::ForEach*): a key `Fn::ForEach::<name>` of a section holds
`[identifier, collection, {key: entry}]`, and a loop may stand inside another. How often an entry is
written only a stack knows, so it counts once here, under its key as written: `Profile&{User}`.
"""

from __future__ import annotations

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
