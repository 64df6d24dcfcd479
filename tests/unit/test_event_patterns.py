"""Event patterns: every documented operator, and what PutRule refuses."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.events.matchers import Malformed
from local_aws.events.patterns import parse

EVENT: dict[str, Any] = {
    "version": "0",
    "source": "aws.codepipeline",
    "detail-type": "CodePipeline Pipeline Execution State Change",
    "time": "2024-05-01T10:00:00Z",
    "region": "us-east-1",
    "resources": ["arn:aws:codepipeline:us-east-1:111122223333:iris", "arn:other"],
    "detail": {
        "state": "SUCCEEDED",
        "count": 5,
        "price": 300.0,
        "address": "10.0.0.33",
        "address6": "2001:db8::1",
        "file": "dir/folder/picture.png",
        "empty": "",
        "nothing": None,
        "flag": True,
        "none": [],
        "star": "a*b",
        "people": [
            {"first": "Anna", "last": "Smith", "pets": [{"kind": "cat", "age": 3}]},
            {"first": "John", "last": "Doe"},
        ],
    },
}


def matches(pattern: object, event: dict[str, Any] = EVENT) -> bool:
    return parse(json.dumps(pattern)).matches(event)


@pytest.mark.parametrize(
    ("field", "wanted", "expected"),
    [
        # exact, and lists on either side
        ("state", ["SUCCEEDED"], True),
        ("state", ["FAILED", "SUCCEEDED"], True),
        ("state", ["succeeded"], False),
        ("empty", [""], True),
        ("nothing", [None], True),
        ("nothing", [""], False),
        ("flag", [True], True),
        ("flag", [1], False),
        ("flag", ["true"], False),
        ("count", [5], True),
        ("count", ["5"], False),
        ("price", [300], False),
        ("price", [300.0], True),
        ("missing", ["x"], False),
        # prefix and suffix
        ("state", [{"prefix": "SUCC"}], True),
        ("state", [{"prefix": "succ"}], False),
        ("state", [{"prefix": {"equals-ignore-case": "succ"}}], True),
        ("state", [{"prefix": ""}], True),
        ("count", [{"prefix": ""}], False),
        ("file", [{"suffix": ".png"}], True),
        ("file", [{"suffix": ".PNG"}], False),
        ("file", [{"suffix": {"equals-ignore-case": ".PNG"}}], True),
        # equals-ignore-case
        ("state", [{"equals-ignore-case": "succeeded"}], True),
        ("count", [{"equals-ignore-case": "5"}], False),
        # anything-but
        ("state", [{"anything-but": "FAILED"}], True),
        ("state", [{"anything-but": "SUCCEEDED"}], False),
        ("state", [{"anything-but": ["FAILED", "SUCCEEDED"]}], False),
        ("state", [{"anything-but": {"prefix": "SUCC"}}], False),
        ("state", [{"anything-but": {"prefix": ["X", "FAIL"]}}], True),
        ("file", [{"anything-but": {"suffix": [".jpg", ".png"]}}], False),
        ("state", [{"anything-but": {"equals-ignore-case": "Succeeded"}}], False),
        ("file", [{"anything-but": {"wildcard": "*/folder/*"}}], False),
        ("file", [{"anything-but": {"wildcard": ["*/lib/*", "*.gif"]}}], True),
        ("count", [{"anything-but": [1, 5]}], False),
        ("count", [{"anything-but": 6}], True),
        ("missing", [{"anything-but": "x"}], False),
        # numeric
        ("count", [{"numeric": ["=", 5]}], True),
        ("price", [{"numeric": ["=", 3.0e2]}], True),
        ("count", [{"numeric": [">", 0, "<=", 5]}], True),
        ("count", [{"numeric": [">", 5]}], False),
        ("count", [{"numeric": [">=", 5, "<", 6]}], True),
        ("state", [{"numeric": [">", 0]}], False),
        ("flag", [{"numeric": ["=", 1]}], False),
        # cidr
        ("address", [{"cidr": "10.0.0.0/24"}], True),
        ("address", [{"cidr": "10.0.1.0/24"}], False),
        ("address6", [{"cidr": "2001:db8::/32"}], True),
        ("address6", [{"cidr": "10.0.0.0/8"}], False),
        ("state", [{"cidr": "10.0.0.0/8"}], False),
        # wildcard
        ("file", [{"wildcard": "dir/*.png"}], True),
        ("file", [{"wildcard": "*/picture.*"}], True),
        ("file", [{"wildcard": "dir"}], False),
        ("star", [{"wildcard": "a\\*b"}], True),
        ("file", [{"wildcard": "dir\\*"}], False),
        # exists
        ("state", [{"exists": True}], True),
        ("state", [{"exists": False}], False),
        ("missing", [{"exists": False}], True),
        ("missing", [{"exists": True}], False),
        ("nothing", [{"exists": True}], True),
        ("none", [{"exists": False}], True),
        ("people", [{"exists": True}], False),  # only leaves exist
        ("missing", ["x", {"exists": False}], True),
        # several entries are alternatives
        ("state", [{"prefix": "X"}, {"suffix": "DED"}], True),
    ],
)
def test_operators(field: str, wanted: list[object], expected: bool) -> None:
    assert matches({"detail": {field: wanted}}) is expected


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ({"source": ["aws.codepipeline"], "detail": {"state": ["SUCCEEDED"]}}, True),
        ({"source": ["aws.codepipeline"], "detail": {"state": ["FAILED"]}}, False),
        ({"source": ["aws.codebuild"], "detail": {"state": ["SUCCEEDED"]}}, False),
        ({"resources": ["arn:other"]}, True),
        ({"resources": [{"anything-but": ["arn:other"]}]}, True),  # the other element
        ({"detail.state": ["SUCCEEDED"]}, False),
        # fields of one element, not of two
        ({"detail": {"people": {"first": ["Anna"], "last": ["Smith"]}}}, True),
        ({"detail": {"people": {"first": ["Anna"], "last": ["Doe"]}}}, False),
        ({"detail": {"people": {"first": ["Anna"], "pets": {"kind": ["cat"]}}}}, True),
        ({"detail": {"people": {"first": ["John"], "pets": {"kind": ["cat"]}}}}, False),
        # $or
        ({"$or": [{"source": ["x"]}, {"region": ["us-east-1"]}]}, True),
        ({"$or": [{"source": ["x"]}, {"region": ["y"]}]}, False),
        ({"source": ["x"], "$or": [{"region": ["us-east-1"]}, {"version": ["0"]}]}, False),
        ({"detail": {"$or": [{"count": [{"numeric": [">", 9]}]}, {"flag": [True]}]}}, True),
        (
            {
                "$or": [
                    {"source": ["x"]},
                    {"region": ["us-east-1"], "$or": [{"version": ["1"]}, {"version": ["0"]}]},
                ]
            },
            True,
        ),
        (
            {
                "$or": [{"source": ["x"]}, {"region": ["us-east-1"]}],
                "detail": {"$or": [{"state": ["FAILED"]}, {"count": [6]}]},
            },
            False,
        ),
    ],
)
def test_structure(pattern: dict[str, object], expected: bool) -> None:
    assert matches(pattern) is expected


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("{", "Invalid JSON"),
        ("[]", "Filter is not an object"),
        ("{}", "Empty objects"),
        ('{"source": "x"}', '"source" must be an object or an array'),
        ('{"source": []}', "Empty arrays"),
        ('{"detail": {}}', "Empty objects"),
        ('{"source": [["x"]]}', "Match value must be"),
        ('{"source": [{}]}', "Match expression name not found"),
        ('{"source": [{"prefix": "a", "suffix": "b"}]}', "Only one key"),
        ('{"source": [{"starts": "a"}]}', "Unrecognized match type starts"),
        ('{"source": [{"prefix": 1}]}', "must be a string"),
        ('{"source": [{"prefix": {"suffix": "a"}}]}', "Unsupported prefix pattern"),
        ('{"source": [{"exists": "true"}]}', "true or false"),
        ('{"source": [{"anything-but": []}]}', "anything but list"),
        ('{"source": [{"anything-but": ["a", 1]}]}', "mixed type"),
        ('{"source": [{"anything-but": [true]}]}', "anything but list"),
        ('{"source": [{"anything-but": {"cidr": "10.0.0.0/8"}}]}', "Unsupported anything-but"),
        ('{"source": [{"anything-but": {"prefix": ""}}]}', "Null prefix/suffix"),
        ('{"source": [{"numeric": []}]}', "Invalid member"),
        ('{"source": [{"numeric": "=5"}]}', "must be an array"),
        ('{"source": [{"numeric": ["~", 5]}]}', "Unrecognized numeric"),
        ('{"source": [{"numeric": ["=", "5"]}]}', "must be numeric"),
        ('{"source": [{"numeric": ["<", 5, ">", 1]}]}', "Too many"),
        ('{"source": [{"numeric": [">", 5, ">", 1]}]}', "Bad numeric range"),
        ('{"source": [{"numeric": [">", 5, "<", 1]}]}', "Bottom must be less"),
        ('{"source": [{"numeric": ["=", 6000000000]}]}', "between"),
        ('{"source": [{"cidr": "10.0.0.0"}]}', "one '/' required"),
        ('{"source": [{"cidr": "10.0.0/8"}]}', "Malformed CIDR"),
        ('{"source": [{"wildcard": "a**b"}]}', "Consecutive"),
        ('{"source": [{"wildcard": "a\\\\b"}]}', "escape"),
        ('{"$or": {"source": ["x"]}}', "Only an array of objects"),
        ('{"$or": [{"source": ["x"]}]}', "at least 2"),
        ('{"$or": [{"prefix": ["x"]}, {"source": ["x"]}]}', "reserved"),
    ],
)
def test_malformed_patterns_are_refused(pattern: str, reason: str) -> None:
    with pytest.raises(Malformed, match=reason):
        parse(pattern)


scalars = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5))
names = st.text(min_size=1, max_size=4).filter(lambda name: not name.startswith("$"))


@given(st.dictionaries(names, scalars, min_size=1, max_size=4), names)
def test_a_pattern_made_of_an_event_matches_it(event: dict[str, object], other: str) -> None:
    exact = {name: [value] for name, value in event.items()}
    assert matches({"detail": exact}, {"detail": event})
    absent = {other: [{"exists": False}]}
    assert matches({"detail": absent}, {"detail": event}) is (other not in event)


@given(st.text(max_size=8), st.text(max_size=8))
def test_anything_but_is_the_opposite_for_one_value(wanted: str, value: str) -> None:
    event = {"source": value}
    assert matches({"source": [wanted]}, event) is not matches(
        {"source": [{"anything-but": wanted}]}, event
    )
    escaped = value.replace("\\", "\\\\").replace("*", "\\*")
    assert matches({"source": [{"wildcard": escaped}]}, event)
    assert matches({"source": [{"wildcard": f"{escaped}*"}]}, {"source": value + wanted})


@given(st.integers(-100, 100), st.integers(-100, 100), st.integers(-100, 100))
def test_a_numeric_range_is_python_s(value: int, bottom: int, top: int) -> None:
    if bottom > top:
        return
    pattern = {"n": [{"numeric": [">=", bottom, "<", top]}]}
    assert matches(pattern, {"n": value}) is (bottom <= value < top)
