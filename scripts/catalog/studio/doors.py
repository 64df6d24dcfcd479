"""Why a project product is not under *S3 templates*: which condition fails, what to do.

A role finds the catalog's templates there when all of this holds: a domain of its account points to
them, the role may read them, the bucket's CORS rules let the pages of Studio read, and the object
lies there with the visibility tag. It can be launched only when the launch role exists in that
account and trusts CloudFormation. Each has to be the release that Service Catalog offers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from catalog.model import VISIBILITY_TAG, Product
from catalog.studio.shelf import LOCATION_TAG, SeenTemplate, Shelf
from catalog.studio.visibility import Condition, Missing

_ALL = "all of them"
_DEEP = "run make publish ARGS=--deep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """The account in which somebody opens Studio, and how the hub's bucket stands open to it.

    Args:
        domains: Domain id -> where its tag points; empty for one without the tag.
        launch_roles: Role name -> whether it trusts CloudFormation; absent roles are not in it.
        readable: Whether the bucket's CORS rules let the pages of Studio read.
    """

    account: str
    domains: Mapping[str, str]
    launch_roles: Mapping[str, bool]
    readable: bool


def closed(
    products: Iterable[Product], shelf: Shelf, household: Household, digests: Mapping[str, str]
) -> tuple[Missing, ...]:
    """What keeps each product from being listed, or launched, from S3.

    Args:
        products: Those that the hub should offer in S3.
        shelf: What the person finds at the hub's own place.
        household: Where the person is.
        digests: Title -> digest of what the person finds under *Organization templates*.
    """
    found = [*_door(shelf, household)]
    seen = {one.name: one for one in shelf.seen}
    for product in products:
        if not shelf.refusal:
            found += _listing(product, seen.get(product.name), digests)
        found += _launch(product, household)
    return tuple(found)


def _door(shelf: Shelf, household: Household) -> Iterator[Missing]:
    """What keeps all of them away."""
    if shelf.location not in household.domains.values():
        yield _fault(_ALL, Condition.DOMAIN, *_pointing(shelf, household))
    if shelf.refusal:
        remedy = "allow the role s3:ListBucket, s3:GetObject and s3:GetObjectTagging there"
        yield _fault(_ALL, Condition.READ, f"the role may not read them: {shelf.refusal}", remedy)
    if not household.readable:
        what = "the bucket has no CORS rule that lets the pages of Studio read"
        yield _fault(_ALL, Condition.CORS, what, _DEEP)


def _pointing(shelf: Shelf, household: Household) -> tuple[str, str]:
    """What is wrong with where the account's domains point, and what mends it."""
    where = f"tag {LOCATION_TAG}={shelf.location}"
    if not household.domains:
        what = f"account {household.account} has no Studio domain"
        return what, "launch one from the portfolio of admin products; it gets the tag by itself"
    told = (
        f"{domain} points to {place}" if place else f"{domain} has no tag {LOCATION_TAG}"
        for domain, place in sorted(household.domains.items())
    )
    return f"domain {', domain '.join(told)}", f"give the domain the {where}"


def _listing(
    product: Product, seen: SeenTemplate | None, digests: Mapping[str, str]
) -> Iterator[Missing]:
    if seen is None:
        yield _fault(product.name, Condition.PUBLISHED, "no template of it lies there", _DEEP)
        return
    if not seen.tagged:
        what = f"the object lacks the tag {VISIBILITY_TAG[0]}={VISIBILITY_TAG[1]}"
        yield _fault(product.name, Condition.TAG, what, _DEEP)
    other = digests.get(product.title)
    if not seen.template.digest:
        what = "the object was changed after it was published"
        yield _fault(product.name, Condition.SAME, what, _DEEP)
    elif other and other != seen.template.digest:
        what = f"it has digest {seen.template.digest[:12]}, in Service Catalog {other[:12]}"
        yield _fault(product.name, Condition.SAME, what, _DEEP)


def _launch(product: Product, household: Household) -> Iterator[Missing]:
    trusted = household.launch_roles.get(product.launch_role)
    if not trusted:
        lack = "does not exist" if trusted is None else "does not trust CloudFormation"
        what = f"{product.launch_role} {lack} in account {household.account}"
        remedy = "deploy the foundation there (make bootstrap)"
        yield _fault(product.name, Condition.ROLE, what, remedy)


def _fault(product: str, condition: Condition, what: str, remedy: str) -> Missing:
    return Missing(product=product, condition=condition, what=what, remedy=remedy)
