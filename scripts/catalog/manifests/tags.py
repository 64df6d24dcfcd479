"""The tags that manifests give: which keys are not theirs, how many fit, what blocks a launch."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from catalog.findings import Finding
from catalog.manifests.forms import PortfolioForm, ProductForm
from catalog.manifests.manifest import Manifest
from catalog.manifests.settings_forms import SettingsForm
from catalog.model import PORTFOLIO_TAG, PRODUCT_TAG, VISIBILITY_TAG

MAX_TAGS = 20
"""Tags on a portfolio or a product, not adjustable (Service Catalog quotas)."""

Products = Mapping[str, Manifest[ProductForm]]
Portfolios = Mapping[str, Manifest[PortfolioForm]]


def check(
    *, settings: Manifest[SettingsForm] | None, products: Products, portfolios: Portfolios
) -> Iterator[Finding]:
    """Look at every tag in the manifests.

    Args:
        settings: `catalog.yaml`, whose tags stand on every product; None when it cannot be read.
        products: Every product whose manifest could be read.
        portfolios: Every portfolio that could be read.

    Yields:
        Findings C009, C012 and C013.
    """
    shared = settings.form.tags if settings else {}
    if settings:
        yield from _reserved(settings, shared)
    for product in products.values():
        yield from _on_product(product, shared)
    for portfolio in portfolios.values():
        yield from _on_portfolio(portfolio, products, shared)


def _on_product(product: Manifest[ProductForm], shared: Mapping[str, str]) -> Iterator[Finding]:
    form = product.form
    yield from _reserved(product, form.tags)
    ours = {PRODUCT_TAG} | ({VISIBILITY_TAG[0]} if form.kind == "project" else set())
    yield from _count(product, {*shared, *form.tags, *ours})


def _reserved(
    manifest: Manifest[SettingsForm] | Manifest[ProductForm] | Manifest[PortfolioForm],
    tags: Mapping[str, str],
) -> Iterator[Finding]:
    for key in tags:
        if key == VISIBILITY_TAG[0]:
            message = f"The tag {key} is written by hand."
            remedy = "Take it out: kind: project gives it, and no other kind may have it."
        elif key in (PRODUCT_TAG, PORTFOLIO_TAG):
            message = f"The tag {key} is the publisher's own."
            remedy = "Take it out: the publisher finds its things again by it."
        elif key.lower().startswith("aws:"):
            message = f"The tag {key} begins with aws:, which AWS keeps for itself."
            remedy = "Choose another prefix."
        else:
            continue
        yield manifest.finding("C009", ("tags", key), message, remedy, key=True)


def _count(
    manifest: Manifest[ProductForm] | Manifest[PortfolioForm], keys: Collection[str]
) -> Iterator[Finding]:
    if len(keys) > MAX_TAGS:
        yield manifest.finding(
            "C013",
            ("tags",),
            f"There are {len(keys)} tags, those of catalog.yaml and our own included.",
            f"Service Catalog takes {MAX_TAGS}; take {len(keys) - MAX_TAGS} out.",
            key=True,
        )


def _on_portfolio(
    portfolio: Manifest[PortfolioForm],
    products: Products,
    shared: Mapping[str, str],
) -> Iterator[Finding]:
    form = portfolio.form
    yield from _reserved(portfolio, form.tags)
    yield from _count(portfolio, {*form.tags, PORTFOLIO_TAG})
    for key in form.tags:
        both = [
            name
            for name in form.products
            if name in products and key in {*shared, *products[name].form.tags}
        ]
        if both:
            yield portfolio.finding(
                "C012",
                ("tags", key),
                f"The tag {key} stands on this portfolio and on its product {both[0]}.",
                "A launch takes the tags of both, and a key given twice blocks it. Keep one; tags "
                "in catalog.yaml stand on every product.",
                key=True,
            )
