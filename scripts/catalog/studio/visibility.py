"""Why a project product is not under *Organization templates*: which condition fails, what to do.

A role in a member account finds a product when all of this holds, and the checks go in this order:
it is published, has an active version, carries the visibility tag, is in a portfolio that is shared
with the account's unit and whose principals reach the role; and it can be launched only when the
launch role exists in that account and trusts Service Catalog. The hub's side comes from the
observed catalog, the member's from what `catalog.aws.studio` read there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from catalog.model import VISIBILITY_TAG, Kind, Product
from catalog.state import CatalogState, PortfolioState, Principal, PrincipalKind

AGAIN = "this repository says otherwise: run make publish ARGS=--deep"
"""What mends a catalog that somebody changed by hand, or that nobody published since."""


class Condition(StrEnum):
    """What must hold, by the word shown to people."""

    PUBLISHED = "published"
    VERSION = "active version"
    TAG = "visibility tag"
    ASSOCIATION = "portfolio"
    SHARE = "share"
    PRINCIPAL = "principal"
    ROLE = "launch role"
    SETTLED = "settled"
    DOMAIN = "domain tag"
    READ = "right to read"
    CORS = "CORS"
    SAME = "same release"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """The account and role in which somebody opens Studio.

    Args:
        role_arn: Full ARN of the person's role.
        portfolios: Names of the portfolios that the account owns or has imported.
        launch_roles: Role name -> whether it trusts Service Catalog; absent roles are not in it.
    """

    account: str
    role_arn: str
    portfolios: frozenset[str]
    launch_roles: Mapping[str, bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A condition that fails for a product."""

    product: str
    condition: Condition
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.product}: {self.condition}: {self.what}; {self.remedy}"


def missing(
    products: Iterable[Product],
    observed: CatalogState,
    member: Member,
    shown: Iterable[str],
    wanted: CatalogState | None = None,
) -> tuple[Missing, ...]:
    """What keeps each project product from being listed, or launched, in Studio.

    Args:
        products: Of the repository; other kinds than project are never meant for Studio.
        observed: What the hub's catalog holds.
        member: Who looks.
        shown: Titles that Studio lists already; only their launch role is looked at.
        wanted: What the repository says the catalog should hold; what keeps a product away in the
            hub only, not here, is mended by publishing.
    """
    listed = frozenset(shown)
    found: list[Missing] = []
    for product in products:
        if product.kind is not Kind.PROJECT:
            continue
        faults = [*_launch(product, member)]
        if product.title not in listed:
            closed = _known(product, _listing(product, observed, member), member, wanted)
            faults = [*closed, *faults] or [_unsettled(product)]
        found += faults
    return tuple(found)


def _known(
    product: Product, faults: Iterable[Missing], member: Member, wanted: CatalogState | None
) -> Iterator[Missing]:
    """The faults; those that the repository does not share say how the hub gets like it again."""
    if wanted is None or product.name not in wanted.products:
        yield from faults
        return
    ours = [fault.what for fault in _listing(product, wanted, member)]
    for fault in faults:
        known = fault.what in ours or fault.condition is Condition.PUBLISHED
        yield fault if known else replace(fault, remedy=AGAIN)


def _listing(product: Product, observed: CatalogState, member: Member) -> Iterator[Missing]:
    state = observed.products.get(product.name)
    if state is None:
        yield _fault(product, Condition.PUBLISHED, "is not in the catalog", "run make publish")
        return
    if not any(version.active and not version.deprecated for version in state.versions.values()):
        what = "every published version is deprecated or inactive"
        yield _fault(product, Condition.VERSION, what, "publish a new one, or change its lifecycle")
    key, value = VISIBILITY_TAG
    if state.tags.get(key) != value:
        what = f"the product lacks the tag {key}={value}"
        yield _fault(product, Condition.TAG, what, "run make publish ARGS=--deep")
    holding = {
        name: portfolio
        for name, portfolio in observed.portfolios.items()
        if product.name in portfolio.products
    }
    if not holding:
        remedy = "list it under products: in a file of portfolios/ and publish"
        yield _fault(product, Condition.ASSOCIATION, "it is in no published portfolio", remedy)
    blocked = [[*_reach(product, name, holding[name], member)] for name in sorted(holding)]
    if all(blocked):
        yield from (fault for faults in blocked for fault in faults)


def _reach(
    product: Product, name: str, portfolio: PortfolioState, member: Member
) -> Iterator[Missing]:
    """What keeps a portfolio from the member; nothing when it reaches."""
    if name not in member.portfolios:
        nodes = ", ".join(sorted(portfolio.shares)) or "nobody"
        yield _fault(
            product,
            Condition.SHARE,
            f"portfolio {name} has not reached account {member.account}: it is shared with {nodes}",
            f"name the account's unit under share: in portfolios/{name}.yaml and publish; "
            "a new share takes some minutes",
        )
    elif portfolio.shares and not any(share.principals for share in portfolio.shares.values()):
        what = f"portfolio {name} is shared without its principals"
        remedy = f"set principals: true under share: in portfolios/{name}.yaml and publish"
        yield _fault(product, Condition.PRINCIPAL, what, remedy)
    if not any(admits(principal, member.role_arn) for principal in portfolio.principals):
        yield _fault(
            product,
            Condition.PRINCIPAL,
            f"no principal of portfolio {name} fits {member.role_arn}",
            f"add a pattern that does under principals: in portfolios/{name}.yaml and publish",
        )


def _launch(product: Product, member: Member) -> Iterator[Missing]:
    trusted = member.launch_roles.get(product.launch_role)
    if trusted is None:
        what = f"{product.launch_role} does not exist in account {member.account}"
        remedy = "deploy the foundation there (make bootstrap)"
        yield _fault(product, Condition.ROLE, what, remedy)
    elif not trusted:
        what = f"{product.launch_role} in {member.account} does not trust Service Catalog"
        remedy = "allow servicecatalog.amazonaws.com sts:AssumeRole in its trust policy"
        yield _fault(product, Condition.ROLE, what, remedy)


def _unsettled(product: Product) -> Missing:
    what = "every condition holds, but the service does not list it yet"
    return _fault(product, Condition.SETTLED, what, "look again in some minutes")


def _fault(product: Product, condition: Condition, what: str, remedy: str) -> Missing:
    return Missing(product=product.name, condition=condition, what=what, remedy=remedy)


def admits(principal: Principal, arn: str) -> bool:
    """Whether a portfolio's principal stands for an IAM ARN.

    A pattern has no account; `*` stands for any text, slashes included, and `?` for one character
    (API reference of AssociatePrincipalWithPortfolio).
    """
    if principal.kind is PrincipalKind.IAM:
        return principal.arn == arn
    parts = arn.split(":", 5)
    without_account = ":".join([*parts[:4], "", *parts[5:]])
    escaped = re.escape(principal.arn).replace(r"\*", ".*").replace(r"\?", ".")
    return re.fullmatch(escaped, without_account) is not None
