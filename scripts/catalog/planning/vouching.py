"""What release records and taskcat records say against a catalog and a repository. Pure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import replace

from catalog.model import Release
from catalog.planning import refusing
from catalog.planning.desired import describe
from catalog.planning.plans import Refusal
from catalog.releases.records import Versions
from catalog.state import Artifact, CatalogState, ProductState

_Change = Callable[[str, str, Artifact], Artifact]


def vouched(observed: CatalogState, records: Versions) -> CatalogState:
    """The catalog with the digests its release records vouch for.

    A live description can be edited by hand; the record cannot.
    """

    def digests(product: str, version: str, artifact: Artifact) -> Artifact:
        record = records.get((product, version))
        return replace(artifact, digest=record.digest) if record else artifact

    return _versions(observed, digests)


def as_released(observed: CatalogState, records: Versions) -> CatalogState:
    """The catalog with the descriptions under which its versions were released."""

    def descriptions(product: str, version: str, artifact: Artifact) -> Artifact:
        record = records.get((product, version))
        if record is None:
            return artifact
        return replace(artifact, description=describe(record.description, record.digest))

    return _versions(observed, descriptions)


def contradictions(
    releases: Iterable[Release], records: Versions, elsewhere: str = ""
) -> Iterator[Refusal]:
    """Releases whose version was published before with another content.

    Args:
        releases: Of the repository.
        records: Of a bucket.
        elsewhere: The region of that bucket, when it is not the one published to.
    """
    where = f" in {elsewhere}" if elsewhere else ""
    for release in releases:
        record = records.get((release.product.name, release.version))
        if record and record.digest != release.digest:
            subject = f"version {release.version} of {release.product.name}"
            held = f"its release record{where} holds digest {record.digest[:12]}"
            reason = f"{held}, here it has {release.digest[:12]}"
            yield refusing.changed(subject, reason, release.product.place)


def unrecorded(
    releases: Iterable[Release], observed: CatalogState, records: Versions
) -> Iterator[tuple[str, str]]:
    """(product, version) of what lives with exactly its release's content, but without a record.

    A version is made after its record: somebody removed that.

    Args:
        releases: Of the repository.
        observed: What is live, with the digests that its descriptions carry.
        records: Of the bucket.
    """
    for release in releases:
        key = release.product.name, release.version
        product = observed.products.get(release.product.name)
        live = product.versions.get(release.version) if product else None
        if live and live.digest == release.digest and key not in records:
            yield key


def untested(
    releases: Iterable[Release], passed: Collection[tuple[str, str]]
) -> tuple[Release, ...]:
    """Releases without a passing taskcat record of exactly their content.

    Args:
        releases: What is about to be published.
        passed: (product, digest) of every passing record.
    """
    return tuple(r for r in releases if (r.product.name, r.digest) not in passed)


def _versions(observed: CatalogState, change: _Change) -> CatalogState:
    def product(name: str, state: ProductState) -> ProductState:
        versions = {v: change(name, v, artifact) for v, artifact in state.versions.items()}
        return replace(state, versions=versions)

    return replace(
        observed, products={name: product(name, s) for name, s in observed.products.items()}
    )
