"""A target's regions together: whether what is live is as released, and who runs it."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.places import Place
from catalog.publishing.surveying import Survey
from catalog.world.drifting import Drift
from catalog.world.fleet import Fleet, merged
from catalog.world.looking import nodes_of
from catalog.world.verdicts import Verified, judge
from catalog.world.verifying import gather


def verify(place: Place, seen: Mapping[str, Survey], product: str = "") -> tuple[Verified, ...]:
    """Whether what is live is what was released; of one product, or of all.

    Args:
        place: The target.
        seen: A deep survey of each region.
        product: Its name.
    """
    return tuple(
        judge(evidence)
        for region, survey in seen.items()
        for evidence in gather(place.gateways[region], survey, product)
    )


def drift(place: Place, seen: Mapping[str, Survey]) -> Mapping[str, Drift]:
    """Everything of ours by region: the catalog, what every version is made of, the bucket.

    Calls beside those of the survey: what `verifying.gather` says, and eight for each region's
    bucket and whose organization may read there.

    Args:
        place: The target.
        seen: A deep survey of each region.
    """
    faults, deletions = place.stage.faults(), place.stage.deletions()
    return {
        region: Drift(
            plan=each.plan,
            live=verify(place, {region: each}),
            bucket=faults.get(region, ()),
            deletions=deletions.get(region, ()),
        )
        for region, each in seen.items()
    }


def fleet(place: Place, seen: Mapping[str, Survey], product: str = "") -> Fleet:
    """Who runs which version in the accounts of the shares; of one product, or of all.

    Args:
        place: The target.
        seen: A deep survey of each region.
        product: Its name.
    """
    return merged(
        place.watch(region).look(each.ids, nodes_of(each.desired, each.observed), product)
        for region, each in seen.items()
    )
