"""Several regions of a target, and what a region or account that is new is owed by the others."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from moto.s3.models import s3_backends

from catalog import aws, pipeline, places
from catalog.checking import Checked
from catalog.errors import Refused
from catalog.model import Catalog, Lifecycle, ProductFolder, Release, Settings, VersionState
from catalog.publishing import ledger, locking, publisher
from catalog.releases import bundles, records
from catalog.releases.stamping import stamp, unstamped
from catalog.targets import Organization
from local_aws import embedded
from local_aws.process import Embedded
from local_aws.servicecatalog.state import catalogs
from tests.publishing_world import (
    HUB,
    MANNER,
    REGION,
    SHALLOW,
    TARGET,
    TODAY,
    Killed,
    Killer,
    hub,
    portfolio,
)
from tests.regions_world import BOTH, FIRST_DAY, NEW, Worldwide, built


@pytest.fixture
def our(aws: Embedded) -> Worldwide:
    return Worldwide(hub(aws))


@pytest.fixture
def grown(our: Worldwide) -> Worldwide:
    """Three versions in the first region; nothing in the other."""
    for version in ("1.0.0", "1.1.0", "1.2.0"):
        our.publish(REGION, built(version), today=FIRST_DAY)
    return our


RULES = (
    Lifecycle(versions="<1.1", state=VersionState.DEPRECATED, since=TODAY, because="Slow."),
    Lifecycle(versions="=1.2.0", state=VersionState.INACTIVE, since=TODAY, because="Broken."),
)


def test_a_new_region_gets_every_supported_version_byte_for_byte(grown: Worldwide) -> None:
    current = built("2.0.0", lifecycle=RULES)
    grown.publish(REGION, current, unseen_ok=True)
    done = grown.publish(NEW, current)
    here, there = grown.versions(NEW), grown.versions(REGION)
    assert [one["Name"] for one in here] == ["1.0.0", "1.1.0", "2.0.0"]
    assert here == [one for one in there if one["Name"] != "1.2.0"]
    assert [one["Guidance"] for one in here] == ["DEPRECATED", "DEFAULT", "DEFAULT"]
    own = {REGION: BOTH.bucket_in(REGION), NEW: BOTH.bucket_in(NEW)}
    for version in ("1.0.0", "1.1.0", "2.0.0"):
        (code,) = built(version).bundles
        for key in (records.key("deploy", version), code.key):
            assert grown.object(NEW, key) == grown.object(REGION, key) is not None
        (key,) = grown.gateways[NEW].storage.list(records.templates("deploy", version))
        text = (grown.object(NEW, key) or b"").decode()
        assert text == stamp(built(version).template, own)
        assert unstamped(text) == built(version).template
    reasons = [a.reason for a in done.plan.actions if a.subject.startswith("version 1.1.0")]
    assert reasons == [
        f"lives in {REGION}, released 2026-01-15 from commit 110110110110, "
        f"digest {built('1.1.0').digest[:12]}"
    ]


def test_what_was_brought_leaves_nothing_to_do(grown: Worldwide) -> None:
    grown.publish(NEW, built("2.0.0"))
    assert grown.survey(NEW, built("2.0.0")).plan.empty


def test_a_version_published_here_is_not_asked_of_others(our: Worldwide) -> None:
    our.publish(REGION, built("1.0.0"))
    our.publish(NEW, built("1.0.0"))
    before = our.gateways[REGION].session.meter.calls()
    our.publish(NEW, built("1.0.0", summary="Said otherwise."))
    assert our.gateways[REGION].session.meter.calls() == before


def test_a_region_that_fell_behind_catches_up_in_order(our: Worldwide) -> None:
    our.publish(REGION, built("1.0.0"))
    our.publish(NEW, built("1.0.0"))
    our.publish(REGION, built("1.1.0"))
    our.publish(NEW, built("1.2.0"))
    assert [one["Name"] for one in our.versions(NEW)] == ["1.0.0", "1.1.0", "1.2.0"]


def test_what_is_older_than_what_is_live_here_is_not_made_after_it(our: Worldwide) -> None:
    our.publish(REGION, built("1.0.0"))
    alone = replace(our.manner(NEW), depth=SHALLOW)
    publisher.publish(our.gateways[NEW], our.wish(built("1.1.0")), alone)
    our.publish(NEW, built("1.2.0"))
    assert [one["Name"] for one in our.versions(NEW)] == ["1.1.0", "1.2.0"]


def test_a_record_of_a_version_that_never_lived_is_no_version(grown: Worldwide) -> None:
    grown.write(REGION, records.key("deploy", "1.3.0"), b'{"digest": "00"}')
    grown.publish(NEW, built("2.0.0"))
    assert "1.3.0" not in [one["Name"] for one in grown.versions(NEW)]


def _broken(our: Worldwide, what: str) -> str:
    """Break an object of version 1.1.0 in the first region; its key."""
    (code,) = built("1.1.0").bundles
    (template,) = our.gateways[REGION].storage.list(records.templates("deploy", "1.1.0"))
    record = records.key("deploy", "1.1.0")
    text = our.object(REGION, template) or b""
    keys = {"bundle": code.key, "template": template, "record": record}
    bodies = {
        "bundle changed": bundles.archive(built("1.0.0").bundles[0]),
        "bundle no zip": b"no zip",
        "template's remark changed": text.replace(b"a remark", b"another remark"),
        "template unreadable": b"a: [",
        "record changed": b"{}",
    }
    key = keys[what.partition(" ")[0].partition("'")[0]]
    if body := bodies.get(what):
        our.write(REGION, key, body)
    else:
        our.remove(REGION, key)
    return records.templates("deploy", "1.1.0") if what == "template gone" else key


BROKEN = (
    "bundle gone",
    "bundle changed",
    "bundle no zip",
    "template gone",
    "template's remark changed",
    "template unreadable",
    "record gone",
    "record changed",
)


@pytest.fixture(scope="module")
def whole(organization: Organization) -> Iterator[Worldwide]:
    """Two versions in the first region, for tests that leave it as they find it."""
    with embedded(organization, HUB, REGION) as running:
        made = Worldwide(hub(running))
        for version in ("1.0.0", "1.1.0"):
            made.publish(REGION, built(version))
        yield made


@pytest.mark.parametrize("what", BROKEN)
def test_a_lost_object_stops_everything_and_is_named(whole: Worldwide, what: str) -> None:
    storage = whole.gateways[REGION].storage
    before = {key: storage.fetch(key) for key in storage.list("")}
    key = _broken(whole, what)
    plan = whole.survey(NEW, built("2.0.0")).plan
    (refusal,) = plan.refusals
    assert refusal.subject == "version 1.1.0 of deploy"
    assert key in refusal.reason
    with pytest.raises(Refused, match=r"1\.1\.0 of deploy"):
        whole.publish(NEW, built("2.0.0"))
    assert not catalogs[HUB][NEW].products
    assert not whole.gateways[NEW].storage.list("")
    for key, body in before.items():
        if storage.fetch(key) != body:
            whole.write(REGION, key, body or b"")


def test_a_retired_version_need_not_be_whole(grown: Worldwide) -> None:
    _broken(grown, "record gone")
    rule = replace(RULES[1], versions="=1.1.0")
    grown.publish(NEW, built("2.0.0", lifecycle=(rule,)))
    assert [one["Name"] for one in grown.versions(NEW)] == ["1.0.0", "1.2.0", "2.0.0"]


def test_without_an_index_it_is_not_known_what_lives(grown: Worldwide) -> None:
    grown.remove(REGION, ledger.KEY)
    refusals = grown.survey(NEW, built("2.0.0")).plan.refusals
    assert refusals
    assert all(f"{ledger.KEY} is missing" in each.reason for each in refusals)
    with pytest.raises(Refused, match="Publish there first"):
        grown.publish(NEW, built("2.0.0"))


def test_regions_that_all_lost_their_index_are_published_to_again(our: Worldwide) -> None:
    for region in BOTH.regions:
        our.publish(region, built("1.0.0"))
    for region in BOTH.regions:
        our.remove(region, ledger.KEY)
    for region in BOTH.regions:
        our.publish(region, built("1.1.0"))
        assert [one["Name"] for one in our.versions(region)] == ["1.0.0", "1.1.0"]


def test_records_of_earlier_releases_of_this_tool_do_as_well(grown: Worldwide) -> None:
    key = records.key("deploy", "1.1.0")
    digest = built("1.1.0").digest
    (code,) = built("1.1.0").bundles
    named = {"kind": code.kind, "name": code.name, "digest": code.digest, "key": code.key}
    record = {"digest": digest, "description": "What is new in 1.1.0.", "bundles": [named]}
    grown.write(REGION, key, json.dumps(record).encode())
    grown.publish(NEW, built("2.0.0"))
    assert grown.versions(NEW)[1]["Description"] == grown.versions(REGION)[1]["Description"]


def test_one_version_with_two_contents_is_refused(our: Worldwide) -> None:
    our.publish(REGION, built("1.0.0"))
    other = replace(built("1.0.0"), digest="ab" * 32)
    (refusal,) = our.survey(NEW, other).plan.refusals
    assert f"its release record in {REGION} holds" in refusal.reason


def _emptied(our: Worldwide) -> None:
    """Nothing in the new region again."""
    catalogs[HUB][NEW].reset()
    s3_backends[HUB]["aws"].buckets.pop(BOTH.bucket_in(NEW), None)
    s3_backends.bucket_accounts.pop(BOTH.bucket_in(NEW), None)


def _buried(our: Worldwide) -> None:
    """The lock of a dead publisher runs out."""
    held = our.object(NEW, locking.KEY)
    if held:
        our.write(NEW, locking.KEY, json.dumps(json.loads(held) | {"seconds": 0}).encode())


def test_killed_while_versions_are_brought_and_run_again(grown: Worldwide) -> None:
    current = built("2.0.0", lifecycle=RULES[:1])
    grown.publish(NEW, current)
    expected = grown.versions(NEW)
    killed = 0
    for turn, call in enumerate(range(4, 80, 9)):
        _emptied(grown)
        killer = Killer(at=call, answered=turn % 2 == 1)
        killer.attach(grown.gateways[NEW])
        with contextlib.suppress(Killed):
            grown.publish(NEW, current)
        killer.detach(grown.gateways[NEW])
        killed += killer.dead
        _buried(grown)
        grown.publish(NEW, current)
        assert grown.versions(NEW) == expected, f"killed at call {call}"
    assert killed > 5


# --- the whole target -------------------------------------------------------------------------


def checked(*releases: Release, root: Path) -> Checked:
    folders = {
        one.product.name: ProductFolder(
            product=one.product, template=one.template, scenarios={}, changelog=""
        )
        for one in releases
    }
    held = Catalog(
        root=root,
        settings=Settings(),
        products=folders,
        portfolios={"templates": portfolio(*folders)},
    )
    return Checked(
        catalog=held,
        built={},
        releases={r.product.name: r for r in releases},
        touched=frozenset(),
        findings=(),
    )


def terms(**more: Any) -> pipeline.Terms:
    return pipeline.Terms(depth=SHALLOW, untested=True, **more)


def test_a_region_added_later_is_brought_up_by_the_same_publish(
    our: Worldwide, tmp_path: Path
) -> None:
    one = our.place([REGION])
    pipeline.publish(tmp_path, one, checked(built("1.0.0"), root=tmp_path), terms())
    pipeline.publish(tmp_path, one, checked(built("1.1.0"), root=tmp_path), terms())
    done = pipeline.publish(tmp_path, our.place(), checked(built("1.1.0"), root=tmp_path), terms())
    assert not done[REGION].outcomes
    assert [one["Name"] for one in our.versions(NEW)] == ["1.0.0", "1.1.0"]
    assert our.versions(NEW) == our.versions(REGION)


def test_a_region_that_fails_leaves_the_other_done_and_is_reported(
    our: Worldwide, tmp_path: Path
) -> None:
    what = checked(built("1.0.0"), root=tmp_path)
    pipeline.publish(tmp_path, our.place(), what, terms())
    our.write(REGION, records.key("deploy", "1.1.0"), b'{"digest": "another"}')
    with pytest.raises(Refused) as raised:
        pipeline.publish(tmp_path, our.place(), checked(built("1.1.0"), root=tmp_path), terms())
    assert f"Not done in {REGION}; done in {NEW}." in str(raised.value)
    assert "release record holds digest another" in str(raised.value)
    assert [one["Name"] for one in our.versions(NEW)] == ["1.0.0", "1.1.0"]
    written = (tmp_path / pipeline.REPORT).read_text()
    assert f'"{REGION}": "This cannot be published.' in written


def test_the_versions_of_another_target_are_brought(our: Worldwide) -> None:
    other = replace(TARGET, name="old", bucket="old-{account}-{region}")
    own = our.hub.keys()
    gateways = aws.connect(other, REGION, credentials=own)
    for version in ("1.0.0", "1.1.0"):
        what = replace(our.wish(built(version)), target=other)
        publisher.publish(gateways, what, MANNER)
    catalogs[HUB][REGION].reset()
    catalog = Catalog(
        root=Path(), settings=Settings(targets={"old": other}), products={}, portfolios={}
    )
    place = places.from_elsewhere(catalog, our.place([REGION]), f"old/{REGION}")
    done = publisher.publish(
        our.gateways[REGION], our.wish(built("1.1.0")), our.manner(REGION, place)
    )
    assert not done.failed
    assert [one["Name"] for one in our.versions(REGION)] == ["1.0.0", "1.1.0"]
    assert f"lives in old/{REGION}" in done.plan.actions[1].reason
