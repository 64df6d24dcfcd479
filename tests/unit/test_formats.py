"""Findings for other programs: what SARIF 2.1.0 demands, and what JUnit readers count."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from pydantic import ValidationError
from pydantic_sarif.model import StaticAnalysisResultsFormatSarifVersion210JsonSchema as Schema

from catalog.findings import Finding, Rule, Severity
from catalog.formats.junit import junit
from catalog.formats.sarif import sarif

RULES = (Rule("C001", "Be good", "It is bad."), Rule("E9101", "Be better", "It is worse."))
ERROR = Finding(
    file="products/a b/x.yaml", line=3, column=7, rule="C001", message="No.", remedy="Say yes."
)
WARNING = Finding(
    file="portfolios/p.yaml", line=2, rule="C001", message="Hm.", severity=Severity.WARNING
)
WHOLE = Finding(file="products/a b", rule="E3012", message="\x1b[1mOdd.", remedy="Ask.")
ALLOWED = replace(ERROR, rule="E9101", allowed="Nobody but us reads it.")
FOUND = (ERROR, WARNING, WHOLE, ALLOWED)


@pytest.fixture
def run() -> dict[str, Any]:
    log = json.loads(sarif(FOUND, RULES))
    assert log["version"] == "2.1.0"  # 3.13.2
    assert log["$schema"].endswith("/sarif-schema-2.1.0.json")  # 3.13.3
    (only,) = log["runs"]  # 3.13.4
    assert isinstance(only, dict)
    return only


def test_the_standard_s_schema_takes_it() -> None:
    """The model is generated from sarif-schema-2.1.0.json; it knows no other keys or values."""
    log = json.loads(sarif(FOUND, RULES))
    assert len(Schema.model_validate(log).runs[0].results or ()) == len(FOUND)
    log["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(ValidationError, match="level"):
        Schema.model_validate(log)


def test_every_result_names_a_rule_that_the_tool_describes(run: dict[str, Any]) -> None:
    """3.27.5, 3.27.6: the id at the index is the result's; 3.49.3: an id stands once."""
    driver = run["tool"]["driver"]
    assert driver["name"]  # 3.19.8: the one thing every tool says of itself
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len({*ids})
    for result in run["results"]:
        assert ids[result["ruleIndex"]] == result["ruleId"]
    assert ids == ["C001", "E9101", "E3012"]
    assert driver["rules"][0]["shortDescription"]["text"] == "Be good."
    assert driver["rules"][0]["fullDescription"]["text"] == "It is bad."


def test_places_are_relative_addresses_and_count_from_one(run: dict[str, Any]) -> None:
    """3.4.3, 3.4.4: an escaped relative URI and its base; 3.30.5, 3.30.6: lines from 1, columns."""
    places = [result["locations"][0]["physicalLocation"] for result in run["results"]]
    for place in places:
        assert place["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
        assert not place["artifactLocation"]["uri"].startswith("/")
        assert " " not in place["artifactLocation"]["uri"]
    assert places[0]["artifactLocation"]["uri"] == "products/a%20b/x.yaml"
    regions = [place.get("region") for place in places]
    assert regions[:3] == [{"startLine": 3, "startColumn": 7}, {"startLine": 2}, None]


def test_levels_say_whether_it_stops_and_reasons_are_kept(run: dict[str, Any]) -> None:
    """3.27.10: error, warning or note; 3.35: who accepts it elsewhere does so with a reason."""
    assert [result["level"] for result in run["results"]] == ["error", "warning", "error", "note"]
    assert [each.stops for each in FOUND] == [True, False, True, False]
    suppressed = [result.get("suppressions") for result in run["results"]]
    reason = {"kind": "external", "justification": "Nobody but us reads it."}
    assert suppressed == [None, None, None, [reason]]
    assert run["results"][0]["message"]["text"] == "No. Say yes."


def test_nothing_found_is_a_run_without_results() -> None:
    """3.14.23: an empty list says that it was looked for; a missing one says nothing."""
    assert json.loads(sarif((), RULES))["runs"][0]["results"] == []


def test_build_systems_count_products_and_see_those_that_fail() -> None:
    suites = Xml.fromstring(junit(FOUND, ["fine", "a b"]))  # noqa: S314 - our own
    assert (suites.attrib["tests"], suites.attrib["failures"]) == ("3", "1")
    cases = {case.attrib["name"]: case for case in suites.iter("testcase")}
    assert [*cases] == ["products/a b", "products/fine", "portfolios/p.yaml"]
    assert len(cases["products/fine"]) == 0
    assert [child.tag for child in cases["portfolios/p.yaml"]] == ["system-out"]
    failure, output = cases["products/a b"]
    assert failure.attrib["message"] == "C001: No. And 1 more."
    assert (failure.text or "").splitlines() == [
        "products/a b/x.yaml:3:7 C001 error: No. Say yes.",
        "products/a b E3012 error: [1mOdd. Ask.",
    ]
    assert "allowed: No. Nobody but us reads it." in (output.text or "")
