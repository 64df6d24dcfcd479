"""Service Catalog's quotas, checked over the whole catalog before the first write. Pure.

Numbers: AWS General Reference, *Service Catalog endpoints and quotas*, and for IAM_PATTERN the API
reference of AssociatePrincipalWithPortfolio. An account with raised quotas names them in its
target: `quotas: {products: 500}`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from catalog.planning.plans import Refusal
from catalog.state import CatalogState, PrincipalKind

DEFAULTS: Mapping[str, int] = {
    "portfolios": 100,
    "products": 350,
    "products-per-portfolio": 150,
    "versions-per-product": 100,
    "tags-per-resource": 20,
    "principals-per-portfolio": 100,
    "patterns-per-portfolio": 10,
    "constraints-per-product": 100,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many of something there would be.

    Args:
        quota: Key of `DEFAULTS`.
        subject: Where, in people's words.
        noun: Of what.
    """

    quota: str
    subject: str
    noun: str
    number: int


def exceeded(
    desired: CatalogState, observed: CatalogState, raised: Mapping[str, int]
) -> tuple[Refusal, ...]:
    """What would not fit once the plan is applied.

    Args:
        desired: What should be.
        observed: What is, and stays where it is no longer desired.
        raised: Quotas of this account that differ from `DEFAULTS`.
    """
    limits = {**DEFAULTS, **raised}
    return tuple(
        Refusal(
            subject=each.subject,
            reason=f"{each.number} {each.noun}, but the quota is {limits[each.quota]}",
            remedy=f"Ask for more in Service Quotas, then set `quotas: {{{each.quota}: …}}` in the "
            "target; or publish fewer.",
        )
        for each in counts(desired, observed)
        if each.number > limits[each.quota]
    )


def counts(desired: CatalogState, observed: CatalogState) -> Iterator[Count]:
    """How many of everything that has a quota there would be; the arguments are `exceeded`'s."""
    for quota, subject, noun, number in _counts(desired, observed):
        yield Count(quota=quota, subject=subject, noun=noun, number=number)


def _counts(desired: CatalogState, observed: CatalogState) -> Iterator[tuple[str, str, str, int]]:
    portfolios = desired.portfolios.keys() | observed.portfolios.keys()
    products = desired.products.keys() | observed.products.keys()
    yield "portfolios", "the region", "portfolios", len(portfolios)
    yield "products", "the region", "products", len(products)
    for name, product in desired.products.items():
        subject = f"product {name}"
        yield "versions-per-product", subject, "versions", len(product.versions)
        yield "tags-per-resource", subject, "tags", len(product.tags)
    for name, state in desired.portfolios.items():
        subject = f"portfolio {name}"
        live = observed.portfolios.get(name)
        members = state.products | (live.products if live else frozenset())
        principals = state.principals | (live.principals if live else frozenset())
        patterns = [p for p in principals if p.kind is PrincipalKind.IAM_PATTERN]
        yield "products-per-portfolio", subject, "products", len(members)
        yield "tags-per-resource", subject, "tags", len(state.tags)
        yield "principals-per-portfolio", subject, "principals", len(principals)
        yield "patterns-per-portfolio", subject, "principal patterns", len(patterns)
        for member, constraints in state.constraints.items():
            place = f"{member} in {name}"
            yield "constraints-per-product", place, "constraints", len(constraints)
