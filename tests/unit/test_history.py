"""Which versions a region is owed by the others, by value."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from semver import Version

from catalog.model import Kind, Lifecycle, VersionState
from catalog.planning.desired import Wish, desired
from catalog.planning.history import Past, behind, joined, owed
from catalog.planning.planning import plan
from catalog.releases.records import ReleaseRecord
from catalog.state import Artifact, CatalogState
from tests.publishing_world import FIRST, TODAY, release, wish

NONE = CatalogState()


def past(*versions: str, place: str = "eu-west-1", digest: str = "ab" * 32) -> Past:
    keys = [("deploy", version) for version in versions]
    record = ReleaseRecord(digest=digest, description="What was new.")
    return Past(
        place=place, bucket="catalog", live=frozenset(keys), records=dict.fromkeys(keys, record)
    )


def live(*versions: str) -> CatalogState:
    state = desired(FIRST)
    artifact = Artifact(description="", digest="cd" * 32)
    product = replace(state.products["deploy"], versions=dict.fromkeys(versions, artifact))
    return replace(state, products={"deploy": product})


def made(what: Wish, observed: CatalogState, *pasts: Past) -> list[str]:
    found, refused = owed(what, observed, pasts)
    assert not refused
    return [one.key[1] for one in found]


def test_only_what_lies_between_the_highest_here_and_the_current_one() -> None:
    what = wish(release(version="1.10.0"))
    own = what.releases[0].digest
    there = past("1.0.0", "1.2.0", "1.9.0", "1.10.0", "2.0.0", "by-hand", digest=own)
    assert made(what, NONE, there) == ["1.0.0", "1.2.0", "1.9.0"]
    assert made(what, live("1.1.0"), there) == ["1.2.0", "1.9.0"]
    assert made(what, live("1.1.0", "1.10.0"), there) == []
    assert made(what, live("by-hand"), there) == ["1.0.0", "1.2.0", "1.9.0"]


def test_other_products_and_foundation_products_are_owed_nothing() -> None:
    assert made(wish(release("other", "3.0.0")), NONE, past("1.0.0")) == []
    hidden = wish(release(version="3.0.0", kind=Kind.FOUNDATION), portfolios=())
    assert behind(hidden, NONE) == frozenset()
    assert made(hidden, NONE, past("1.0.0")) == []


def test_inactive_versions_stay_away_and_deprecated_ones_come() -> None:
    rules = (
        Lifecycle(versions="<1.1", state=VersionState.INACTIVE, since=TODAY, because="Broken."),
        Lifecycle(versions="<1.2", state=VersionState.DEPRECATED, since=TODAY, because="Slow."),
    )
    what = wish(release(version="2.0.0", lifecycle=rules))
    assert made(what, NONE, past("1.0.0", "1.1.0", "1.2.0")) == ["1.1.0", "1.2.0"]


def test_the_first_past_that_has_a_version_gives_it() -> None:
    found, _ = owed(
        wish(release(version="2.0.0")), NONE, [past("1.0.0"), past("1.0.0", "1.1.0", place="b")]
    )
    assert [one.past.place for one in found] == ["eu-west-1", "b"]


def test_two_contents_of_one_version_are_refused() -> None:
    _, (refusal,) = owed(
        wish(release(version="2.0.0")),
        NONE,
        [past("1.0.0"), past("1.0.0", place="b", digest="ef" * 32)],
    )
    assert refusal.reason == "it has one content in eu-west-1 and another in b"


_VERSIONS = st.lists(
    st.builds(lambda a, b: f"{a}.{b}.0", st.integers(0, 4), st.integers(0, 12)), unique=True
)


@given(there=_VERSIONS, here=_VERSIONS, current=_VERSIONS.filter(bool))
def test_versions_are_made_in_ascending_order_and_the_current_one_last(
    there: list[str], here: list[str], current: list[str]
) -> None:
    what = wish(release(version=current[0]))
    observed = live(*here) if here else NONE
    found, refused = owed(what, observed, [past(*there, digest=what.releases[0].digest)])
    assert not refused
    wanted = desired(what, joined(observed, found))
    actions = plan(wanted, observed, restored={one.key: one.reason for one in found}).actions
    versions = [a.version for a in actions if a.kind in {"create-product", "create-version"}]
    assert versions == sorted(versions, key=Version.parse)
    assert versions[-1:] == ([] if current[0] in here else [current[0]])
