"""A catalog reduced to what a run looks at, so that both sides of a plan show the same. Pure."""

from __future__ import annotations

from dataclasses import replace

from catalog.planning.index import Lane
from catalog.state import CatalogState, PortfolioState


def narrowed(state: CatalogState, scope: frozenset[Lane] | None) -> CatalogState:
    """Only the portfolios and products in scope, and what portfolios say about such products.

    Args:
        state: Desired or observed.
        scope: Lanes to keep; None for everything.
    """
    if scope is None:
        return state
    products = {n: p for n, p in state.products.items() if ("product", n) in scope}
    portfolios = {
        name: _portfolio(portfolio, frozenset(products), whole=("portfolio", name) in scope)
        for name, portfolio in state.portfolios.items()
        if ("portfolio", name) in scope or portfolio.products & products.keys()
    }
    templates = {n: t for n, t in state.templates.items() if n in products}
    return CatalogState(portfolios=portfolios, products=products, templates=templates)


def _portfolio(state: PortfolioState, products: frozenset[str], *, whole: bool) -> PortfolioState:
    return replace(
        state,
        products=state.products & products,
        constraints={n: held for n, held in state.constraints.items() if n in products},
        principals=state.principals if whole else frozenset(),
        shares=state.shares if whole else {},
    )
