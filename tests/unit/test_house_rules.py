"""Each house rule by its fixtures under tests/cases/rules: good yields nothing, bad exactly it."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from moto.iam.aws_managed_policies import aws_managed_policies_data

from catalog import rules
from catalog.findings import Severity
from catalog.model import Kind
from catalog.rules.e9306_no_full_access_policies import WHOLE_SERVICES, grants_a_service
from catalog.templates import cfn_lint

CASES = Path(__file__).parents[1] / "cases" / "rules"
GOOD = sorted(CASES.glob("*/good*.yaml"))
BAD = sorted(CASES.glob("*/bad*.yaml"))
MARK = re.compile(r"# <-((?: E9\d{3})+)$")


def name_of(path: Path) -> str:
    return f"{path.parent.name}-{path.stem}"


def kind_of(text: str) -> Kind:
    return Kind(text.splitlines()[0].removeprefix("# kind: "))


def marked(text: str) -> Counter[tuple[str, int]]:
    """Rule and line of every finding that the comments of a fixture announce."""
    return Counter(
        (rule, number)
        for number, line in enumerate(text.splitlines(), 1)
        if (mark := MARK.search(line))
        for rule in mark[1].split()
    )


@pytest.mark.parametrize("path", BAD, ids=name_of)
def test_bad_yields_exactly_the_rule_at_its_line(path: Path) -> None:
    text = path.read_text()
    findings = cfn_lint.house_findings(text, kind_of(text))
    assert Counter((f.rule, f.line) for f in findings) == marked(text)
    assert {f.rule for f in findings} == {path.parent.name}
    for finding in findings:
        assert finding.severity is Severity.ERROR
        assert finding.message.endswith((".", ":"))
        assert finding.remedy.endswith(".")
        assert finding.at


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_good_yields_no_house_rule(path: Path) -> None:
    text = path.read_text()
    assert cfn_lint.house_findings(text, kind_of(text)) == ()


@pytest.mark.parametrize("path", GOOD, ids=name_of)
def test_good_is_a_template_cfn_lint_accepts(path: Path) -> None:
    text = path.read_text()
    findings = cfn_lint.findings(text, kind_of(text), ("us-east-1",))
    assert [f for f in findings if f.severity is Severity.ERROR] == []


@cache
def documents_of_aws() -> dict[str, Any]:
    """Path and name of each policy of AWS that a role can be given -> its statements."""
    bundled = json.loads(aws_managed_policies_data)
    return {
        f"{policy.get('Path', '/')}{name}".removeprefix("/"): policy["Document"]["Statement"]
        for name, policy in bundled.items()
        if policy.get("Path") != "/aws-service-role/"
    }


def is_wide(statement: dict[str, Any]) -> bool:
    actions = statement.get("Action", [])
    listed = [actions] if isinstance(actions, str) else actions
    wide = "NotAction" in statement or any(re.fullmatch(r"\*|[\w-]+:\*", one) for one in listed)
    return bool(statement["Effect"] == "Allow" and wide)


def test_every_policy_of_aws_that_grants_a_service_is_known() -> None:
    known = documents_of_aws()
    wide = {
        policy
        for policy, statements in known.items()
        if any(map(is_wide, statements if isinstance(statements, list) else [statements]))
    }
    assert len(known) > 1000
    assert [policy for policy in sorted(wide) if not grants_a_service(policy)] == []
    names = {policy.rpartition("/")[2] for policy in wide}
    assert names >= WHOLE_SERVICES


def test_files_numbers_and_fixtures_are_one_to_one() -> None:
    numbers = [rule.id for rule in rules.rule_classes()]
    assert len(numbers) == len(set(numbers))
    assert [file.stem[:5].upper() for file in rules.rule_files()] == numbers
    assert {path.parent.name for path in GOOD} == set(numbers)
    assert {path.parent.name for path in BAD} == set(numbers)
    assert {path.name for path in CASES.iterdir()} == set(numbers)


@pytest.mark.parametrize("rule", rules.rule_classes(), ids=lambda rule: rule.id)
def test_a_rule_says_what_why_and_what_to_do(rule: type) -> None:
    assert re.fullmatch(r"E9\d{3}", rule.id)
    assert rule.__doc__
    assert rule.__module__.split(".")[-1].startswith(rule.id.lower())
    assert rule.shortdesc[0].isupper()
    assert not rule.shortdesc.endswith(".")
    assert rule.description.endswith(".")
    assert rule.remedy.endswith(".")
    assert not rule.source_url or rule.source_url.startswith("https://")


def test_the_catalogue_has_every_rule() -> None:
    catalogue = rules.catalogue()
    assert [rule.number for rule in catalogue] == [rule.id for rule in rules.rule_classes()]
    assert all(rule.title and rule.why for rule in catalogue)
