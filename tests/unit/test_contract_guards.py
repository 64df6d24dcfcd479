"""Data kept for less time or guarded less: the table, row by row, and rules that expire objects."""

from __future__ import annotations

from typing import Any

import pytest

from catalog.contract import expiring
from catalog.contract.guarding import losses
from catalog.contract.guards import GUARDS, Guard, Way
from catalog.contract.meaning import NO_VALUE, Meaning
from catalog.templates import resource_types

MEANING = Meaning(conditions={}, mappings={}, assumed={})
SUSPENDED = {"VersioningConfiguration": {"Status": "Suspended"}}
ENABLED = {"VersioningConfiguration": {"Status": "Enabled"}}


def name_of(guard: Guard) -> str:
    return f"{guard.type}-{guard.path}"


def nested(path: str, value: Any) -> dict[str, Any]:
    """Properties with a value at a path."""
    for key in reversed(path.split(".")):
        value = [value] if key.isdigit() else {key: value}
    assert isinstance(value, dict)
    return value


def less(kind: str, old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    return list(losses(kind, MEANING.of(old), MEANING.of(new)))


def schema_at(guard: Guard) -> Any:
    """What the schema says of a guard's property."""
    whole: Any = resource_types.schema(guard.type)
    found = whole
    for key in guard.path.split("."):
        found = found["items"] if key.isdigit() else found["properties"][key]
        while "$ref" in found:
            found = whole["definitions"][found["$ref"].rpartition("/")[2]]
    return found


@pytest.mark.parametrize("guard", GUARDS, ids=name_of)
def test_a_row_is_about_a_property_that_changes_in_place(guard: Guard) -> None:
    said = schema_at(guard)
    top = guard.path.split(".")[0]
    assert (top,) not in resource_types.create_only(guard.type)
    if guard.way is Way.WEAKER and "enum" in said:
        assert {*guard.best, guard.unset} <= {*said["enum"]}
    if guard.way is Way.FEWER:
        assert said["type"] in {"integer", "number"}
    assert guard.source.startswith("https://docs.aws.amazon.com/")


@pytest.mark.parametrize("guard", GUARDS, ids=name_of)
def test_a_row_finds_less_and_lets_more_be(guard: Guard) -> None:
    much, little = {
        Way.FEWER: (30, 7),
        Way.WEAKER: (guard.best[0], "other"),
        Way.GONE: ("alias/data", None),
        Way.OTHER: (None, "policy"),
    }[guard.way]
    old, new = ({} if v is None else nested(guard.path, v) for v in (much, little))
    assert [each.startswith(guard.words) for each in less(guard.type, old, new)] == [True]
    assert less(guard.type, new, old) == []
    assert less(guard.type, old, old) == []


@pytest.mark.parametrize("guard", GUARDS, ids=name_of)
def test_what_is_not_written_is_what_the_row_says(guard: Guard) -> None:
    written = {} if guard.way in {Way.GONE, Way.OTHER} else nested(guard.path, guard.unset)
    assert less(guard.type, {}, written) == []
    assert less(guard.type, written, {}) == []


def test_branches_of_one_condition_are_held_against_each_other() -> None:
    old = {"Fn::If": ["Large", ENABLED, SUSPENDED]}
    assert less(expiring.BUCKET, old, {"Fn::If": ["Large", ENABLED, ENABLED]}) == []
    assert less(expiring.BUCKET, old, {"Fn::If": ["Large", SUSPENDED, ENABLED]})
    assert less(expiring.BUCKET, old, {"Fn::If": ["Small", ENABLED, SUSPENDED]})
    assert less(expiring.BUCKET, old, ENABLED) == []
    assert less(expiring.BUCKET, ENABLED, old)


def test_what_only_a_stack_knows_may_be_less() -> None:
    days = {"RetentionInDays": {"Ref": "Days"}}
    assert less("AWS::Logs::LogGroup", days, days) == []
    assert less("AWS::Logs::LogGroup", days, {}) == []
    assert less("AWS::Logs::LogGroup", days, {"RetentionInDays": 3653})
    (said,) = less("AWS::Logs::LogGroup", {"RetentionInDays": 1}, days)
    assert said.endswith("RetentionInDays becomes what only a stack knows")


# --- Objects that expire ------------------------------------------------------------------------


def rule(**more: Any) -> dict[str, Any]:
    return {"Status": "Enabled", **more}


def versions(days: int, **more: Any) -> dict[str, Any]:
    return rule(NoncurrentVersionExpiration={"NoncurrentDays": days, **more})


def sooner(old: list[Any], new: list[Any]) -> list[str]:
    def bucket(rules: list[Any]) -> dict[str, Any]:
        return {"LifecycleConfiguration": {"Rules": rules}} if rules else {}

    return less(expiring.BUCKET, bucket(old), bucket(new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([rule(ExpirationInDays=30)], []),
        ([rule(ExpirationInDays=30)], [rule(ExpirationInDays=30, Id="named")]),
        ([rule(ExpirationInDays=30)], [rule(ExpirationInDays=60, Prefix="logs/")]),
        ([rule(ExpirationInDays=30, Prefix="")], [rule(ExpirationInDays=30)]),
        ([versions(30)], [versions(30, NewerNoncurrentVersions=3)]),
        ([rule(NoncurrentVersionExpirationInDays=30)], [versions(30)]),
        ([], [{"Status": "Disabled", "ExpirationInDays": 1}]),
        ([], [rule(ExpiredObjectDeleteMarker=True)]),
        ([rule(ExpirationInDays={"Ref": "Days"})], [rule(ExpirationInDays={"Ref": "Days"})]),
        ([rule(ExpirationDate="2030-01-01")], [rule(ExpirationDate="2030-01-01")]),
    ],
)
def test_rules_that_delete_nothing_more(old: list[Any], new: list[Any]) -> None:
    assert sooner(old, new) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ([rule(ExpirationInDays=30)], [rule(ExpirationInDays=29)], "29 days: ExpirationInDays"),
        ([rule(ExpirationInDays=30, Prefix="a/")], [rule(ExpirationInDays=30)], "after 30 days"),
        ([rule(ExpirationInDays=9)], [versions(9)], "9 days: NoncurrentVersionExpiration"),
        ([versions(30, NewerNoncurrentVersions=3)], [versions(30)], "after 30 days"),
        ([], [rule(ExpirationInDays=1, Prefix="logs/")], "in logs/ after 1 days"),
        ([], [rule(ExpirationInDays=1, TagFilters=[{"Key": "a", "Value": "b"}])], "of a kind"),
        ([], [rule(ExpirationInDays={"Ref": "Days"})], "when only a stack knows"),
        ([], [{"Status": {"Ref": "State"}, "ExpirationInDays": 1}], "after 1 days"),
        ([], [{"Fn::If": ["Short", rule(ExpirationInDays=1), {"Ref": "AWS::NoValue"}]}], "1 days"),
        ([rule(ExpirationDate="2031-01-01")], [rule(ExpirationDate="2030-01-01")], "Date"),
        ([{"Fn::If": ["A", rule(ExpirationInDays=1), ""]}], [rule(ExpirationInDays=1)], "1 days"),
    ],
)
def test_rules_that_delete_more(old: list[Any], new: list[Any], said: str) -> None:
    (found,) = sooner(old, new)
    assert said in found


def test_rules_under_one_condition_are_held_against_each_other_by_branch() -> None:
    def either(first: Any, second: Any, condition: str = "Short") -> dict[str, Any]:
        return {"Fn::If": [condition, first, second]}

    short, long, gone = rule(ExpirationInDays=7), rule(ExpirationInDays=90), NO_VALUE
    later = rule(ExpirationInDays=14)
    assert sooner([either(short, long)], [either(later, long)]) == []
    assert sooner([either(short, gone)], [either(later, gone)]) == []
    assert sooner([long, either(short, gone)], [either(short, long)]) == []
    assert sooner([either(short, long)], [either(long, short)])
    assert sooner([either(short, gone)], [either(gone, short)])
    assert sooner([either(short, gone)], [either(later, gone, "Other")])
    inner = either(either(short, gone, "In"), gone)
    assert sooner([inner], [either(either(later, gone, "In"), gone)]) == []

    def status(days: int, condition: str = "Short") -> dict[str, Any]:
        return {"Status": either("Enabled", "Disabled", condition), "ExpirationInDays": days}

    assert sooner([status(7)], [status(14)]) == []
    assert sooner([status(7)], [rule(ExpirationInDays=either(14, 90))])
    assert sooner([short], [rule(ExpirationInDays=either(7, gone))]) == []
    assert sooner([status(14)], [status(7)])
    assert sooner([status(7)], [status(14, "Other")])


def test_rules_that_nobody_can_read_may_delete() -> None:
    whole = {"LifecycleConfiguration": {"Fn::FindInMap": ["Rules", {"Ref": "Stage"}, "All"]}}
    (found,) = less(expiring.BUCKET, {}, whole)
    assert "what only a stack knows" in found
    assert less(expiring.BUCKET, whole, whole) == []
