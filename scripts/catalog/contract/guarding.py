"""Data kept for less time, or guarded less, by a change of properties where a resource stands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf
from typing import Any

from catalog.contract import expiring
from catalog.contract.guards import BY_TYPE, Guard, Way
from catalog.contract.meaning import NO_VALUE, same

Properties = Mapping[str, Any]


def losses(type_: str, old: Properties, new: Properties) -> Iterator[str]:
    """What a resource that is changed in place does worse, a clause each.

    Args:
        type_: Of the resource, before and after.
        old: Its properties before, in the form of `Meaning.of`.
        new: As they are after the change.
    """
    for guard in BY_TYPE.get(type_, ()):
        path = guard.path.split(".")
        worse = [now for was, now in _pairs(old, new, path) if _is_less(guard, was, now)]
        if worse:
            yield f"{guard.words}: {guard.path} {_becomes(worse[0])}"
    if type_ == expiring.BUCKET:
        for was, now in _pairs(old, new, expiring.RULES):
            yield from expiring.sooner(was, now)


def _pairs(old: Any, new: Any, path: list[str]) -> Iterator[tuple[Any, Any]]:
    """The values that a property may have had and may have now: branches of one condition apart."""
    match old, new:
        case {"Fn::If": [one, *before]}, {"Fn::If": [other, *after]} if same(one, other):
            for was, now in zip(before, after, strict=True):
                yield from _pairs(was, now, path)
        case {"Fn::If": [_, *before]}, _:
            for was in before:
                yield from _pairs(was, new, path)
        case _, {"Fn::If": [_, *after]}:
            for now in after:
                yield from _pairs(old, now, path)
        case _ if path:
            yield from _pairs(_at(old, path[0]), _at(new, path[0]), path[1:])
        case _:
            yield _written(old), _written(new)


def _at(value: Any, key: str) -> Any:
    """What stands under a key; what only a stack knows stays as it is, at any depth."""
    match value:
        case dict() if not _open(value):
            return value.get(key)
        case list():
            return value[int(key)] if key.isdigit() and int(key) < len(value) else None
    return _written(value)


def _written(value: Any) -> Any:
    return None if value == NO_VALUE else value


def _open(value: Any) -> bool:
    """Whether a value is one that only a stack knows."""
    match value:
        case dict():
            return len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::"))
    return False


def _is_less(guard: Guard, was: Any, now: Any) -> bool:
    if same(was, now):
        return False
    match guard.way:
        case Way.FEWER:
            return _number(guard, now, -inf) < _number(guard, was, inf)
        case Way.WEAKER:
            return _rank(guard, now, len(guard.best)) > _rank(guard, was, 0)
        case Way.GONE:
            return now is None
        case Way.OTHER:
            return now is not None


def _number(guard: Guard, value: Any, unknown: float) -> float:
    try:
        return float(guard.unset if value is None else value)
    except (TypeError, ValueError):
        return unknown


def _rank(guard: Guard, value: Any, unknown: int) -> int:
    value = guard.unset if value is None else value
    if not isinstance(value, str):
        return unknown
    return guard.best.index(value) if value in guard.best else len(guard.best)


def _becomes(value: Any) -> str:
    if value is None:
        return "is no longer set"
    return f"becomes {value}" if isinstance(value, str) else "becomes what only a stack knows"
