"""Condition operators and policy variables, case by case (IAM user guide)."""

from __future__ import annotations

from typing import Any

import pytest

from local_aws.iam import conditions
from local_aws.iam.conditions import Malformed
from local_aws.iam.patterns import arn_like, filled, like

ROLE = "arn:aws:iam::111122223333:role/team/builder"


def holds(operator: str, key: str, wanted: Any, **context: str | tuple[str, ...]) -> bool:
    """Whether one condition holds; `__` in a context's key stands for a colon."""
    given = {
        name.replace("__", ":"): (value,) if isinstance(value, str) else value
        for name, value in context.items()
    }
    return all(each.holds(given) for each in conditions.parse({operator: {key: wanted}}))


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "expected"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", "a", "A", False),
        ("StringEquals", ["a", "b"], "b", True),
        ("StringEquals", "a*", "ab", False),
        ("StringNotEquals", "a", "b", True),
        ("StringNotEquals", ["a", "b"], "b", False),
        ("StringEqualsIgnoreCase", "Ab", "aB", True),
        ("StringNotEqualsIgnoreCase", "Ab", "aB", False),
        ("StringLike", "a*c?", "abbbcd", True),
        ("StringLike", "a*c?", "abbbc", False),
        ("StringLike", "A*", "abc", False),
        ("StringNotLike", "a*", "abc", False),
        ("NumericEquals", "10", "10.0", True),
        ("NumericNotEquals", "10", "11", True),
        ("NumericLessThan", "10", "9", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThanEquals", 10, "10", True),
        ("NumericGreaterThan", "10", "11", True),
        ("NumericGreaterThanEquals", "10", "9", False),
        ("NumericEquals", "10", "ten", False),
        ("DateEquals", "2026-01-01T00:00:00Z", "1767225600", True),
        ("DateLessThan", "2026-01-01T00:00:00Z", "2025-12-31T23:59:59Z", True),
        ("DateGreaterThan", "2026-01-01", "2025-12-31T23:59:59Z", False),
        ("DateNotEquals", "2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", False),
        ("DateLessThanEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", True),
        ("DateGreaterThanEquals", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z", True),
        ("Bool", "true", "true", True),
        ("Bool", False, "false", True),
        ("Bool", "true", "false", False),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ5", True),
        ("BinaryEquals", "QmluYXJ5", "QmluYXJ6", False),
        ("IpAddress", "203.0.113.0/24", "203.0.113.9", True),
        ("IpAddress", "203.0.113.0/24", "203.0.114.9", False),
        ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
        ("NotIpAddress", "203.0.113.0/24", "203.0.114.9", True),
        ("ArnEquals", "arn:aws:iam::111122223333:role/*", ROLE, True),
        ("ArnLike", "arn:aws:iam::*:role/team/*", ROLE, True),
        ("ArnLike", "arn:aws:iam::*", ROLE, False),
        ("ArnNotEquals", ROLE, ROLE, False),
        ("ArnNotLike", "arn:aws:iam::*:role/other/*", ROLE, True),
    ],
)
def test_operators(operator: str, wanted: Any, given: str, expected: bool) -> None:
    assert holds(operator, "x:Key", wanted, x__key=given) is expected


@pytest.mark.parametrize(
    ("operator", "wanted", "expected"),
    [
        ("StringEquals", "a", False),
        ("StringEqualsIfExists", "a", True),
        ("StringNotEquals", "a", True),
        ("ArnNotLike", "a", True),
        ("Bool", "false", False),
        ("BoolIfExists", "true", True),
        ("NumericLessThanIfExists", "1", True),
        ("Null", "true", True),
        ("Null", "false", False),
        ("ForAllValues:StringEquals", ["a"], True),
        ("ForAnyValue:StringEquals", ["a"], False),
        ("ForAnyValue:StringEqualsIfExists", ["a"], True),
    ],
)
def test_keys_that_a_request_does_not_have(operator: str, wanted: Any, expected: bool) -> None:
    assert holds(operator, "aws:TagKeys", wanted) is expected


@pytest.mark.parametrize(
    ("operator", "given", "expected"),
    [
        ("ForAllValues:StringEquals", ("a", "b"), True),
        ("ForAllValues:StringEquals", ("a", "c"), False),
        ("ForAnyValue:StringEquals", ("a", "c"), True),
        ("ForAnyValue:StringEquals", ("c", "d"), False),
        ("ForAllValues:StringNotEquals", ("c", "d"), True),
        ("ForAllValues:StringNotEquals", ("a", "d"), False),
        ("ForAnyValue:StringNotEquals", ("a", "d"), True),
        ("ForAnyValue:StringNotEquals", ("a", "b"), False),
    ],
)
def test_keys_with_several_values(operator: str, given: tuple[str, ...], expected: bool) -> None:
    assert holds(operator, "aws:TagKeys", ["a", "b"], aws__tagkeys=given) is expected


def test_a_key_is_null_only_when_absent() -> None:
    assert holds("Null", "aws:TokenIssueTime", "false", aws__tokenissuetime="1")
    assert not holds("Null", "aws:TokenIssueTime", "true", aws__tokenissuetime="1")


def test_every_condition_must_hold() -> None:
    block = {"StringEquals": {"a:B": "1", "a:C": "2"}, "Bool": {"a:D": "true"}}
    parsed = conditions.parse(block)
    context = {"a:b": ("1",), "a:c": ("2",), "a:d": ("true",)}
    assert all(each.holds(context) for each in parsed)
    assert not all(each.holds(context | {"a:c": ("3",)}) for each in parsed)


@pytest.mark.parametrize("operator", ["StringMatches", "ForSome:StringEquals", "IfExists"])
def test_unknown_operators_are_malformed(operator: str) -> None:
    with pytest.raises(Malformed, match=operator):
        conditions.parse({operator: {"a:B": "1"}})


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("home/${aws:username}/*", "home/ann/x", True),
        ("home/${aws:username}/*", "home/bob/x", False),
        ("home/${AWS:UserName}/*", "home/ann/x", True),
        ("home/${aws:PrincipalTag/team, 'none'}", "home/none", True),
        ("home/${aws:PrincipalTag/team}", "home/", False),
        ("a${*}b", "a*b", True),
        ("a${*}b", "axb", False),
        ("a${?}", "a?", True),
        ("a${$}{x}", "a${x}", True),
    ],
)
def test_variables(text: str, value: str, expected: bool) -> None:
    pattern = filled(text, {"aws:username": ("ann",)})
    assert (pattern is not None and like(pattern, value)) is expected


def test_wildcards_in_a_value_mean_nothing() -> None:
    pattern = filled("home/${aws:username}/*", {"aws:username": ("*",)})
    assert pattern is not None
    assert like(pattern, "home/*/x")
    assert not like(pattern, "home/ann/x")
    assert holds("StringEquals", "a:B", "${aws:username}", a__b="x*", aws__username="x*")


def test_a_variable_with_several_values_matches_nothing() -> None:
    assert filled("${aws:TagKeys}", {"aws:tagkeys": ("a", "b")}) is None


def test_arns_are_compared_part_by_part() -> None:
    assert arn_like("arn:*:s3:::bucket/*", "arn:aws:s3:::bucket/a/b")
    assert not arn_like("arn:aws:s3:*", "arn:aws:s3:::bucket")
    assert like("arn:aws:s3:*", "arn:aws:s3:::bucket")
