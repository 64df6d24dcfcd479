"""A product whose folder was renamed, on its way to regions and accounts that are new."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from catalog import aws, places
from catalog.model import Catalog, Release, Settings
from catalog.publishing import publisher
from catalog.releases import records
from catalog.releases.stamping import unstamped
from catalog.world.reading import chronicle
from catalog.world.releases import history
from local_aws.process import Embedded
from tests.publishing_world import MANNER, REGION, TARGET, TODAY, hub
from tests.regions_world import FIRST_DAY, NEW, Worldwide, built


@pytest.fixture
def our(aws: Embedded) -> Worldwide:
    return Worldwide(hub(aws))


@pytest.fixture
def grown(our: Worldwide) -> Worldwide:
    """Three versions in the first region, then the folder is renamed; nothing in the other."""
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        our.publish(REGION, built(version), today=FIRST_DAY)
    our.publish(REGION, _renamed("2.0.0"))
    return our


def _renamed(version: str) -> Release:
    """A release of the same product after its folder was renamed to `ship`."""
    made = built(version)
    return replace(made, product=replace(made.product, name="ship"))


def test_a_renamed_product_brings_what_was_released_under_its_former_name(
    grown: Worldwide,
) -> None:
    done = grown.publish(NEW, _renamed("2.0.0"))
    assert grown.versions(NEW) == grown.versions(REGION)
    assert [one["Name"] for one in grown.versions(NEW)] == ["1.0.0", "1.1.0", "1.2.0", "2.0.0"]
    for version in ("1.0.0", "1.1.0"):
        (key,) = grown.gateways[NEW].storage.list(records.templates("ship", version))
        text = (grown.object(NEW, key) or b"").decode()
        assert unstamped(text) == built(version).template
        (code,) = built(version).bundles
        assert grown.object(NEW, code.key) == grown.object(REGION, code.key) is not None
        former = json.loads(grown.object(REGION, records.key("deploy", version)) or b"")
        now = json.loads(grown.object(NEW, records.key("ship", version)) or b"")
        assert now == former | {"product": "ship"}
    reasons = [a.reason for a in done.plan.actions if a.subject.startswith("version 1.1.0")]
    assert reasons[0].startswith(f"lives in {REGION}, released 2026-01-15")
    assert grown.survey(NEW, _renamed("2.0.0"), deep=True).plan.empty


def test_a_new_region_that_knows_of_a_rename_first_is_owed_the_same(
    our: Worldwide,
) -> None:
    our.publish(REGION, built("1.0.0"), today=FIRST_DAY)
    our.publish(REGION, built("1.1.0"), today=FIRST_DAY)
    our.publish(NEW, _renamed("2.0.0"))
    assert [one["Name"] for one in our.versions(NEW)] == ["1.0.0", "1.1.0", "2.0.0"]
    our.publish(REGION, _renamed("2.0.0"))
    assert our.versions(NEW) == our.versions(REGION)


def test_a_plan_for_a_new_region_holds_when_the_rename_reaches_the_other_one(
    our: Worldwide,
) -> None:
    our.publish(REGION, built("1.0.0"), today=FIRST_DAY)
    planned = our.survey(NEW, _renamed("2.0.0")).plan
    our.publish(REGION, _renamed("2.0.0"))
    assert our.survey(NEW, _renamed("2.0.0")).plan == planned


def test_another_content_under_a_former_name_is_not_taken_for_it(grown: Worldwide) -> None:
    held = json.loads(grown.object(REGION, records.key("deploy", "1.1.0")) or b"")
    other = json.dumps(held | {"digest": "ab" * 32}).encode()
    grown.write(REGION, records.key("deploy", "1.1.0"), other)
    (refusal,) = grown.survey(NEW, _renamed("2.0.0")).plan.refusals
    assert f"{records.key('ship', '1.1.0')} is missing" in refusal.reason


def test_the_history_tells_former_releases_under_the_name_of_now(grown: Worldwide) -> None:
    gateways = grown.gateways[REGION]
    found = history([chronicle(gateways, REGION)], {}, TODAY)
    assert [(one.product, one.version, one.lives, one.notes) for one in found] == [
        ("ship", version, (REGION,), ()) for version in ("2.0.0", "1.2.0", "1.1.0", "1.0.0")
    ]
    assert found[-1].digest == built("1.0.0").digest
    assert history([chronicle(gateways, REGION, "ship")], {}, TODAY) == found
    assert not history([chronicle(gateways, REGION, "deploy")], {}, TODAY)


def test_a_product_renamed_in_another_target_is_brought_with_its_versions(our: Worldwide) -> None:
    other = replace(TARGET, name="old", bucket="old-{account}-{region}", regions=(NEW,))
    gateways = aws.connect(other, NEW, credentials=our.hub.keys())
    for made in (built("1.0.0"), built("1.1.0"), _renamed("1.2.0")):
        publisher.publish(gateways, replace(our.wish(made), target=other), MANNER)
    catalog = Catalog(
        root=Path(), settings=Settings(targets={"old": other}), products={}, portfolios={}
    )
    place = places.from_elsewhere(catalog, our.place([REGION]), f"old/{NEW}")
    done = publisher.publish(
        our.gateways[REGION], our.wish(_renamed("1.2.0")), our.manner(REGION, place)
    )
    assert not done.failed
    assert our.versions(REGION) == our.versions(NEW)
    assert len(our.versions(REGION)) == 3
