"""What the publisher remembers, lost or garbled; and two regions, each with a memory of its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from catalog import aws
from catalog.aws.constraints import Constraints
from catalog.errors import Refused
from catalog.publishing import publisher
from catalog.state import Constraint
from local_aws import embedded
from tests.publishing_world import (
    BUCKET,
    FIRST,
    HUB,
    MANNER,
    REGION,
    SECOND,
    SMALL,
    TARGET,
    Hub,
    hub,
)

OLD = {"format": 0, "portfolios": {}, "products": {}}


@pytest.fixture
def our() -> Iterator[Hub]:
    with embedded(SMALL, HUB, REGION) as made:
        yield hub(made)


@pytest.mark.parametrize(
    "garbage",
    [b"", b"{", b"[]", b"\xff\xfe\x00", json.dumps(OLD).encode()],
    ids=["empty", "cut", "list", "bytes", "other format"],
)
def test_a_garbled_index_costs_a_look_and_nothing_else(our: Hub, garbage: bytes) -> None:
    our.publish(FIRST)
    before, index = our.dump(), our.read("catalog/index.json")
    our.client("s3").put_object(Bucket=BUCKET, Key="catalog/index.json", Body=garbage)
    assert not our.publish(FIRST).outcomes
    assert our.dump() == before
    assert our.read("catalog/index.json") == index


def test_release_records_lost_leave_the_digest_in_the_description(our: Hub) -> None:
    our.publish(FIRST)
    s3 = our.client("s3")
    s3.delete_object(Bucket=BUCKET, Key="releases/deploy/1.0.0.json")
    plan = our.survey(FIRST, deep=True).plan
    assert ([each.kind for each in plan.actions], plan.refusals) == (["record-version"], ())
    our.publish(SECOND)
    assert our.survey(SECOND, deep=True).plan.empty


def test_a_release_record_of_another_content_is_believed(our: Hub) -> None:
    our.own.storage.bucket.create()
    record = {"digest": "0" * 64, "description": "Ours."}
    our.own.storage.write("releases/deploy/1.0.0.json", json.dumps(record), etag=None)
    with pytest.raises(Refused, match="release record holds digest 000000000000"):
        our.publish(FIRST)
    assert our.dump() == {"portfolios": [], "products": [], "templates": {}}


def test_a_failed_constraint_is_found_and_mended(our: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """The embedded AWS never fails one, so that its answer is changed on the way."""
    our.publish(FIRST)
    truly = Constraints.describe

    def describe(self: Constraints, constraint: str) -> Constraint:
        return replace(truly(self, constraint), failed=True)

    with monkeypatch.context() as failing:
        failing.setattr(Constraints, "describe", describe)
        actions = our.survey(FIRST, deep=True).plan.actions
    assert [(a.kind, a.reason) for a in actions] == [
        ("update-constraint", "the service failed to put it in force")
    ] * 2


def test_two_regions_have_a_catalog_and_a_memory_each(our: Hub) -> None:
    both = replace(TARGET, regions=(REGION, "eu-west-1"))
    what = replace(FIRST, target=both)
    made: dict[str, Any] = {}
    for region in both.regions:
        gateways = aws.connect(both, region, credentials=our.keys())
        done = publisher.publish(gateways, what, MANNER)
        assert not done.failed
        assert not publisher.publish(gateways, what, MANNER).outcomes
        listed = gateways.portfolios.list()
        made[region] = {live.arn.split(":")[3] for live in listed}
    assert made == {region: {region} for region in both.regions}
