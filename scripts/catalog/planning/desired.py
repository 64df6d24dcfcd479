"""What the catalog should hold: manifests and releases become a `CatalogState`. Pure.

The state names a version for ever: what is published already stays in it, with the Guidance and
Active that `lifecycle` gives it today; only the current release may be new.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from catalog.errors import Refused
from catalog.model import (
    PORTFOLIO_TAG,
    PRODUCT_TAG,
    VISIBILITY_TAG,
    Kind,
    Portfolio,
    Product,
    Release,
)
from catalog.planning import offering
from catalog.planning.lifecycle import applied, because, in_force
from catalog.planning.tokens import canonical, digest
from catalog.state import (
    Artifact,
    CatalogState,
    Constraint,
    ConstraintKind,
    PortfolioState,
    Principal,
    PrincipalKind,
    ProductState,
    Share,
)
from catalog.targets import Target

DESCRIPTION_LIMIT = 8192
"""Characters of a provisioning artifact's description (service model, ProvisioningArtifactName)."""

_DIGEST_LINE = re.compile(r"catalog digest sha256:([0-9a-f]{64})\Z")
_EMPTY = CatalogState()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Everything `desired` is derived from, for one target and region.

    Args:
        releases: One per product; foundation products are left out of the catalog by `desired`.
        tags: From `catalog.yaml`, for every product.
        partition: Of the region's ARNs, e.g. `aws`, `aws-cn`.
        today: Decides which lifecycle rules are in force.
    """

    portfolios: tuple[Portfolio, ...]
    releases: tuple[Release, ...]
    target: Target
    tags: Mapping[str, str] = field(default_factory=dict)
    partition: str = "aws"
    today: date

    @property
    def buckets(self) -> Mapping[str, str]:
        """Region -> artifact bucket of the target."""
        return {region: self.target.bucket_in(region) for region in self.target.regions}

    def release_of(self, product: str) -> Release:
        """The current release of a product that is here."""
        return next(one for one in self.releases if one.product.name == product)


def desired(wish: Wish, published: CatalogState = _EMPTY) -> CatalogState:
    """The catalog as it should be.

    Args:
        wish: Manifests, releases and target.
        published: What is there already; its versions stay, everything else in it is ignored.

    Raises:
        Refused: A portfolio names an OU that the target does not have, or an unknown product.
    """
    listed = {r.product.name: r for r in wish.releases if r.product.kind is not Kind.FOUNDATION}
    products = {
        name: _product(release, wish, published.products.get(name))
        for name, release in sorted(listed.items())
    }
    portfolios = {
        portfolio.name: _portfolio(portfolio, listed, wish)
        for portfolio in sorted(wish.portfolios, key=lambda portfolio: portfolio.name)
    }
    templates = offering.wanted(listed, products, portfolios)
    return CatalogState(portfolios=portfolios, products=products, templates=templates)


def retirements(wish: Wish, state: CatalogState) -> Mapping[tuple[str, str], str]:
    """(product, version) of `state` -> why a lifecycle rule in force retires it."""
    rules = {r.product.name: in_force(r.product.lifecycle, wish.today) for r in wish.releases}
    return {
        (name, version): why
        for name, product in state.products.items()
        for version in product.versions
        if (why := because(rules[name], version))
    }


def places(wish: Wish) -> Mapping[str, str]:
    """Product -> where its version is written."""
    return {release.product.name: release.product.place for release in wish.releases}


def intents(wish: Wish) -> CatalogDigests:
    """Digests of what is wanted of each portfolio and product, whatever is published.

    They change exactly when a manifest, a release or the lifecycle rules in force change, so that
    an index that holds them answers "nothing to do" without a look at the catalog.
    """
    state = desired(wish)
    rules = {
        release.product.name: in_force(release.product.lifecycle, wish.today)
        for release in wish.releases
    }
    constraints: dict[str, dict[str, object]] = {name: {} for name in state.products}
    for name, portfolio in state.portfolios.items():
        for product in portfolio.products:
            constraints[product][name] = portfolio.constraints.get(product, {})
    return CatalogDigests(
        portfolios={
            name: digest([portfolio.title, portfolio])
            for name, portfolio in state.portfolios.items()
        },
        products={
            name: digest([product, constraints[name], rules[name], state.templates.get(name)])
            for name, product in state.products.items()
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogDigests:
    """Name -> digest of what is wanted."""

    portfolios: Mapping[str, str]
    products: Mapping[str, str]


# --- products ---------------------------------------------------------------------------------


def _product(release: Release, wish: Wish, published: ProductState | None) -> ProductState:
    product, owner = release.product, release.product.owner
    return ProductState(
        title=product.title,
        owner=owner.name,
        summary=product.summary,
        distributor=owner.name,
        support_description=f"Maintained by {owner.name}.",
        support_email=owner.email,
        support_url=owner.url,
        tags=_product_tags(product, wish.tags),
        versions=_versions(release, wish.today, published.versions if published else {}),
    )


def _product_tags(product: Product, common: Mapping[str, str]) -> Mapping[str, str]:
    tags = {**common, **product.tags, PRODUCT_TAG: product.name}
    if product.kind is Kind.PROJECT:
        tags[VISIBILITY_TAG[0]] = VISIBILITY_TAG[1]
    return dict(sorted(tags.items()))


def _versions(
    release: Release, today: date, published: Mapping[str, Artifact]
) -> Mapping[str, Artifact]:
    description = describe(release.description, release.digest)
    current = Artifact(description=description, digest=release.digest)
    rules = in_force(release.product.lifecycle, today)
    return {
        version: applied(rules, version, artifact)
        for version, artifact in {**published, release.version: current}.items()
    }


def describe(entry: str, release_digest: str) -> str:
    """The description of an artifact: the changelog entry, cut to fit, and the digest line."""
    line = f"catalog digest sha256:{release_digest}"
    room = DESCRIPTION_LIMIT - len(line) - 2
    text = entry.strip()
    if len(text) > room:
        text = text[: room - 1].rstrip() + "…"
    return f"{text}\n\n{line}" if text else line


def digest_of(description: str) -> str:
    """The digest that a live description carries on its last line; empty when there is none."""
    found = _DIGEST_LINE.search(description.rstrip())
    return found.group(1) if found else ""


# --- portfolios -------------------------------------------------------------------------------


def _portfolio(portfolio: Portfolio, listed: Mapping[str, Release], wish: Wish) -> PortfolioState:
    if unknown := sorted(set(portfolio.products) - set(listed)):
        raise Refused(
            f"Portfolio {portfolio.name} lists what cannot be published: {', '.join(unknown)}.",
            "List products of kind project or admin that exist.",
        )
    return PortfolioState(
        title=portfolio.title,
        provider=portfolio.provider,
        summary=portfolio.summary,
        tags=dict(sorted({**portfolio.tags, PORTFOLIO_TAG: portfolio.name}.items())),
        products=frozenset(portfolio.products),
        constraints={
            name: _constraints(listed[name].product) for name in sorted(portfolio.products)
        },
        principals=frozenset(_principal(text, wish.partition) for text in portfolio.principals),
        shares=_shares(portfolio, wish.target),
    )


def _constraints(product: Product) -> Mapping[ConstraintKind, Constraint]:
    """The launch role, and the right to change tags.

    The role goes by name, so that it is found in every account the portfolio reaches. Project
    products allow tag updates, without which SageMaker's UpdateProject cannot change tags.
    The forms of `Parameters` are those of the API reference of CreateConstraint.
    """
    constraints = {}
    if product.launch_role:
        constraints[ConstraintKind.LAUNCH] = Constraint(
            parameters=canonical({"LocalRoleName": product.launch_role}),
            description="Launched by the role of this name in the launching account.",
        )
    if product.kind is Kind.PROJECT:
        allowed = {"Version": "2.0", "Properties": {"TagUpdateOnProvisionedProduct": "ALLOWED"}}
        constraints[ConstraintKind.RESOURCE_UPDATE] = Constraint(
            parameters=canonical(allowed),
            description="A project's tags may be changed after its launch.",
        )
    return constraints


def _principal(text: str, partition: str) -> Principal:
    arn = text if text.startswith("arn:") else f"arn:{partition}:iam:::{text}"
    without_account = arn.split(":")[4] == "" if arn.count(":") >= 5 else False
    kind = PrincipalKind.IAM_PATTERN if without_account else PrincipalKind.IAM
    return Principal(arn=arn, kind=kind)


def _shares(portfolio: Portfolio, target: Target) -> Mapping[str, Share]:
    shares = {}
    for share in portfolio.share:
        node = target.ous.get(share.ou)
        if node is None:
            raise Refused(
                f"Portfolio {portfolio.name} is shared with '{share.ou}', which target "
                f"{target.name} does not have.",
                f"Add it to targets.{target.name}.ous in catalog.yaml.",
            )
        shares[node] = Share(principals=share.principals, tag_options=share.tag_options)
    return dict(sorted(shares.items()))
