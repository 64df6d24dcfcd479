"""Calls and time of a publish, against the least that could do the same."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping
from math import ceil

from catalog.errors import CatalogError
from catalog.planning.desired import Wish, desired
from catalog.publishing import publisher, surveying
from catalog.publishing.applying import WORKERS
from catalog.state import CatalogState, PortfolioState
from tests.benchmarks.table import Row, Section
from tests.benchmarks.world import Site, catalog_of, counted, site

SIZES = ((1, 1), (100, 2), (350, 5))
"""Products and portfolios; 350 products are the quota of a region, 150 that of a portfolio."""

LATENCY = 0.1
"""Seconds each call takes in the measurement of time."""

ADMIN_PAGE, TAG_PAGE, PORTFOLIO_PAGE = 20, 100, 100


def nothing_changed() -> Section:
    """Looking at a catalog that is as it should be: the fast path, and the deep comparison."""
    rows: list[Row] = []
    notes: list[str] = []
    for products, portfolios in SIZES:
        size = _size(products, portfolios)
        what = catalog_of(products, portfolios)
        state = desired(what)
        with site() as place:
            _publish(place, what)
            fast = counted(_survey(place, what, deep=False))
            deep = counted(_survey(place, what, deep=True))
        floor = lean(state)
        rows += (
            Row(what=size, figure=fast.total(), floor=_confirmations(state), unit="calls"),
            Row(what=f"{size}, deep", figure=deep.total(), floor=floor.total(), unit="calls"),
        )
        notes.append(f"{size}, deep: {_beside(deep, floor)}.")
    return Section(
        title="Nothing changed",
        how=(
            "Service Catalog and tagging calls of a publish that finds nothing to do. Floor: the "
            "tagging API confirms 100 ids a call; deep: every portfolio described, its listings "
            "in pages of 20, the versions of each product and the parameters of each constraint."
        ),
        rows=tuple(rows),
        notes=tuple(notes),
    )


def first_publish() -> Section:
    """A first publish of 100 products in 2 portfolios, in calls and in time."""
    what = catalog_of(100, 2)
    state = desired(what)
    with site() as place:
        place.latency(LATENCY)
        start = time.monotonic()
        calls = _publish(place, what)
        seconds = time.monotonic() - start
    least = writes(state)
    offered = len(state.templates)  # each waits for its version, as no upload of code does
    bare = (least.total() + offered) * LATENCY / WORKERS
    stored = Counter({name: count for name, count in calls.items() if name.startswith("s3:")})
    ours = Counter(calls) - stored
    return Section(
        title="First publish of 100 products in 2 portfolios",
        how=(
            f"One principal and one share a portfolio, two constraints a product; {WORKERS} "
            f"workers, {LATENCY * 1000:.0f} ms a call. Floor: each thing is written once, by "
            f"{WORKERS} workers without a pause, templates for Studio in S3 included."
        ),
        rows=(
            Row(what="Calls but S3's", figure=ours.total(), floor=least.total(), unit="calls"),
            Row(what="Calls of S3", figure=stored.total(), unit="calls"),
            Row(what="Wall time", figure=seconds, floor=bare, unit="s", most=1.5),
        ),
        notes=(f"{_beside(ours, least)}.", f"S3: {_listed(stored)}."),
    )


def _size(products: int, portfolios: int) -> str:
    things = ((products, "product"), (portfolios, "portfolio"))
    return " in ".join(f"{count} {noun}{'s' * (count != 1)}" for count, noun in things)


def writes(state: CatalogState) -> Counter[str]:
    """The calls that make a catalog out of nothing: one for each thing in it."""
    held = state.portfolios.values()
    return Counter(
        {
            "servicecatalog:CreatePortfolio": len(held),
            "servicecatalog:AssociatePrincipalWithPortfolio": sum(len(p.principals) for p in held),
            "servicecatalog:CreatePortfolioShare": sum(len(p.shares) for p in held),
            "servicecatalog:CreateProduct": len(state.products),
            "servicecatalog:AssociateProductWithPortfolio": sum(len(p.products) for p in held),
            "servicecatalog:CreateConstraint": sum(map(_constraints, held)),
        }
    )


def lean(state: CatalogState) -> Counter[str]:
    """The calls of a full comparison that asks for nothing twice and in full pages."""
    held = state.portfolios.values()
    catalog = Counter(
        {
            "ListPortfolios": ceil(len(held) / PORTFOLIO_PAGE),
            "DescribePortfolio": len(held),
            "SearchProductsAsAdmin": sum(_pages(len(p.products)) for p in held),
            "ListConstraintsForPortfolio": sum(_pages(_constraints(p)) for p in held),
            "ListPrincipalsForPortfolio": sum(_pages(len(p.principals)) for p in held),
            "DescribePortfolioShares": sum(bool(p.shares) for p in held),
            "ListProvisioningArtifacts": len(state.products),
            "DescribeConstraint": sum(map(_constraints, held)),
        }
    )
    named = {f"servicecatalog:{name}": count for name, count in catalog.items()}
    return Counter({**named, "resourcegroupstaggingapi:GetResources": _confirmations(state)})


def _confirmations(state: CatalogState) -> int:
    return ceil((len(state.portfolios) + len(state.products)) / TAG_PAGE)


def _pages(entries: int) -> int:
    return ceil(entries / ADMIN_PAGE)


def _constraints(portfolio: PortfolioState) -> int:
    return sum(map(len, portfolio.constraints.values()))


def _publish(place: Site, what: Wish) -> Mapping[str, int]:
    """Publish, and tell the calls it took.

    Raises:
        CatalogError: An action failed; a measurement of half a publish is none.
    """
    gateways = place.gateways()
    done = publisher.publish(gateways, what)
    if done.failed:
        errors = [outcome.error for outcome in done.outcomes if outcome.error]
        raise CatalogError(f"The synthetic catalog could not be published: {errors[0]}")
    return gateways.session.meter.calls()


def _survey(place: Site, what: Wish, *, deep: bool) -> Mapping[str, int]:
    gateways = place.gateways()
    seen = surveying.survey(gateways, what, surveying.Depth(deep=deep))
    if not seen.plan.empty:
        raise CatalogError(f"Published, yet {seen.plan.actions[0].subject} is to be changed.")
    return gateways.session.meter.calls()


def _beside(ours: Counter[str], floor: Counter[str]) -> str:
    """Where calls and floor differ, by operation."""
    return f"above the floor: {_listed(ours - floor)}; below it: {_listed(floor - ours)}"


def _listed(calls: Mapping[str, int]) -> str:
    named = (f"{count} {name.partition(':')[2]}" for name, count in sorted(calls.items()))
    return ", ".join(named) or "nothing"
