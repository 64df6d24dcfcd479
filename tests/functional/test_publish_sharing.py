"""Shares: awaited, tried again, and remembered when they did not reach everybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from catalog.publishing import publisher
from local_aws import embedded, faults, inside
from local_aws.faults import Fault, Faults
from tests.publishing_world import FIRST, HUB, MANNER, REGION, SMALL, WORKLOADS, Hub, hub

ACCOUNT = "111111111111"
ARRIVAL = f"servicecatalog:PortfolioShare/{ACCOUNT}"


@pytest.fixture
def our() -> Iterator[Hub]:
    shared, workloads = SMALL.units
    peopled = replace(workloads, accounts={"data-science": ACCOUNT})
    with embedded(replace(SMALL, units=(shared, peopled)), HUB, REGION) as running:
        yield hub(running)


def failing(times: int, code: str = "ThrottlingException") -> None:
    """Let the account be missed by that many new shares."""
    faults.set(Faults(fail=(Fault(operation=ARRIVAL, times=times, error=code),)))


def member() -> list[str]:
    """The portfolios that the account finds."""
    catalog = inside.client("servicecatalog", ACCOUNT, REGION)
    listed = catalog.list_accepted_portfolio_shares(PortfolioShareType="AWS_ORGANIZATIONS")
    return [one["Id"] for one in listed["PortfolioDetails"]]


def test_an_account_that_was_throttled_is_reached_by_a_new_share(our: Hub) -> None:
    failing(2)
    our.publish(FIRST)
    assert our.own.session.meter.calls()["servicecatalog:CreatePortfolioShare"] == 3
    assert len(member()) == 1


def test_a_duplicate_in_an_account_is_no_failure(our: Hub) -> None:
    failing(1, "DuplicateResourceException")
    our.publish(FIRST)
    assert our.own.session.meter.calls()["servicecatalog:CreatePortfolioShare"] == 1


def test_what_was_not_reached_is_told_by_account_and_tried_by_the_next_run(our: Hub) -> None:
    failing(3)
    published = publisher.publish(our.own, FIRST, MANNER)
    (failed,) = (o for o in published.outcomes if o.error)
    assert f"ThrottlingException for {ACCOUNT}" in failed.error
    again = publisher.publish(our.own, FIRST, MANNER)
    (action,) = again.plan.actions
    assert action.subject == f"share of portfolio templates with {WORKLOADS}"
    assert action.reason == "did not reach every account the last time"
    (failed,) = (o for o in again.outcomes if o.error)
    assert "a new share tries them anew" in failed.error
    assert member() == []


def test_another_share_action_at_work_is_waited_for(our: Hub) -> None:
    busy = Fault(
        operation="servicecatalog:CreatePortfolioShare", times=3, error="InvalidStateException"
    )
    faults.set(Faults(fail=(busy,)))
    our.publish(FIRST)
    assert len(our.dump()["portfolios"][0]["shares"]) == 1
