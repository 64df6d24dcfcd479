"""What foundation products take for the artifact buckets, held against the target. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalog.findings import Finding
from catalog.manifests import located
from catalog.model import Catalog, Release, Tree
from catalog.releases.packaging import parsed
from catalog.targets import Deployment, Target, UnitDeployment

PARAMETER = "ArtifactBucketPrefix"
"""By which a product is told: `<prefix>-<account>-<region>` is the bucket of a region."""

_FILE = "catalog.yaml"


def check(catalog: Catalog, tree: Tree, releases: Mapping[str, Release]) -> Iterator[Finding]:
    """Compare every deployment's prefix, given or by default, with its target's buckets.

    Args:
        catalog: What was understood.
        tree: What was read, for the lines.
        releases: Product -> release, as far as they could be built.

    Yields:
        Findings C436.
    """
    deployed = [
        (target, number, at, releases[at.product])
        for target in catalog.settings.targets.values()
        for number, at in enumerate(target.foundation)
        if at.product in releases and PARAMETER in releases[at.product].parameters
    ]
    if not deployed:
        return
    document, _ = located.read(tree[_FILE].content.decode(errors="replace"), _FILE)
    for target, number, at, release in deployed:
        prefix = _prefix(at, release)
        if _fits(prefix, target):
            continue
        place: located.Path = ("targets", target.name, "foundation", number)
        if PARAMETER in at.parameters:
            place = (*place, "parameters", PARAMETER)
        mark = document.at(place) if document else located.Mark()
        yield Finding(
            file=_FILE,
            line=mark.line,
            column=mark.column,
            rule="C436",
            message=f"{at.product} looks for artifact buckets named {prefix}-<account>-<region>, "
            f"but those of target {target.name} are named {target.bucket}.",
            remedy=f"Give it the {PARAMETER} of the target's buckets, or name them by it: "
            f"{prefix}-{{account}}-{{region}}.",
        )


def _prefix(at: Deployment | UnitDeployment, release: Release) -> str:
    declared = parsed(release.template)["Parameters"][PARAMETER]
    return at.parameters.get(PARAMETER, str(declared.get("Default", "")))


def _fits(prefix: str, target: Target) -> bool:
    return all(
        target.bucket_in(region) == f"{prefix}-{target.account}-{region}"
        for region in target.regions
    )
