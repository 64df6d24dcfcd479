"""What counts as passed, and how a run is told to people, to machines and to the publisher."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from catalog.model import Kind, Owner, Product, Release, Scenario
from catalog.stacks import StackEnding, StackFailure
from catalog.taskcat.project import Launch
from catalog.taskcat.results import (
    Outcome,
    Result,
    by_region,
    from_json,
    judge,
    junit,
    lines,
    merged,
    record,
    record_name,
    to_json,
)

OWNER = Owner(key="ml", name="ML team", email="ml@example.com", url="https://example.com")
RELEASE = Release(
    product=Product(
        name="demo",
        kind=Kind.PROJECT,
        version="1.2.3",
        title="Demo",
        summary="A demo.",
        owner=OWNER,
    ),
    digest="cd" * 32,
    template="Resources: {}\n",
    bundles=(),
    parameters=(),
    description="First.",
    commit="0" * 40,
)
WHEN = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
PASSED = Result(scenario="default", region="us-east-1", retained=("AWS::S3::Bucket kept",))
FAILED = Result(
    scenario="broken", region="us-east-1", failures=("Queue (AWS::SQS::Queue): no & never",)
)


def ran(status: str, reason: str = "", stack: str = "stack-1") -> dict[str, object]:
    entry = {
        "scenario": "default",
        "region": "us-east-1",
        "id": stack,
        "status": status,
        "reason": reason,
    }
    return {"stacks": [entry], "errors": {}}


def one(content: dict[str, object], ending: StackEnding) -> Result:
    (result,) = judge(
        [Launch(scenario=Scenario(name="default", summary=""), region="us-east-1")],
        content,
        {"stack-1": ending},
    )
    return result


def outcome(*results: Result) -> Outcome:
    kept = record(RELEASE, results, target="local", embedded=True, when=WHEN)
    return Outcome(record=kept, results=results, seconds=4.2)


def test_created_and_deleted_passes() -> None:
    assert one(ran("CREATE_COMPLETE"), StackEnding()).passed


def test_a_failed_resource_is_named_with_its_reason() -> None:
    failure = StackFailure(resource="Queue", type="AWS::SQS::Queue", reason="no such thing")
    result = one(ran("CREATE_FAILED", "The following failed"), StackEnding(failures=(failure,)))
    assert result.failures == ("Queue (AWS::SQS::Queue): no such thing",)


def test_a_refused_launch_has_cloudformations_words() -> None:
    assert one(ran("CREATE_FAILED", "Unknown parameter", stack=""), StackEnding()).failures == (
        "Unknown parameter",
    )


@pytest.mark.parametrize("status", ["CREATE_FAILED", "ROLLBACK_COMPLETE"])
def test_a_failure_without_words_still_fails(status: str) -> None:
    assert one(ran(status), StackEnding()).failures == (f"the stack ended {status}",)


def test_a_stack_that_stays_fails() -> None:
    assert one(ran("CREATE_COMPLETE"), StackEnding(gone=False)).failures == (
        "the stack was not deleted",
    )


def test_a_scenario_that_never_ran_fails() -> None:
    launch = Launch(scenario=Scenario(name="other", summary=""), region="us-east-1")
    content = {"stacks": [], "errors": {"other": "TaskCatException: no value for Name"}}
    assert judge([launch], content, {})[0].failures == ("TaskCatException: no value for Name",)
    assert judge([launch], {"stacks": [], "errors": {}}, {})[0].failures == (
        "taskcat did not launch it",
    )


def test_a_record_survives_its_file() -> None:
    kept = outcome(PASSED).record
    assert from_json(to_json(kept)) == kept
    assert record_name(RELEASE, "us-east-1") == f"demo-{'cd' * 32}-us-east-1.json"


def test_records_of_regions_become_one() -> None:
    elsewhere = replace(PASSED, region="eu-west-1")
    parts = by_region((PASSED, elsewhere, FAILED))
    assert parts == {"us-east-1": (PASSED, FAILED), "eu-west-1": (elsewhere,)}
    here, there = (outcome(*each).record for each in parts.values())
    whole = merged([replace(here, when="2026-11-21T12:00:00+00:00"), there])
    assert whole == replace(
        outcome(PASSED, elsewhere, FAILED).record, regions=("eu-west-1", "us-east-1")
    )
    assert not whole.passed
    assert merged([there]).passed


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"scenarios": [], "regions": []}'])
def test_a_damaged_record_is_no_record(text: str) -> None:
    assert from_json(text) is None


def test_one_failure_fails_the_record() -> None:
    assert outcome(PASSED).record.passed
    assert not outcome(PASSED, FAILED).record.passed


def test_nothing_launched_is_no_pass() -> None:
    assert not outcome().record.passed


def test_junit_has_a_case_for_each_launch() -> None:
    suite = ElementTree.fromstring(junit(outcome(PASSED, FAILED)))[0]  # noqa: S314 - our own text
    assert (suite.get("tests"), suite.get("failures")) == ("2", "1")
    assert [case.get("name") for case in suite] == ["default [us-east-1]", "broken [us-east-1]"]
    failure = suite.find("testcase/failure")
    assert failure is not None
    assert failure.get("message") == "Queue (AWS::SQS::Queue): no & never"


def test_people_read_verdict_cause_and_leftovers() -> None:
    both = outcome(PASSED, FAILED)
    cause = "  broken in us-east-1 failed: Queue (AWS::SQS::Queue): no & never"
    left = "  default in us-east-1 left AWS::S3::Bucket kept, as its DeletionPolicy asks"
    assert lines(both) == ("demo 1.2.3: FAILED on the embedded AWS, 2 stacks in 4 s", cause)
    real = replace(both, record=replace(both.record, embedded=False, target="test"))
    assert lines(real) == ("demo 1.2.3: FAILED on target test, 2 stacks in 4 s", left, cause)


def test_a_known_release_is_told_in_one_line() -> None:
    kept = outcome(PASSED).record
    assert lines(Outcome(record=kept)) == (
        "demo 1.2.3: passed on the embedded AWS, 2026-11-20 12:00 UTC; nothing changed since",
    )
