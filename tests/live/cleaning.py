"""Removing what a run made, by the names it gave, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.errors import ServiceFault
from catalog.planning.narrowing import narrowed
from catalog.planning.planning import plan
from catalog.publishing.applying import apply, failures
from catalog.publishing.desk import Desk
from catalog.publishing.surveying import Survey
from catalog.state import CatalogState
from tests.live.journey import FIRST, Journey


def clean(journey: Journey) -> None:
    """End the project, take the catalog apart, empty and delete the bucket.

    Raises:
        AssertionError: Something could not be removed; the message says what to remove by hand.
    """
    _end_project(journey)
    if journey.gateways.storage.bucket.exists():
        _take_apart(journey)
        _delete_bucket(journey)


def left_behind(journey: Journey) -> list[str]:
    """What is still there of the run."""
    found = [" ".join(lane) for lane in _ours(journey)[0].ids.lanes if lane[1] == journey.name]
    bucket = journey.gateways.storage.bucket
    return [*found, bucket.name] if bucket.exists() else found


def _end_project(journey: Journey) -> None:
    if journey.project:
        answer = journey.as_person().call(
            "terminate_provisioned_product",
            journey.name,
            ProvisionedProductId=journey.project,
            TerminateToken=journey.name,
        )
        ended = journey.ended(answer["RecordDetail"]["RecordId"])
        assert ended["Status"] == "SUCCEEDED", ended["RecordErrors"]


def _ours(journey: Journey) -> tuple[Survey, CatalogState]:
    """A deep look, and what it found of this run."""
    seen = journey.survey(FIRST, deep=True)
    scope = frozenset({("portfolio", journey.name), ("product", journey.name)})
    return seen, narrowed(seen.observed, scope)


def _take_apart(journey: Journey) -> None:
    seen, mine = _ours(journey)
    removal = plan(CatalogState(), mine, prune=True)
    desk = Desk.blank(journey.gateways, seen)
    errors = [outcome.error for outcome in failures(apply(removal, desk))]
    assert not errors, errors


def _delete_bucket(journey: Journey) -> None:
    bucket = journey.gateways.storage.bucket
    for page in _versions(journey):
        bucket.call("delete_objects", Delete={"Objects": page, "Quiet": True})
    bucket.call("delete_bucket")


def _versions(journey: Journey) -> Iterator[list[dict[str, str]]]:
    """Versions and delete markers of the run's own bucket, a page at a time, until none is left."""
    bucket = journey.gateways.storage.bucket
    while True:
        try:
            listed = bucket.call("list_object_versions")
        except ServiceFault as fault:
            if fault.code == "NoSuchBucket":
                return
            raise
        entries = [*listed.get("Versions", ()), *listed.get("DeleteMarkers", ())]
        if not entries:
            return
        yield [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in entries]
