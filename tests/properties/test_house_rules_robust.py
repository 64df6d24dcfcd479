"""Whatever a template holds, a house rule finds something or nothing: it never breaks."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog import rules
from catalog.rules.reading import Reading
from catalog.templates import yaml_text

CASES = Path(__file__).parents[1] / "cases" / "rules"
TEMPLATES = [yaml_text.load(path.read_text()) for path in sorted(CASES.glob("*/*.yaml"))]
RULES = [rule() for rule in rules.rule_classes()]
ODD = st.sampled_from(
    [
        None,
        "",
        "*",
        0,
        True,
        [],
        {},
        [None],
        [[]],
        {"": None},
        {"Ref": "AWS::NoValue"},
        {"Ref": ["not", "a", "name"]},
        {"Fn::If": ["Always", {"Ref": "AWS::NoValue"}, []]},
        {"Fn::If": []},
        {"Fn::Sub": [1]},
        {"Fn::Sub": {}},
        {"Fn::GetAtt": []},
        {"Fn::Join": ["-", [None, {"Ref": "x"}]]},
        {"Statement": {"Effect": "Allow", "Principal": [], "Action": [{}], "Resource": None}},
    ]
)


def places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with one of its keys."""
    keys = value if isinstance(value, dict) else range(len(value) if isinstance(value, list) else 0)
    for key in keys:
        yield value, key
        yield from places(value[key])


@settings(max_examples=300)
@given(st.data())
def test_rules_survive_odd_templates(data: st.DataObject) -> None:
    template = copy.deepcopy(data.draw(st.sampled_from(TEMPLATES)))
    for _ in range(data.draw(st.integers(1, 3))):
        found = list(places(template))
        if found:
            container, key = data.draw(st.sampled_from(found))
            container[key] = copy.deepcopy(data.draw(ODD))
    reading = Reading(template)
    for rule in RULES:
        for violation in rule.check(reading):
            assert violation.message
