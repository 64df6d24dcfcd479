"""Reports and lines."""

from __future__ import annotations

from catalog.planning.desired import desired
from catalog.planning.planning import plan
from catalog.publishing import report
from catalog.publishing.applying import Outcome, Result
from catalog.state import CatalogState
from tests.publishing_world import FIRST, WORKLOADS, portfolio, release, wish

PLAN = plan(desired(FIRST), CatalogState())


def outcome(number: int, result: Result = Result.DONE, error: str = "") -> Outcome:
    return Outcome(action=PLAN.actions[number], result=result, error=error, seconds=0.1234)


def test_a_plan_to_read() -> None:
    lines = report.plan_lines(PLAN, {WORKLOADS: "workloads"})
    assert lines[0] == f"portfolio templates, reaches workloads ({WORKLOADS})"
    assert lines[1] == "  + portfolio templates: new"
    assert lines[-2] == report.OPEN
    assert lines[-1] == "8 actions: 8 created; 0 unchanged."


def test_a_plan_with_products_in_two_portfolios_and_in_none() -> None:
    what = wish(
        release(),
        release("alone"),
        portfolios=(portfolio("deploy"), portfolio("deploy", name="more", share=())),
    )
    lines = report.plan_lines(plan(desired(what), CatalogState()), {})
    assert "portfolio more, reaches this account only" in lines
    assert "  + product deploy: new; also in templates" in lines
    assert lines[-4:-2] == ["in no portfolio", "  + product alone: new"]


def test_refused_and_kept_are_shown() -> None:
    published = desired(FIRST)
    other = desired(wish(release(content="x"), portfolios=()), published)
    lines = report.plan_lines(plan(other, published), {})
    assert lines[0].startswith("  ! version 1.0.0 of deploy: it is published with digest")
    assert lines[1:3] == [
        "  kept: S3 template of deploy (no longer here; --prune removes it)",
        "  kept: portfolio templates (no longer here; --prune removes it)",
    ]
    assert lines[-1] == "Refused: 1 reason above."


def test_failures_carry_their_error_below() -> None:
    line = report.outcome_line(outcome(0, Result.FAILED, "What.\n  Remedy."))
    assert line == "x portfolio templates: failed\n    What.\n      Remedy."
    assert report.outcome_line(outcome(0)).endswith("new (0.1 s)")


def test_data_and_its_sum_over_regions() -> None:
    outcomes = (outcome(0), outcome(1, Result.FAILED, "No."), outcome(2, Result.SKIPPED, "No."))
    data = report.as_data(PLAN, outcomes, {"s3:PutObject": 2, "iam:GetRole": 1}, 1.23456)
    assert data["summary"] == {
        "created": 1,
        "updated": 0,
        "unchanged": 0,
        "removed": 0,
        "failed": 2,
    }
    assert data["actions"][0] == {
        "kind": "create-portfolio",
        "subject": "portfolio templates",
        "reason": "new",
        "outcome": "done",
        "seconds": 0.123,
    }
    both = report.merged([data, data])
    assert both["calls"] == {"iam:GetRole": 2, "s3:PutObject": 4}
    assert both["summary"]["failed"] == 4
    assert len(both["actions"]) == 6
    assert both["seconds"] == 2.47
    left_out = report.by_hand("prod")
    assert (
        report.verdict(data["summary"], 1.2, left_out=left_out) == "1 created, 2 failed in 1.2 s."
    )
