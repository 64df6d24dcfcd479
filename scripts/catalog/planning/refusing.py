"""Versions that may not be published: another content, or below what is published. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalog.planning import lifecycle
from catalog.planning.plans import Refusal
from catalog.state import Artifact, CatalogState


def refusals(
    desired: CatalogState, observed: CatalogState, places: Mapping[str, str]
) -> Iterator[Refusal]:
    """What the plan would do to a version that is for ever.

    Args:
        desired: What should be.
        observed: What is, with the digests that release records vouch for.
        places: Product -> where its version is written; those of the repository.
    """
    for name, want in desired.products.items():
        have = observed.products.get(name)
        published = have.versions if have else {}
        highest = max((v for v in map(lifecycle.parsed, published) if v), default=None)
        for version, artifact in want.versions.items():
            subject, place = f"version {version} of {name}", places.get(name, "")
            live, own = published.get(version), lifecycle.parsed(version)
            if live is not None and live.digest != artifact.digest:
                yield changed(subject, _other(artifact, live), place)
            elif live is None and own and highest and own < highest:
                reason = f"it is below {highest}, which is published already"
                yield Refusal(subject=subject, reason=reason, remedy=BUMP, place=place, rule="C203")


BUMP = "A version is for ever: raise `version` in product.yaml above the highest published one."


def changed(subject: str, reason: str, place: str) -> Refusal:
    """The refusal of a version that is out with another content."""
    return Refusal(subject=subject, reason=reason, remedy=BUMP, place=place, rule="C202")


def _other(own: Artifact, live: Artifact) -> str:
    if not live.digest:
        return "it is published, but nothing tells with which content: it was made by hand"
    return f"it is published with digest {live.digest[:12]}, here it has {own.digest[:12]}"
