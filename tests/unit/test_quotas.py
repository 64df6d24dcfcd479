"""Quotas of Service Catalog, over what is and what should be."""

from __future__ import annotations

from dataclasses import replace

from catalog.planning.desired import desired
from catalog.planning.quotas import DEFAULTS, exceeded
from catalog.state import CatalogState
from tests.publishing_world import FIRST, portfolio, release, wish

NOTHING = CatalogState()


def test_a_small_catalog_fits() -> None:
    assert exceeded(desired(FIRST), NOTHING, {}) == ()


def test_what_stays_counts_too() -> None:
    (refusal,) = exceeded(desired(FIRST), desired(wish(release("train"))), {"products": 1})
    assert (refusal.subject, refusal.reason) == ("the region", "2 products, but the quota is 1")


def test_patterns_of_a_portfolio() -> None:
    patterns = tuple(f"role/team-{n}-*" for n in range(DEFAULTS["patterns-per-portfolio"] + 1))
    state = desired(wish(portfolios=(portfolio(principals=patterns),)))
    (refusal,) = exceeded(state, NOTHING, {})
    assert refusal.reason == "11 principal patterns, but the quota is 10"
    assert "patterns-per-portfolio" in refusal.remedy
    assert exceeded(state, NOTHING, {"patterns-per-portfolio": 20}) == ()


def test_tags_and_versions_of_a_product() -> None:
    tags = {f"k{n}": "v" for n in range(20)}
    state = desired(wish(release(tags=tags), portfolios=()))
    product = state.products["deploy"]
    versions = {f"1.0.{n}": product.versions["1.0.0"] for n in range(101)}
    state = replace(state, products={"deploy": replace(product, versions=versions)})
    assert [refusal.reason for refusal in exceeded(state, NOTHING, {})] == [
        "101 versions, but the quota is 100",
        "23 tags, but the quota is 20",
    ]
