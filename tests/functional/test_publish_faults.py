"""Publishing into an AWS that lags, throttles and loses answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from catalog.aws import session
from catalog.errors import Locked
from catalog.planning.index import Index
from catalog.publishing import publisher
from catalog.publishing.ledger import Ledger
from local_aws import embedded, faults
from local_aws.faults import Fault, Faults
from tests.publishing_world import (
    FIRST,
    HUB,
    MANNER,
    REGION,
    SECOND,
    SMALL,
    Hub,
    hub,
    release,
    wish,
)

TWO = wish(release(), release("train"))


@pytest.fixture
def our() -> Iterator[Hub]:
    with embedded(SMALL, HUB, REGION) as aws:
        yield hub(aws)


@pytest.fixture(scope="module")
def expected() -> Any:
    """The end state in a world without faults."""
    with embedded(SMALL, HUB, REGION) as aws:
        ours = hub(aws)
        ours.publish(FIRST)
        ours.publish(SECOND)
        return ours.dump()


@pytest.mark.parametrize("lag", range(1, 6))
def test_whatever_the_lag_the_end_state_is_the_same(our: Hub, expected: Any, lag: int) -> None:
    faults.set(Faults(lag=lag))
    our.publish(FIRST)
    our.publish(SECOND)
    faults.reset()
    for _ in range(lag + 1):  # what is still unseen comes to be seen
        held = our.dump()
    assert held == expected
    assert our.survey(SECOND, deep=True).plan.empty


def test_throttling_slows_down_and_loses_nothing(
    our: Hub, expected: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    monkeypatch.setattr(session, "THROTTLING", replace(session.THROTTLING, sleep=lambda _: None))
    struck = tuple(
        Fault(operation=operation, call=call, times=times, error="ThrottlingException")
        for operation, call, times in (
            ("servicecatalog:ListPortfolios", 1, 1),
            ("servicecatalog:CreateProduct", 1, 20),
            ("servicecatalog:CreateConstraint", 2, 1),
            ("servicecatalog:UpdateProvisioningArtifact", 1, 1),
        )
    )
    faults.set(Faults(fail=struck))
    our.publish(FIRST)
    our.publish(SECOND)
    faults.reset()
    assert our.dump() == expected


def test_steady_throttling_costs_no_more_time_than_the_rate_allows(
    our: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """botocore's adaptive mode took six times as long."""
    hurried = replace(session.THROTTLING, first=0.05, longest=0.2)
    monkeypatch.setattr(session, "THROTTLING", hurried)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    names = [f"p{number}" for number in range(12)]
    faults.set(Faults(rate=25))
    start = time.monotonic()
    our.publish(wish(*map(release, names)), replace(MANNER, workers=8))
    faults.reset()
    assert time.monotonic() - start < 10
    assert len(our.dump()["products"]) == 12


@pytest.mark.parametrize(
    "operation",
    [
        "servicecatalog:CreatePortfolio",
        "servicecatalog:CreateProduct",
        "servicecatalog:CreateConstraint",
        "servicecatalog:CreatePortfolioShare",
        "s3:PutObject",
    ],
)
def test_a_lost_answer_makes_no_twin(
    our: Hub, expected: Any, operation: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda _: None)
    faults.set(Faults(fail=tuple(Fault(operation=operation, call=k, lost=True) for k in (1, 3))))
    our.publish(FIRST)
    faults.reset()
    our.publish(SECOND)
    assert our.dump() == expected


def test_one_product_fails_and_the_others_do_not(our: Hub) -> None:
    faults.set(
        Faults(
            fail=(
                Fault(
                    operation="servicecatalog:CreateProduct",
                    call=1,
                    error="InvalidParametersException",
                ),
            )
        )
    )
    published = publisher.publish(our.own, TWO, MANNER)
    faults.reset()
    results = [(o.action.subject, o.result.value) for o in published.outcomes]
    failed = next(o for o in published.outcomes if o.result.value == "failed")
    assert "servicecatalog:CreateProduct" in failed.error
    assert [result for _, result in results].count("skipped") == 4
    assert len(our.dump()["products"]) == 1
    our.publish(TWO)
    assert len(our.dump()["products"]) == 2
    assert our.survey(TWO, deep=True).plan.empty


def test_an_index_written_by_somebody_else_is_not_overwritten(our: Hub) -> None:
    our.publish(FIRST)
    with (
        pytest.raises(Locked, match="wrote the index"),
        Ledger(our.own.storage, Index(), '"0123456789abcdef0123456789abcdef"') as book,
    ):
        book.note({("product", "deploy"): None})
    assert our.read("catalog/index.json")["products"]
