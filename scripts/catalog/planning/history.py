"""Versions that live elsewhere and belong here too: what a new region or account is owed. Pure.

A region that was published before knows in its index which versions live there, and holds a record
and the objects of each. Where a product's current version is still to be made, the supported ones
between the highest that is live and the current one are made first, so that Studio still takes the
recommended version, the newest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from semver import Version

from catalog.model import Kind, Product, Release
from catalog.planning import vouching
from catalog.planning.desired import Wish, describe
from catalog.planning.lifecycle import applied, in_force, parsed
from catalog.planning.plans import Refusal
from catalog.releases import records
from catalog.releases.records import ReleaseRecord
from catalog.state import Artifact, CatalogState, ProductState

VersionKey = tuple[str, str]
"""(product, version)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """What the artifact bucket of a region tells of the versions that live there.

    Args:
        place: The region, after its target and a slash where that is another one.
        bucket: Its name.
        records: What was released of them.
        former: Version -> under which name it was released, of those that have another one now.
        live: The versions its index remembers; without one, all that are recorded.
        doubt: Why it is not known which of them live; empty when it is.
    """

    place: str
    bucket: str
    records: Mapping[VersionKey, ReleaseRecord] = field(default_factory=dict)
    former: Mapping[VersionKey, VersionKey] = field(default_factory=dict)
    live: frozenset[VersionKey] = frozenset()
    doubt: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restoration:
    """A version that lives elsewhere and is to be made here from its record.

    Args:
        product: As the repository has it today, but for the version.
        past: Where it lives.
        record: What was released there.
    """

    product: Product
    past: Past
    record: ReleaseRecord

    @property
    def key(self) -> VersionKey:
        """Product and version."""
        return self.product.name, self.product.version

    @property
    def released_as(self) -> VersionKey:
        """Product and version under which its objects lie there."""
        return self.past.former.get(self.key, self.key)

    @property
    def artifact(self) -> Artifact:
        """As the service will hold it, before the lifecycle says more."""
        description = describe(self.record.description, self.record.digest)
        return Artifact(description=description, digest=self.record.digest)

    @property
    def reason(self) -> str:
        """Why it is made, for the plan."""
        when = f", released {self.record.released}" if self.record.released else ""
        commit = f" from commit {self.record.commit[:12]}" if self.record.commit else ""
        return f"lives in {self.past.place}{when}{commit}, digest {self.record.digest[:12]}"


def behind(wish: Wish, observed: CatalogState) -> frozenset[str]:
    """Products whose current version is not live yet: only these may be owed others."""
    return frozenset(
        release.product.name
        for release in wish.releases
        if release.product.kind is not Kind.FOUNDATION
        and release.version not in _live(observed, release.product.name)
    )


def owed(
    wish: Wish, observed: CatalogState, pasts: Iterable[Past]
) -> tuple[tuple[Restoration, ...], tuple[Refusal, ...]]:
    """The versions to make here from what is recorded elsewhere, and what speaks against it.

    Args:
        wish: What the repository wants.
        observed: What is live here.
        pasts: Regions that were published before; of two that have a version the first one gives.

    Returns:
        Restorations in the order in which they are made, and refusals.
    """
    found: dict[VersionKey, Restoration] = {}
    refused: list[Refusal] = []
    waiting = behind(wish, observed)
    for past in pasts:
        refused += vouching.contradictions(wish.releases, past.records, past.place)
        for release in wish.releases:
            if release.product.name not in waiting:
                continue
            for version in _between(release, _live(observed, release.product.name), past):
                if not _supported(release, str(version), wish):
                    continue
                key = release.product.name, str(version)
                record = past.records.get(key)
                if past.doubt:
                    refused.append(_doubted(key, past))
                elif record is None:
                    refused.append(_unrecorded(key, past))
                elif key not in found:
                    product = replace(release.product, version=str(version))
                    found[key] = Restoration(product=product, past=past, record=record)
                elif found[key].record.digest != record.digest:
                    refused.append(_two_contents(key, found[key].past, past))
    ordered = sorted(found.values(), key=lambda r: (r.key[0], Version.parse(r.key[1])))
    return tuple(ordered), tuple(dict.fromkeys(refused))


def joined(published: CatalogState, restorations: Iterable[Restoration]) -> CatalogState:
    """What is published, and with it what will be restored, for `desired.desired`."""
    products = dict(published.products)
    for restoration in restorations:
        name, version = restoration.key
        held = products.get(name, _NOTHING)
        versions = {**held.versions, version: restoration.artifact}
        products[name] = replace(held, versions=versions)
    return replace(published, products=products)


_NOTHING = ProductState(
    title="",
    owner="",
    summary="",
    distributor="",
    support_description="",
    support_email="",
    support_url="",
    tags={},
    versions={},
)


def _live(observed: CatalogState, product: str) -> Iterable[str]:
    state = observed.products.get(product)
    return state.versions if state else ()


def _between(release: Release, live: Iterable[str], past: Past) -> Iterator[Version]:
    """Versions of a product that live in the past, above what is live here, below the current."""
    highest = max((v for v in map(parsed, live) if v), default=None)
    current = Version.parse(release.version)
    for name, version in sorted(past.live):
        own = parsed(version) if name == release.product.name else None
        if own and own < current and (highest is None or own > highest):
            yield own


def _supported(release: Release, version: str, wish: Wish) -> bool:
    rules = in_force(release.product.lifecycle, wish.today)
    return applied(rules, version, Artifact(description="", digest="")).active


def _unrecorded(key: VersionKey, past: Past) -> Refusal:
    return Refusal(
        subject=f"version {key[1]} of {key[0]}",
        reason=f"it lives in {past.place}, but s3://{past.bucket}/{records.key(*key)} is missing "
        "or no release record, so that it cannot be made here as it is there",
        remedy=LOST,
    )


def _doubted(key: VersionKey, past: Past) -> Refusal:
    return Refusal(
        subject=f"version {key[1]} of {key[0]}",
        reason=f"perhaps it lives in {past.place}: {past.doubt}",
        remedy="Publish there first; that writes the index anew.",
    )


def _two_contents(key: VersionKey, one: Past, other: Past) -> Refusal:
    return Refusal(
        subject=f"version {key[1]} of {key[0]}",
        reason=f"it has one content in {one.place} and another in {other.place}",
        remedy="Retire it with a lifecycle entry `inactive`; then it is made nowhere else.",
    )


LOST = (
    "Bring the object back (the bucket keeps former versions), or retire the version with a "
    "lifecycle entry `inactive`."
)
"""What to do about an object that is gone or holds something else."""
