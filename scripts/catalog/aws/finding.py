"""Everything of ours that lives, with its tags and its place: the first half of an observation."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, cast

from catalog.aws.identification import Shelf, identified
from catalog.aws.live import Live
from catalog.aws.portfolios import LivePortfolio
from catalog.aws.products import LiveProduct
from catalog.model import PORTFOLIO_TAG, PRODUCT_TAG
from catalog.planning.index import Index, Lane
from catalog.publishing.waiting import CONFIRMATION, Patience
from catalog.state import CatalogState

if TYPE_CHECKING:
    from catalog.aws import Gateways


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What an observation is about.

    Args:
        wanted: Desired state without what is published: titles to recognise, tags to expect.
        index: Ids known from earlier runs.
        scope: Portfolios and products to look at; None for everything, which also finds what is
            published but not wanted.
        patience: Before what is remembered and not found counts as gone.
    """

    wanted: CatalogState
    index: Index
    scope: frozenset[Lane] | None = None
    patience: Patience = CONFIRMATION

    def covers(self, kind: str, name: str) -> bool:
        """Whether a portfolio or product is to be looked at."""
        return self.scope is None or (kind, name) in self.scope

    def touches(self, portfolio: str) -> bool:
        """Whether the portfolio, or a product wanted in it, is to be looked at."""
        wanted = self.wanted.portfolios.get(portfolio)
        return self.covers("portfolio", portfolio) or bool(
            wanted and any(self.covers("product", product) for product in wanted.products)
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What is ours, by name, with tags; `members`: portfolio -> names of its products."""

    portfolios: Mapping[str, LivePortfolio]
    products: Mapping[str, LiveProduct]
    members: Mapping[str, frozenset[str]]


def find(gateways: Gateways, question: Question, pool: ThreadPoolExecutor) -> Found:
    """Identify what lives.

    Raises:
        Refused: It cannot be told which live thing is ours.
    """
    everything = pool.submit(_everything, gateways, question)
    portfolios = _portfolios(gateways, question)
    searched = _members(
        gateways, {n: p for n, p in portfolios.items() if question.touches(n)}, pool
    )
    listed = {product.id: product for found in searched.values() for product in found}
    products = _products(gateways, question, {**everything.result(), **listed})
    names = {product.id: name for name, product in products.items()}
    tags = _tags(gateways, question, portfolios, products, pool)
    return Found(
        portfolios={n: replace(live, tags=tags[live.id]) for n, live in portfolios.items()},
        products={n: replace(live, tags=tags[live.id]) for n, live in products.items()},
        members={
            portfolio: frozenset(names[p.id] for p in found if p.id in names)
            for portfolio, found in searched.items()
        },
    )


def _portfolios(gateways: Gateways, question: Question) -> dict[str, LivePortfolio]:
    shelf = Shelf(
        noun="portfolio",
        tag=PORTFOLIO_TAG,
        titles={name: state.title for name, state in question.wanted.portfolios.items()},
        entries=question.index.portfolios,
        describe=gateways.portfolios.describe,
        patience=question.patience,
        covers=question.touches,
    )
    found = identified(shelf, gateways.portfolios.list(), gateways.tagging)
    return cast("dict[str, LivePortfolio]", found)


def _members(
    gateways: Gateways, portfolios: Mapping[str, LivePortfolio], pool: ThreadPoolExecutor
) -> dict[str, list[LiveProduct]]:
    """Portfolio -> products, one search each, which tells their metadata as well."""

    def search(portfolio: LivePortfolio) -> list[LiveProduct]:
        return list(gateways.products.search(portfolio.id))

    return dict(zip(portfolios, pool.map(search, portfolios.values()), strict=True))


def _everything(gateways: Gateways, question: Question) -> dict[str, LiveProduct]:
    """All products of the account by id; none where the index knows all that is wanted."""
    if _product_shelf(gateways, question).remembered:
        return {}
    return {product.id: product for product in gateways.products.search()}


def _products(
    gateways: Gateways, question: Question, listed: Mapping[str, LiveProduct]
) -> dict[str, LiveProduct]:
    found = identified(_product_shelf(gateways, question), listed.values(), gateways.tagging)
    return cast("dict[str, LiveProduct]", found)


def _product_shelf(gateways: Gateways, question: Question) -> Shelf:
    return Shelf(
        noun="product",
        tag=PRODUCT_TAG,
        titles={name: state.title for name, state in question.wanted.products.items()},
        entries=question.index.products,
        describe=gateways.products.describe,
        patience=question.patience,
        covers=partial(question.covers, "product"),
    )


def _tags(
    gateways: Gateways,
    question: Question,
    portfolios: Mapping[str, LivePortfolio],
    products: Mapping[str, LiveProduct],
    pool: ThreadPoolExecutor,
) -> dict[str, Mapping[str, str]]:
    """Id -> tags: in bulk, and by a direct look where they are not as wanted; listings lag."""
    everything: list[Live] = [*portfolios.values(), *products.values()]
    bulk = gateways.tagging.tags(live.arn for live in everything if live.tags is None)
    tags = {
        live.id: bulk.get(live.arn, {}) if live.tags is None else live.tags for live in everything
    }
    wanted = question.wanted
    doubtful: list[tuple[Callable[[str], Live], str]] = []
    for name, portfolio in portfolios.items():
        state = wanted.portfolios.get(name)
        if portfolio.tags is None and (state is None or tags[portfolio.id] != state.tags):
            doubtful.append((gateways.portfolios.describe, portfolio.id))
    for name, product in products.items():
        expected = wanted.products.get(name)
        if product.tags is None and (expected is None or tags[product.id] != expected.tags):
            doubtful.append((gateways.products.describe, product.id))
    for live in pool.map(lambda doubt: doubt[0](doubt[1]), doubtful):
        tags[live.id] = live.tags or {}
    return tags
