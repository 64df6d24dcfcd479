"""The saved state: what a region holds once a publish is through, without another look. Pure.

    after(state, actions) -> CatalogState
    saved(prior, wish, observed, scope, done) -> CatalogState

What was looked at is observed and what was done to it. The rest was not looked at because it is as
wanted; what is known of it from before, such as older versions, stays known.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from catalog.planning.actions import (
    AddPrincipal,
    AnyAction,
    Associate,
    CreateConstraint,
    CreatePortfolio,
    CreateProduct,
    CreateShare,
    CreateVersion,
    Disassociate,
    OfferTemplate,
    RecordVersion,
    RemoveConstraint,
    RemovePortfolio,
    RemovePrincipal,
    RemoveProduct,
    RemoveShare,
    UpdateConstraint,
    UpdatePortfolio,
    UpdateProduct,
    UpdateShare,
    UpdateTemplate,
    UpdateVersion,
    WithdrawTemplate,
)
from catalog.planning.desired import Wish, desired
from catalog.planning.index import Lane
from catalog.planning.planning import plan
from catalog.state import CatalogState, PortfolioState, ProductState

_K = TypeVar("_K", bound=str)
_T = TypeVar("_T")
_OfProduct = (
    CreateProduct | UpdateProduct | CreateVersion | UpdateVersion | RecordVersion | RemoveProduct
)
_OfTemplate = OfferTemplate | UpdateTemplate | WithdrawTemplate


def after(state: CatalogState, actions: Iterable[AnyAction]) -> CatalogState:
    """The catalog once actions are done to it, in their order."""
    products, portfolios = dict(state.products), dict(state.portfolios)
    templates = dict(state.templates)
    for action in actions:
        if isinstance(action, _OfProduct):
            _set(products, action.product, _product(products.get(action.product), action))
        elif isinstance(action, _OfTemplate):
            offered = None if isinstance(action, WithdrawTemplate) else action.template
            _set(templates, action.product, offered)
        else:
            portfolio = _portfolio(portfolios.get(action.portfolio), action)
            _set(portfolios, action.portfolio, portfolio)
    return replace(state, products=products, portfolios=portfolios, templates=templates)


def saved(
    prior: CatalogState,
    wish: Wish,
    observed: CatalogState,
    scope: frozenset[Lane] | None,
    done: Iterable[AnyAction],
) -> CatalogState:
    """What a region holds.

    Args:
        prior: The state saved before; empty when there is none.
        wish: What is wanted, by which everything outside the scope is known to be.
        observed: What was seen in the scope.
        scope: What was looked at; None for everything.
        done: What was done since, without what failed.
    """
    looked = after(observed, done)
    if scope is None:
        return looked
    wanted = plan(desired(wish, prior), prior).actions
    return _overlaid(after(prior, wanted), looked, scope)


def _put(held: Mapping[_K, _T], name: _K, value: _T | None) -> dict[_K, _T]:
    """The mapping with a value under a name; None takes it away."""
    copy = dict(held)
    _set(copy, name, value)
    return copy


def _set(held: dict[_K, _T], name: _K, value: _T | None) -> None:
    """Put a value under a name; None takes it away."""
    if value is None:
        held.pop(name, None)
    else:
        held[name] = value


# --- one action -------------------------------------------------------------------------------


def _product(have: ProductState | None, action: _OfProduct) -> ProductState | None:
    match action:
        case CreateProduct():
            return action.state
        case UpdateProduct() if have:
            return replace(action.state, versions=have.versions)
        case CreateVersion() | UpdateVersion() if have:
            versions = {**have.versions, action.version: action.artifact}
            return replace(have, versions=versions)
        case RecordVersion():
            return have
    return None


def _portfolio(have: PortfolioState | None, action: AnyAction) -> PortfolioState | None:
    match action:
        case CreatePortfolio():
            return action.state
        case RemovePortfolio():
            return None
        case UpdatePortfolio() if have:
            new = action.state
            return replace(
                have, title=new.title, provider=new.provider, summary=new.summary, tags=new.tags
            )
    return _with_part(have, action) if have else None


def _with_part(have: PortfolioState, action: AnyAction) -> PortfolioState:
    match action:
        case Associate():
            return replace(have, products=have.products | {action.product})
        case Disassociate():
            return replace(have, products=have.products - {action.product})
        case AddPrincipal():
            return replace(have, principals=have.principals | {action.principal})
        case RemovePrincipal():
            return replace(have, principals=have.principals - {action.principal})
        case CreateShare() | UpdateShare():
            return replace(have, shares=_put(have.shares, action.node, action.share))
        case RemoveShare():
            return replace(have, shares=_put(have.shares, action.node, None))
    return _with_constraint(have, action)


def _with_constraint(have: PortfolioState, action: AnyAction) -> PortfolioState:
    if not isinstance(action, CreateConstraint | UpdateConstraint | RemoveConstraint):
        return have
    new = None if isinstance(action, RemoveConstraint) else action.constraint
    own = _put(have.constraints.get(action.product, {}), action.type, new)
    return replace(have, constraints=_put(have.constraints, action.product, own or None))


# --- what was looked at over what is believed -------------------------------------------------


def _overlaid(believed: CatalogState, looked: CatalogState, scope: frozenset[Lane]) -> CatalogState:
    rest = {n: p for n, p in believed.products.items() if ("product", n) not in scope}
    names = [n for n in believed.portfolios if ("portfolio", n) not in scope]
    templates = {n: t for n, t in believed.templates.items() if ("product", n) not in scope}
    return CatalogState(
        portfolios={
            **{name: believed.portfolios[name] for name in names},
            **{
                name: _merged(believed.portfolios.get(name), seen, name, scope)
                for name, seen in looked.portfolios.items()
            },
        },
        products={**rest, **looked.products},
        templates={**templates, **looked.templates},
    )


def _merged(
    believed: PortfolioState | None, seen: PortfolioState, name: str, scope: frozenset[Lane]
) -> PortfolioState:
    """A portfolio of which a part was seen: itself, some of its products, or both."""
    if believed is None:
        return seen
    unseen = frozenset(p for p in believed.products if ("product", p) not in scope)
    constraints = {p: held for p, held in believed.constraints.items() if p in unseen}
    return replace(
        seen if ("portfolio", name) in scope else believed,
        products=unseen | seen.products,
        constraints={**constraints, **seen.constraints},
    )
