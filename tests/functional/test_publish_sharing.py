"""Shares: awaited, tried again, and remembered when they did not reach everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from catalog.aws.shares import ShareProgress, Shares
from catalog.publishing import publisher
from local_aws import embedded, faults
from local_aws.faults import Fault, Faults
from tests.publishing_world import FIRST, HUB, MANNER, REGION, SMALL, WORKLOADS, Hub, hub

THROTTLED = ShareProgress(
    status="COMPLETED_WITH_ERRORS",
    errors=(("ThrottlingException", "Rate exceeded", ("111111111111",)),),
)


@pytest.fixture
def our() -> Iterator[Hub]:
    with embedded(SMALL, HUB, REGION) as running:
        yield hub(running)


def ending(monkeypatch: pytest.MonkeyPatch, *ends: ShareProgress) -> None:
    """Let the next share actions end so; the embedded AWS knows no partial failure."""
    left = list(ends)
    truly = Shares.progress

    def progress(self: Shares, token: str) -> Any:
        return left.pop(0) if left else truly(self, token)

    monkeypatch.setattr(Shares, "progress", progress)


def test_an_account_that_was_throttled_is_reached_by_an_update(
    our: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending(monkeypatch, THROTTLED)
    our.publish(FIRST)
    assert our.own.session.meter.calls()["servicecatalog:UpdatePortfolioShare"] >= 1


def test_a_duplicate_in_an_account_is_no_failure(our: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    known = ("DuplicateResourceException", "exists", ("111111111111",))
    ending(monkeypatch, ShareProgress(status="COMPLETED_WITH_ERRORS", errors=(known,)))
    our.publish(FIRST)
    assert "servicecatalog:UpdatePortfolioShare" not in our.own.session.meter.calls()


def test_what_was_not_reached_is_told_by_account_and_tried_by_the_next_run(
    our: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    ending(monkeypatch, THROTTLED, THROTTLED, THROTTLED)
    published = publisher.publish(our.own, FIRST, MANNER)
    (failed,) = (o for o in published.outcomes if o.error)
    assert "ThrottlingException for 111111111111: Rate exceeded" in failed.error
    (again,) = our.publish(FIRST).plan.actions
    assert again.subject == f"share of portfolio templates with {WORKLOADS}"
    assert again.reason == "did not reach every account the last time"
    assert our.survey(FIRST).scope == frozenset()


def test_another_share_action_at_work_is_waited_for(our: Hub) -> None:
    busy = Fault(
        operation="servicecatalog:CreatePortfolioShare", times=3, error="InvalidStateException"
    )
    faults.set(Faults(fail=(busy,)))
    our.publish(FIRST)
    assert len(our.dump()["portfolios"][0]["shares"]) == 1
