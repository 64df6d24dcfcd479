"""Versions that may not be published: another content, or below what is published. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.planning import lifecycle
from catalog.planning.plans import Refusal
from catalog.state import Artifact, CatalogState


def refusals(desired: CatalogState, observed: CatalogState) -> Iterator[Refusal]:
    """What the plan would do to a version that is for ever.

    Args:
        desired: What should be.
        observed: What is, with the digests that release records vouch for.
    """
    for name, want in desired.products.items():
        have = observed.products.get(name)
        published = have.versions if have else {}
        highest = max((v for v in map(lifecycle.parsed, published) if v), default=None)
        for version, artifact in want.versions.items():
            subject = f"version {version} of {name}"
            live, own = published.get(version), lifecycle.parsed(version)
            if live is not None and live.digest != artifact.digest:
                yield Refusal(subject=subject, reason=_other(artifact, live), remedy=_BUMP)
            elif live is None and own and highest and own < highest:
                reason = f"it is below {highest}, which is published already"
                yield Refusal(subject=subject, reason=reason, remedy=_BUMP)


_BUMP = "A version is for ever: raise `version` in product.yaml above the highest published one."


def _other(own: Artifact, live: Artifact) -> str:
    if not live.digest:
        return "it is published, but nothing tells with which content: it was made by hand"
    return f"it is published with digest {live.digest[:12]}, here it has {own.digest[:12]}"
