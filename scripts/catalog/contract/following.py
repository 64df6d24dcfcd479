"""What is replaced because something else is: a reference in a property that cannot change."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from itertools import islice
from typing import Any

from catalog.contract.face import FacedResource
from catalog.contract.meaning import Meaning


def followers(
    resources: Mapping[str, FacedResource], changed: Collection[str], meaning: Meaning
) -> Iterator[tuple[str, str, str]]:
    """Resources that follow, the ones that follow those included.

    Args:
        resources: As they are after the change.
        changed: Logical ids of what is replaced, or known by another name.
        meaning: How to read values.

    Yields:
        Who follows, the property that refers, and whom it refers to.
    """
    moved = set(changed)
    while found := [*_next(resources, moved, meaning)]:
        yield from found
        moved.update(name for name, _, _ in found)


def _next(
    resources: Mapping[str, FacedResource], moved: Collection[str], meaning: Meaning
) -> Iterator[tuple[str, str, str]]:
    for name, resource in resources.items():
        hits = (
            (name, key, other)
            for key, values in resource.fixed.items()
            for other in references(meaning.of(values))
            if name not in moved and other in moved
        )
        yield from islice(hits, 1)


def references(value: Any) -> Iterator[str]:
    """Logical ids and parameters that a value in the form of `Meaning.of` refers to."""
    match value:
        case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
            yield name
        case dict():
            for inner in value.values():
                yield from references(inner)
        case list():
            for item in value:
                yield from references(item)
