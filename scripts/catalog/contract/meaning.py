"""Values as they come out, as far as a template alone tells: two ways to write one are the same.

`Fn::Sub` and `Fn::Join` become one list of parts, conditions and mappings are put in where they are
named, and what is decided by written values is decided. So a value that is written as before and
comes out differently, because a mapping changed, is seen; and one written anew that comes out as
before is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.templates.scenarios import holds, text

NO_VALUE = {"Ref": "AWS::NoValue"}

_PLACE = re.compile(r"\$\{([^}]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Meaning:
    """What values of a template mean.

    Args:
        conditions: Name -> expression.
        mappings: Name -> table.
        assumed: Parameter -> the value it certainly has.
    """

    conditions: Mapping[str, Any]
    mappings: Mapping[str, Any]
    assumed: Mapping[str, str]

    def of(self, value: Any) -> Any:
        """A value in the one form that all ways to write it share; scalars are text."""
        match value:
            case {"Ref": str(name)} if name in self.assumed:
                return self.assumed[name]
            case {"Fn::If": [str(name), yes, no]}:
                return self._branch(self.condition(name), self.of(yes), self.of(no))
            case {"Fn::FindInMap": [name, first, second, *rest]}:
                return self._found(name, self.of(first), self.of(second), rest)
            case {"Fn::Sub": _} | {"Fn::Join": [str(), list()]}:
                return _joined(self._parts(value))
            case {"Fn::GetAtt": [str(name), *rest]}:
                return {"Fn::GetAtt": [name, ".".join(map(str, rest))]}
            case dict():
                made = {key: self.of(inner) for key, inner in value.items()}
                return {key: inner for key, inner in made.items() if inner != NO_VALUE}
            case list():
                return [made for item in value if (made := self.of(item)) != NO_VALUE]
        return "" if value is None else text(value)

    def condition(self, name: str) -> Any:
        """Whether a condition holds; where nobody can tell yet, its expression."""
        expression = self._inlined({"Condition": name}, frozenset())
        decided = holds(expression, self.assumed)
        return self.of(expression) if decided is None else decided

    def there(self, condition: str) -> Any:
        """Whether something under a condition is there: True, False or an expression."""
        return self.condition(condition) if condition else True

    def _inlined(self, value: Any, within: frozenset[str]) -> Any:
        match value:
            case {"Condition": str(name)} if name in self.conditions and name not in within:
                return self._inlined(self.conditions[name], within | {name})
            case dict():
                return {key: self._inlined(inner, within) for key, inner in value.items()}
            case list():
                return [self._inlined(item, within) for item in value]
        return value

    @staticmethod
    def _branch(condition: Any, yes: Any, no: Any) -> Any:
        if isinstance(condition, bool):
            return yes if condition else no
        return yes if yes == no else {"Fn::If": [condition, yes, no]}

    def _found(self, name: Any, first: Any, second: Any, rest: list[Any]) -> Any:
        """The value in a mapping; where the keys are not written, the mapping with its keys."""
        table = self.mappings.get(name) if isinstance(name, str) else None
        if not isinstance(table, dict):
            return {"Fn::FindInMap": [self.of(name), first, second, *rest]}
        row = table.get(first) if isinstance(first, str) else None
        if isinstance(row, dict) and isinstance(second, str) and second in row:
            return self.of(row[second])
        return {"Fn::FindInMap": [self.of(table), first, second, *rest]}

    def _parts(self, value: Mapping[str, Any]) -> Iterator[Any]:
        """What `Fn::Sub` or `Fn::Join` puts together."""
        match value:
            case {"Fn::Sub": str(written)}:
                yield from self._filled(written, {})
            case {"Fn::Sub": [str(written), dict(given)]}:
                yield from self._filled(written, given)
            case {"Fn::Join": [separator, items]}:
                yield from _between(separator, map(self.of, items))
            case _:
                yield value

    def _filled(self, written: str, given: Mapping[str, Any]) -> Iterator[Any]:
        at = 0
        for hit in _PLACE.finditer(written):
            yield written[at : hit.start()]
            yield self._place(hit[1].strip(), given)
            at = hit.end()
        yield written[at:]

    def _place(self, name: str, given: Mapping[str, Any]) -> Any:
        if name.startswith("!"):
            return f"${{{name[1:]}}}"
        if name in given:
            return self.of(given[name])
        resource, _, attribute = name.partition(".")
        if attribute:
            return {"Fn::GetAtt": [resource, attribute]}
        return self.of({"Ref": name})


def same(old: Any, new: Any) -> bool:
    """Whether a value in the form of `Meaning.of` is the same for whoever has the old one.

    A mapping may have got more entries.
    """
    match old, new:
        case {"Fn::FindInMap": [dict(before), *old_keys]}, {"Fn::FindInMap": [dict(after), *keys]}:
            return same(old_keys, keys) and _kept(before, after)
        case dict(), dict():
            return old.keys() == new.keys() and all(same(old[key], new[key]) for key in old)
        case list(), list():
            return len(old) == len(new) and all(map(same, old, new))
    return bool(old == new)


def _kept(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    return all(
        name in after
        and (_kept(row, after[name]) if isinstance(row, dict) else same(row, after[name]))
        for name, row in before.items()
    )


def mentions(value: Any) -> Iterator[str]:
    """Names of the mappings and conditions that a value, as written, depends on."""
    match value:
        case {"Fn::If": [str(name), yes, no]}:
            yield name
            yield from mentions([yes, no])
        case {"Fn::FindInMap": [str(name), *keys]}:
            yield name
            yield from mentions(keys)
        case dict():
            yield from mentions(list(value.values()))
        case list():
            for item in value:
                yield from mentions(item)


def _between(separator: str, items: Iterable[Any]) -> Iterator[Any]:
    for number, item in enumerate(items):
        if number:
            yield separator
        yield item


def _joined(parts: Iterable[Any]) -> Any:
    """Parts put together: neighbouring text is one, and a single part is itself."""
    whole: list[Any] = []
    for part in _flat(parts):
        if isinstance(part, str) and whole and isinstance(whole[-1], str):
            whole[-1] += part
        elif part != "":
            whole.append(part)
    if not whole:
        return ""
    return whole[0] if len(whole) == 1 else {"Fn::Join": ["", whole]}


def _flat(parts: Iterable[Any]) -> Iterator[Any]:
    for part in parts:
        match part:
            case {"Fn::Join": ["", list(inner)]}:
                yield from inner
            case _:
                yield part
