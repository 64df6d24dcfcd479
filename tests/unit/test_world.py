"""History, verdicts and the guard of what runs, by value."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO
from typing import Any

import pytest
from rich.console import Console

from catalog.aws.copies import location
from catalog.model import Lifecycle, VersionState
from catalog.planning import guarding
from catalog.planning.actions import RemoveProduct, UpdateVersion
from catalog.planning.desired import desired
from catalog.planning.history import LOST
from catalog.planning.planning import plan
from catalog.planning.plans import Plan
from catalog.releases import packaging
from catalog.releases.records import RecordedBundle, ReleaseRecord, key, version_of
from catalog.releases.stamping import stamp
from catalog.state import CatalogState
from catalog.world import drifting, telling
from catalog.world.drifting import Drift
from catalog.world.fleet import SHOWN, Door, Fleet, Running, Unseen, merged, some
from catalog.world.releases import Chronicle, Written, history
from catalog.world.stacks import Started, started
from catalog.world.verdicts import Evidence, Mark, Object, Verified, judge
from tests.publishing_world import FIRST, TODAY, release, template, wish

DAY, LATER = date(2026, 1, 15), date(2026, 2, 1)
ONE, TWO = ("deploy", "1.0.0"), ("deploy", "1.10.0")


def text(table: object) -> list[str]:
    out = StringIO()
    Console(file=out, width=200).print(table)
    return [line.strip() for line in out.getvalue().splitlines()]


# --- releases ----------------------------------------------------------------------------------


def written(digest: str = "ab" * 32, released: date | None = DAY) -> Written:
    return Written(
        record=ReleaseRecord(digest=digest, commit="c" * 40, released=released), since=LATER
    )


def chronicle(region: str, *keys: tuple[str, str], live: bool = True) -> Chronicle:
    return Chronicle(
        region=region,
        written=dict.fromkeys(keys, written()),
        live=frozenset(keys) if live else frozenset(),
    )


RULE = Lifecycle(versions="<1.1", state=VersionState.DEPRECATED, since=TODAY, because="Slow.")
PRODUCTS = {"deploy": release(lifecycle=(RULE,)).product}


def test_the_history_is_told_from_the_highest_version_down() -> None:
    found = history([chronicle("a", ONE, TWO, ("alone", "1.0.0"))], PRODUCTS, TODAY)
    assert [(one.product, one.version, one.state) for one in found] == [
        ("alone", "1.0.0", "gone"),
        ("deploy", "1.10.0", "active"),
        ("deploy", "1.0.0", "deprecated"),
    ]
    assert all(one.released == DAY and one.lives == ("a",) and not one.notes for one in found)
    told = "2026-01-15  cccccccccccc  abababababab  deprecated  a"
    assert text(telling.releases(found))[3].endswith(told)


def test_a_release_of_what_nobody_committed_says_so() -> None:
    found = history([chronicle("a", ONE)], PRODUCTS, TODAY)
    changed = [replace(one, commit=f"{one.commit}+") for one in found]
    assert any("  cccccccccccc+  " in line for line in text(telling.releases(changed)))


def test_a_record_of_earlier_days_has_the_day_of_its_object() -> None:
    there = Chronicle(region="a", written={ONE: written(released=None)}, live=frozenset([ONE]))
    assert history([there], PRODUCTS, TODAY)[0].released == LATER


def test_differences_of_regions_are_said() -> None:
    other = Chronicle(region="b", written={ONE: written("cd" * 32)}, live=None)
    unreadable = Chronicle(region="c", written={ONE: Written(record=None, since=DAY)})
    lone = Chronicle(region="d", live=frozenset([ONE]))
    (found,) = history(
        [chronicle("a", ONE, live=False), other, replace(unreadable, live=frozenset([ONE])), lone],
        PRODUCTS,
        TODAY,
    )
    assert found.lives == ("c", "d")
    assert found.notes == (
        "its content differs: a abababababab, b cdcdcdcdcdcd",
        "its record in c cannot be read",
        "released, but not live in a",
        "no index tells what lives in b",
        "lives in d without a record",
    )
    (missing,) = history([chronicle("a", ONE), Chronicle(region="b", live=frozenset())], {}, TODAY)
    assert missing.notes == ("not released in b",)


def test_the_key_of_a_record_tells_product_and_version() -> None:
    assert version_of(key("deploy", "1.0.0")) == ("deploy", "1.0.0")
    for other in ("releases/deploy", "releases/deploy/1.0.0.txt", "other/deploy/1.0.0.json"):
        assert version_of(other) is None


# --- verdicts ----------------------------------------------------------------------------------

TEXT = template("one")
BUNDLE = RecordedBundle(kind="function", name="hello", digest="ef" * 32, key="bundles/hello.zip")
DIGEST = packaging.digest(TEXT, [BUNDLE])
GOOD = Evidence(
    product="deploy",
    version="1.0.0",
    region="a",
    line=DIGEST,
    record=ReleaseRecord(
        digest=DIGEST, commit="c" * 40, bundles=(BUNDLE,), parameters=("SageMakerProjectName",)
    ),
    template=stamp(TEXT, {}),
    parameters=("SageMakerProjectName",),
    objects={BUNDLE.key: Object(digest=BUNDLE.digest)},
)


def test_what_is_as_released_has_no_notes() -> None:
    found = judge(GOOD)
    assert (found.mark, found.notes, found.commit) == (Mark.SAME, (), "c" * 40)
    assert text(telling.verified([found]))[1].startswith("✓  deploy")
    assert telling.notes([found]) == []
    assert telling.verdict([found]) == "1 as released."
    assert telling.verdict([]) == "Nothing is published."


@pytest.mark.parametrize(
    ("change", "mark", "note"),
    [
        ({"line": ""}, Mark.DIFFERS, "carries no digest"),
        ({"line": "cd" * 32}, Mark.DIFFERS, "says digest cdcdcdcdcdcd"),
        ({"record": None}, Mark.DIFFERS, "its release record is gone"),
        ({"record": None, "line": ""}, Mark.UNKNOWN, "made by hand"),
        ({"template": template("two")}, Mark.DIFFERS, "not the one that was released"),
        ({"template": "a: ["}, Mark.DIFFERS, "not the one that was released"),
        ({"template": None, "why": "Access Denied"}, Mark.UNKNOWN, "not be read: Access Denied"),
        ({"template": None, "parameters": ()}, Mark.DIFFERS, "parameters are not those"),
        ({"template": None, "parameters": None}, Mark.UNKNOWN, "could not be read"),
        ({"objects": {BUNDLE.key: Object(digest=None)}}, Mark.DIFFERS, "is gone"),
        ({"objects": {BUNDLE.key: Object(digest="")}}, Mark.DIFFERS, "something else"),
        ({"objects": {BUNDLE.key: Object(digest="x")}}, Mark.DIFFERS, "something else"),
        ({"objects": {BUNDLE.key: Object(digest="", why="No.")}}, Mark.UNKNOWN, "be read: No."),
    ],
)
def test_every_difference_is_told(change: dict[str, object], mark: Mark, note: str) -> None:
    found = judge(replace(GOOD, **change))  # type: ignore[arg-type]
    assert found.mark is mark
    assert any(note in each for each in found.notes), found.notes


def test_the_worst_mark_counts() -> None:
    found = judge(replace(GOOD, line="", template=None))
    assert found.mark is Mark.DIFFERS
    assert len(found.notes) == 2
    assert telling.notes([found])[0] == (
        "✗ version 1.0.0 of deploy in a: its description carries no digest any more"
    )


def test_a_long_key_does_not_widen_the_table() -> None:
    long = replace(BUNDLE, key=f"bundles/seed/deploy/{'e' * 64}.zip")
    record = replace(GOOD.record, bundles=(long,))  # type: ignore[type-var]
    found = judge(replace(GOOD, record=record, objects={long.key: Object(digest=None)}))
    assert long.key in telling.notes([found])[0]
    assert max(map(len, text(telling.verified([found])))) < 80


# --- drift -------------------------------------------------------------------------------------


def drift(change: Plan, *live: Verified, bucket: tuple[str, ...] = ()) -> Drift:
    return Drift(plan=change, live=live, bucket=bucket)


def test_no_drift_is_one_line_and_what_was_not_read_another() -> None:
    state = desired(FIRST)
    same, unread = judge(GOOD), judge(replace(GOOD, template=None, why="No."))
    assert drifting.lines(drift(plan(state, state), same), "prod") == [
        "No drift: everything published is as this repository says."
    ]
    assert drift(plan(state, state), same, unread).none
    assert drifting.lines(drift(plan(state, state), unread), "prod")[1:] == [
        "Of 1 version not everything could be read; `make verify TARGET=prod` says what."
    ]


def test_everything_of_ours_drifts_and_says_what_mends_it() -> None:
    state = desired(FIRST)
    gone = judge(replace(GOOD, objects={BUNDLE.key: Object(digest=None)}))
    found = drift(plan(state, state), gone, bucket=("it keeps no versions",))
    assert not found.none
    assert not drift(plan(state, state), gone).none
    expiring = Drift(plan=plan(state, state), deletions=("lifecycle rule 'old' deletes",))
    assert not expiring.none
    assert drifting.lines(expiring, "prod") == [
        "artifact bucket: lifecycle rule 'old' deletes",
        "`make doctor TARGET=prod` shows the command that takes a lifecycle rule out.",
    ]
    assert drifting.lines(found, "prod") == [
        f"version 1.0.0 of deploy: {BUNDLE.key} is gone. {LOST}",
        "artifact bucket: it keeps no versions",
        "`make bootstrap TARGET=prod` brings the bucket's settings back.",
    ]
    assert "portfolio templates: missing" in drifting.lines(
        drift(plan(state, CatalogState())), "prod"
    )


def test_what_a_plan_says_of_a_version_is_not_said_twice() -> None:
    state = desired(FIRST)
    edited = judge(replace(GOOD, line=""))
    mended = plan(state, state, unrecorded=[("deploy", "1.0.0")])
    assert drift(mended, edited).contents == ()
    assert drifting.lines(drift(mended, edited), "prod") == [
        "version 1.0.0 of deploy: its release record is gone",
        "`make publish TARGET=prod ARGS=--deep` mends what differs.",
    ]


def test_what_a_version_is_made_of_is_told_beside_what_a_plan_mends_of_it() -> None:
    state = desired(FIRST)
    robbed = judge(replace(GOOD, line="", objects={BUNDLE.key: Object(digest="x")}))
    mended = plan(state, state, unrecorded=[("deploy", "1.0.0")])
    (found,) = drift(mended, robbed).contents
    assert found.notes == (f"{BUNDLE.key} holds something else than it was released with. {LOST}",)


def test_contents_of_versions_are_not_promised_to_be_mended() -> None:
    gone = judge(replace(GOOD, objects={BUNDLE.key: Object(digest=None)}))
    found = drift(plan(desired(FIRST), CatalogState()), replace(gone, product="other"))
    assert drifting.lines(found, "prod")[-1] == (
        "`make publish TARGET=prod ARGS=--deep` mends what differs, contents of versions apart."
    )


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("https://cf-x-us-east-1.s3.amazonaws.com/pa-1", ("cf-x-us-east-1", "pa-1")),
        ("https://b.s3.eu-west-1.amazonaws.com/a/b%20c", ("b", "a/b c")),
        ("https://s3.eu-west-1.amazonaws.com/b/a/c", ("b", "a/c")),
        ("https://s3-eu-west-1.amazonaws.com/b/a", ("b", "a")),
        ("https://b.s3.cn-north-1.amazonaws.com.cn/a", ("b", "a")),
        ("https://s3.amazonaws.com/b", None),
        ("https://example.com/b/a", None),
        ("", None),
    ],
)
def test_where_a_copy_lies(url: str, place: tuple[str, str] | None) -> None:
    assert location(url) == place


# --- fleet -------------------------------------------------------------------------------------


def running(version: str = "1.0.0", name: str = "p-1", **more: Any) -> Running:
    return Running(
        product="deploy",
        version=version,
        account="111122223333",
        region="a",
        name=name,
        since=datetime(2026, 1, 15, tzinfo=UTC),
        **more,
    )


UNSEEN = Unseen(where="222222222222", region="a", why="no role")


def retire(state: VersionState) -> tuple[UpdateVersion, ...]:
    before = desired(wish(release()))
    rule = Lifecycle(versions="<1.1", state=state, since=TODAY, because="Old.")
    wanted = desired(wish(release(version="1.1.0", lifecycle=(rule,))), before)
    dangers = guarding.endangered(plan(wanted, before).actions, before)
    assert all(isinstance(each, UpdateVersion) for each in dangers)
    return dangers  # type: ignore[return-value]


def test_only_what_becomes_inactive_is_in_danger() -> None:
    assert not retire(VersionState.DEPRECATED)
    (danger,) = retire(VersionState.INACTIVE)
    assert danger.subject == "version 1.0.0 of deploy"
    before = desired(wish(release()))
    inactive = replace(before.products["deploy"].versions["1.0.0"], active=False)
    held = replace(before.products["deploy"], versions={"1.0.0": inactive})
    assert not guarding.endangered([danger], replace(before, products={"deploy": held}))
    assert not guarding.endangered([danger], replace(before, products={})), "it is made just now"


def test_who_runs_it_and_who_perhaps_does() -> None:
    dangers = retire(VersionState.INACTIVE)
    fleet = Fleet(running=(running(project="iris"),), unseen=(UNSEEN,))
    sure, perhaps = guarding.refusals(dangers, fleet, unseen_ok=False)
    assert sure.reason == (
        "it would be made inactive, but is run by project iris in 111122223333 (a) since 2026-01-15"
    )
    assert perhaps.reason.endswith("where it cannot be seen: 222222222222 (a): no role")
    assert [*guarding.refusals(dangers, fleet, unseen_ok=True)] == [sure]
    newer = Fleet(running=(running("1.1.0"),))
    assert not [*guarding.refusals(dangers, newer, unseen_ok=False)]


def test_any_version_keeps_a_product_from_being_removed() -> None:
    removal = RemoveProduct(product="deploy", reason="no longer here")
    fleet = Fleet(running=(running("made by hand"),))
    (refusal,) = guarding.refusals([removal], fleet, unseen_ok=True)
    assert "it would be removed, but is run by p-1 in" in refusal.reason


def test_a_project_from_s3_is_asked_for_only_where_something_is_pruned() -> None:
    (retirement,) = retire(VersionState.INACTIVE)
    removal = RemoveProduct(product="deploy", reason="no longer here")
    fleet = Fleet(running=(running(project="iris", door=Door.S3),), partly=(UNSEEN,))
    assert not [*guarding.refusals([retirement], fleet, unseen_ok=False)]
    sure, perhaps = guarding.refusals([removal], fleet, unseen_ok=False)
    assert "is run by project iris from S3 in 111122223333 (a)" in sure.reason
    assert perhaps.reason.endswith("where it cannot be seen: 222222222222 (a): no role")
    assert [*guarding.refusals([removal], fleet, unseen_ok=True)] == [sure]


@pytest.mark.parametrize(
    ("stack", "description", "project"),
    [
        ("SP-iris-p-a1b2c3d4e5f6", "deploy 1.0.0", "iris"),
        ("SP-p-iris-p-a1b2c3d4e5f6", "deploy 1.0.0", "p-iris"),
        ("SP-iris", "deploy 1.0.0", "iris"),
        ("SC-111122223333-pp-abcdefghijklm", "deploy 1.0.0", ""),
        ("SP-", "deploy 1.0.0", ""),
        ("SP-iris-p-a1b2c3d4e5f6", "theirs 1.0.0", ""),
        ("SP-iris-p-a1b2c3d4e5f6", "deploy", ""),
        ("SP-iris-p-a1b2c3d4e5f6", "deploy 1.0.0 by hand", ""),
        ("SP-iris-p-a1b2c3d4e5f6", "", ""),
    ],
)
def test_a_project_is_known_by_its_stack(stack: str, description: str, project: str) -> None:
    expected = Started(project=project, product="deploy", version="1.0.0") if project else None
    assert started(stack, description, {"deploy"}) == expected


def test_long_lists_are_cut_and_counted() -> None:
    assert some(range(SHOWN)) == "0, 1, 2, 3, 4"
    assert some(range(SHOWN + 2)) == "0, 1, 2, 3, 4 and 2 more"


def test_fleets_of_regions_become_one_in_reading_order() -> None:
    one = Fleet(running=(running("1.1.0"), running()), unseen=(UNSEEN,))
    other = Fleet(running=(running(name="a", door=Door.S3),), unseen=(UNSEEN,), partly=(UNSEEN,))
    both = merged([one, other])
    assert [(each.version, each.name) for each in both.running] == [
        ("1.0.0", "a"),
        ("1.0.0", "p-1"),
        ("1.1.0", "p-1"),
    ]
    assert both.unseen == both.partly == (UNSEEN,)
    table = text(telling.fleet(both.running))
    assert "111122223333  a       a        S3  " in table[1]
    assert "111122223333  a       p-1      Service Catalog  " in table[2]
