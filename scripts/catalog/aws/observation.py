"""The catalog as it is: a few listings in bulk, and a direct look where a listing does not tell.

Calls of a full look at N products in P portfolios, everything remembered by the index:
ListPortfolios per 100; per portfolio SearchProductsAsAdmin, ListConstraintsForPortfolio and
ListPrincipalsForPortfolio per 20 and DescribePortfolioShares per type (units, organization, and
in a full look accounts of either kind); per product one
ListProvisioningArtifacts; per constraint one DescribeConstraint; GetResources per 100. What S3
templates cost, `aws.offers` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from catalog.aws.constraints import LiveConstraint
from catalog.aws.finding import Found, Question, find
from catalog.aws.portfolios import LivePortfolio
from catalog.aws.products import LiveVersion, by_name
from catalog.aws.recorded import recorded
from catalog.planning.ids import Identity, Ids
from catalog.publishing.waiting import until
from catalog.releases import records
from catalog.state import CatalogState, Constraint, PortfolioState, Principal, Share

if TYPE_CHECKING:
    from catalog.aws import Gateways

WORKERS = 8
_Held = list[tuple[LiveConstraint, Constraint]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What was found.

    Args:
        state: Everything of ours inside the scope.
        ids: AWS ids of what `state` names.
        records: Release records of the versions in `state`, and of those about to be released.
    """

    state: CatalogState
    ids: Ids
    records: records.Versions


def observe(gateways: Gateways, question: Question) -> Observation:
    """Read the catalog.

    Args:
        gateways: Where to look.
        question: What is wanted, what is remembered, how far to look.

    Raises:
        Refused: It cannot be told which live thing is ours.
    """
    with ThreadPoolExecutor(WORKERS) as pool, ThreadPoolExecutor(1, "offers") as reading:
        whole = question.scope is None or len(question.scope) > WORKERS
        kept = pool.submit(gateways.storage.list, records.FOLDER) if whole else None
        offered = reading.submit(gateways.offers.observe, partial(question.covers, "product"), pool)
        found = find(gateways, question, pool)
        products = [name for name in found.products if question.covers("product", name)]
        portfolios = [name for name in found.portfolios if question.touches(name)]
        versions = dict(
            zip(
                products,
                pool.map(lambda n: _versions(gateways, question, found, n), products),
                strict=True,
            )
        )
        constraints = _constraints(gateways, question, found, portfolios, pool)
        outreach = pool.map(lambda n: _outreach(gateways, question, found, n), portfolios)
        state = CatalogState(
            portfolios={
                name: _portfolio(found, question, name, constraints[name], reach)
                for name, reach in zip(portfolios, outreach, strict=True)
            },
            products={
                name: replace(
                    found.products[name].state,
                    tags=found.products[name].tags or {},
                    versions={v: live.artifact for v, live in versions[name].items()},
                )
                for name in products
            },
            templates=offered.result(),
        )
        return Observation(
            state=state,
            ids=_ids(found, versions, constraints),
            records=recorded(gateways.storage, question, state, kept, pool),
        )


def _versions(
    gateways: Gateways, question: Question, found: Found, product: str
) -> dict[str, LiveVersion]:
    """Version -> artifact; those the index remembers are waited for a little."""
    entry = question.index.products.get(product)
    remembered = set(entry.versions) if entry else set()
    held: dict[str, LiveVersion] = {}

    def look() -> bool | None:
        held.update(by_name(gateways.products.versions(found.products[product].id)))
        return True if remembered <= held.keys() else None

    until(look, question.patience)
    return held


def _constraints(
    gateways: Gateways,
    question: Question,
    found: Found,
    portfolios: Iterable[str],
    pool: ThreadPoolExecutor,
) -> dict[str, dict[str, _Held]]:
    """Portfolio -> product -> constraints with their parameters."""
    names = {live.id: name for name, live in found.products.items()}

    def listed(portfolio: str) -> list[LiveConstraint]:
        identity = found.portfolios[portfolio].id
        return [
            live
            for live in gateways.constraints.list(identity)
            if live.product in names and question.covers("product", names[live.product])
        ]

    portfolios = list(portfolios)
    live = list(zip(portfolios, pool.map(listed, portfolios), strict=True))
    every = [constraint for _, found_here in live for constraint in found_here]
    details = pool.map(lambda constraint: gateways.constraints.describe(constraint.id), every)
    described = {constraint.id: detail for constraint, detail in zip(every, details, strict=True)}
    held: dict[str, dict[str, _Held]] = {}
    for portfolio, found_here in live:
        of_product = held.setdefault(portfolio, {})
        for constraint in found_here:
            entry = (constraint, described[constraint.id])
            of_product.setdefault(names[constraint.product], []).append(entry)
    return held


def _outreach(
    gateways: Gateways, question: Question, found: Found, name: str
) -> tuple[frozenset[Principal], dict[str, Share]]:
    """Principals and shares; nothing for a portfolio that is only looked at for a product."""
    if not question.covers("portfolio", name):
        return frozenset(), {}
    identity = found.portfolios[name].id
    principals = frozenset(gateways.portfolios.principals(identity))
    shares = gateways.shares.list(identity, accounts=question.scope is None)
    return principals, dict(sorted(shares))


def _portfolio(
    found: Found,
    question: Question,
    name: str,
    constraints: Mapping[str, _Held],
    outreach: tuple[frozenset[Principal], dict[str, Share]],
) -> PortfolioState:
    live: LivePortfolio = found.portfolios[name]
    principals, shares = outreach
    return PortfolioState(
        title=live.title,
        provider=live.provider,
        summary=live.summary,
        tags=live.tags or {},
        products=frozenset(p for p in found.members[name] if question.covers("product", p)),
        constraints={
            product: {constraint.kind: detail for constraint, detail in held}
            for product, held in sorted(constraints.items())
        },
        principals=principals,
        shares=shares,
    )


def _ids(
    found: Found,
    versions: Mapping[str, Mapping[str, LiveVersion]],
    constraints: Mapping[str, Mapping[str, _Held]],
) -> Ids:
    lanes = {
        **{("portfolio", n): Identity(id=p.id, arn=p.arn) for n, p in found.portfolios.items()},
        **{("product", n): Identity(id=p.id, arn=p.arn) for n, p in found.products.items()},
    }
    return Ids(
        lanes=lanes,
        versions={
            product: {version: live.id for version, live in held.items()}
            for product, held in versions.items()
        },
        constraints={
            (portfolio, product, live.kind): live.id
            for portfolio, of_product in constraints.items()
            for product, held in of_product.items()
            for live, _ in held
        },
    )
