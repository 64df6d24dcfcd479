"""What is published but no longer wanted, as the removals that would take it away. Pure.

Nothing here is done unless somebody asks; see `planning.plan(prune=...)`. A product's versions are
never among it: a version is for ever, as long as its product is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from catalog.planning import offering
from catalog.planning.actions import (
    AnyAction,
    Disassociate,
    RemoveConstraint,
    RemovePortfolio,
    RemovePrincipal,
    RemoveProduct,
    RemoveShare,
    WithdrawTemplate,
)
from catalog.state import CatalogState, PortfolioState

_REASON = "no longer here"


def leftovers(desired: CatalogState, observed: CatalogState) -> tuple[AnyAction, ...]:
    """Removals in the order in which the service allows them: parts before what holds them."""
    parts: list[AnyAction] = []
    for name, have in observed.portfolios.items():
        want = desired.portfolios.get(name) or _nothing_of(have)
        parts += [*_reach(name, want, have), *_contents(name, want, have)]
    parts += (
        WithdrawTemplate(product=name, reason=_REASON)
        for name in observed.templates.keys() - desired.templates.keys()
        if not _closed(desired, observed, name)
    )
    parts += (
        RemoveProduct(product=name, reason=_REASON)
        for name in observed.products.keys() - desired.products.keys()
    )
    parts += (
        RemovePortfolio(portfolio=name, reason=_REASON)
        for name in observed.portfolios.keys() - desired.portfolios.keys()
    )
    return tuple(sorted(parts, key=lambda part: (_ORDER.index(type(part)), part.subject)))


def wholes(removals: Iterable[AnyAction]) -> tuple[AnyAction, ...]:
    """The removals without those that only make way for another: what a reader needs to know."""
    removals = tuple(removals)
    gone = {r.lane for r in removals if isinstance(r, RemoveProduct | RemovePortfolio)}

    def makes_way(removal: AnyAction) -> bool:
        if isinstance(removal, RemoveProduct | RemovePortfolio):
            return False
        portfolio = getattr(removal, "portfolio", "")
        return removal.lane in gone or ("portfolio", portfolio) in gone

    return tuple(removal for removal in removals if not makes_way(removal))


_ORDER = (
    WithdrawTemplate,
    RemoveShare,
    RemovePrincipal,
    RemoveConstraint,
    Disassociate,
    RemoveProduct,
    RemovePortfolio,
)


def _closed(desired: CatalogState, observed: CatalogState, name: str) -> bool:
    """Whether a template goes without being asked for, see `planning.offering`."""
    product = desired.products.get(name)
    return product is not None and offering.closed(product, observed.templates[name])


def _nothing_of(state: PortfolioState) -> PortfolioState:
    return PortfolioState(
        title=state.title, provider=state.provider, summary=state.summary, tags=state.tags
    )


def _reach(name: str, want: PortfolioState, have: PortfolioState) -> Iterator[AnyAction]:
    for node in have.shares.keys() - want.shares.keys():
        yield RemoveShare(portfolio=name, node=node, reason=_REASON)
    for principal in have.principals - want.principals:
        yield RemovePrincipal(portfolio=name, principal=principal, reason=_REASON)


def _contents(name: str, want: PortfolioState, have: PortfolioState) -> Iterator[AnyAction]:
    for product, constraints in have.constraints.items():
        for kind in constraints.keys() - want.constraints.get(product, {}).keys():
            yield RemoveConstraint(portfolio=name, product=product, type=kind, reason=_REASON)
    for product in have.products - want.products:
        yield Disassociate(portfolio=name, product=product, reason=_REASON)
