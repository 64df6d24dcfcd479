"""Objects of a bucket that expire, or expire sooner: its lifecycle rules before and after.

Rules have no order and need no name, so each is held against those that apply to the same objects.
Amazon S3 user guide, *Expiring objects*: a rule holds for objects that are there already.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import inf
from typing import Any

from catalog.contract.meaning import NO_VALUE, same

BUCKET = "AWS::S3::Bucket"
RULES = ["LifecycleConfiguration", "Rules"]

_SCOPE = ("Prefix", "TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Expiry:
    """What a rule deletes.

    Args:
        scope: The objects it applies to; empty for all.
        what: The property that says so.
        numbers: Days to wait, then newer versions to keep: the fewer, the more is deleted.
    """

    scope: Mapping[str, Any]
    what: str
    numbers: tuple[float, ...]

    def covers(self, other: _Expiry) -> bool:
        """Whether whatever `other` deletes was deleted by this one, as soon."""
        return (
            self.what == other.what
            and (not self.scope or same(self.scope, other.scope))
            and all(own <= its for own, its in zip(self.numbers, other.numbers, strict=True))
        )


def sooner(old: Any, new: Any) -> Iterator[str]:
    """What new rules delete that old ones did not, or not as soon, a clause each.

    Args:
        old: Value of `LifecycleConfiguration.Rules`; None where there is none.
        new: As it is after the change.
    """
    if same(old, new) or new is None:
        return
    if not isinstance(new, list):
        yield "may expire objects: LifecycleConfiguration becomes what only a stack knows"
        return
    before = [_parted(one) for one in old] if isinstance(old, list) else []
    for rule in new:
        yield from _sooner(before, _parted(rule))


def _parted(rule: Any) -> Any:
    """A rule with conditions inside it as rules under conditions."""
    for key, value in rule.items() if isinstance(rule, dict) else ():
        match value:
            case [condition, *branches] if key == "Fn::If":
                return {key: [condition, *map(_parted, branches)]}
            case {"Fn::If": [condition, *branches]}:
                rules = [_parted({**rule, key: branch}) for branch in branches]
                return {"Fn::If": [condition, *rules]}
            case _ if value == NO_VALUE:
                return _parted({name: each for name, each in rule.items() if name != key})
    return rule


def _sooner(before: list[Any], rule: Any) -> Iterator[str]:
    """What a rule deletes beyond those before, each branch of a condition by itself."""
    if any(same(one, rule) for one in before):
        return
    match rule:
        case {"Fn::If": [condition, *branches]}:
            for place, branch in enumerate(branches):
                yield from _sooner([_where(condition, place, one) for one in before], branch)
            return
    known = [each for one in before for each in _expiries(one, inf)]
    for each in _expiries(rule, -inf):
        if not any(one.covers(each) for one in known):
            yield _told(each)


def _where(condition: Any, place: int, rule: Any) -> Any:
    """A rule as it is in one branch of a condition."""
    match rule:
        case {"Fn::If": [other, *branches]} if same(condition, other):
            return branches[place]
    return rule


def _expiries(rule: Any, unknown: float) -> Iterator[_Expiry]:
    """What a rule deletes; a rule that may be there counts where that is the worse assumption."""
    match rule:
        case {"Status": status} if status == "Enabled" or (unknown < 0 and status != "Disabled"):
            scope = {key: rule[key] for key in _SCOPE if rule.get(key) not in (None, "", [])}
            for what, numbers in _numbers(rule, unknown):
                yield _Expiry(scope=scope, what=what, numbers=numbers)


def _numbers(rule: Mapping[str, Any], unknown: float) -> Iterator[tuple[str, tuple[float, ...]]]:
    if "ExpirationInDays" in rule:
        yield "ExpirationInDays", (_number(rule["ExpirationInDays"], unknown),)
    if "ExpirationDate" in rule:  # the same date is the same rule, and another one is a new one
        yield "ExpirationDate", (unknown,)
    if "NoncurrentVersionExpirationInDays" in rule:
        days = _number(rule["NoncurrentVersionExpirationInDays"], unknown)
        yield "NoncurrentVersionExpiration", (days, 0)
    match rule.get("NoncurrentVersionExpiration"):
        case None:
            return
        case {"NoncurrentDays": days, **rest}:
            kept = _number(rest.get("NewerNoncurrentVersions", "0"), unknown)
            yield "NoncurrentVersionExpiration", (_number(days, unknown), kept)
        case _:
            yield "NoncurrentVersionExpiration", (unknown, unknown)


def _number(value: Any, unknown: float) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return unknown


def _told(each: _Expiry) -> str:
    days = each.numbers[0]
    when = f"after {days:g} days" if days > -inf else "when only a stack knows"
    prefix = each.scope.get("Prefix")
    where = f" in {prefix}" if isinstance(prefix, str) else " of a kind" if each.scope else ""
    return f"expires objects{where} {when}: {each.what}"
