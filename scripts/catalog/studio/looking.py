"""Studio's view of a target: look as a role in a member account; ask why a product is missing."""

from __future__ import annotations

import re
from dataclasses import dataclass

from catalog import pipeline
from catalog.aws import shelves
from catalog.aws import studio as member_side
from catalog.aws.session import Session
from catalog.checking import Checked
from catalog.errors import EnvironmentFault, UsageError
from catalog.model import Kind, Product
from catalog.places import Place
from catalog.planning import offering
from catalog.planning.desired import desired
from catalog.publishing import surveying
from catalog.publishing.surveying import Depth
from catalog.state import CatalogState
from catalog.studio.doors import Household, closed
from catalog.studio.listing import Template, templates
from catalog.studio.shelf import Offered, Shelf, offered
from catalog.studio.visibility import Member, Missing, missing
from catalog.targets import Target

CLOUDFORMATION = "cloudformation.amazonaws.com"
"""The service that assumes a launch role for a template in S3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who looks: a role (name) in an account (12 digits)."""

    account: str
    role: str

    def __str__(self) -> str:
        return f"role {self.role} in account {self.account}"


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a person finds in Studio, and what keeps the rest away.

    Args:
        templates: Under *Organization templates*, from Service Catalog.
        missing: What keeps others from there.
        location: Where Studio looks for *S3 templates*.
        offered: Under *S3 templates*.
        closed: What keeps others from there, or these from Studio.
    """

    person: Person
    templates: tuple[Template, ...]
    missing: tuple[Missing, ...]
    location: str
    offered: tuple[Offered, ...]
    closed: tuple[Missing, ...]


def person(target: Target, account: str, role: str) -> Person:
    """The person meant by a command; on the embedded AWS, somebody of its organization.

    Args:
        target: Whose accounts.
        account: Name of an account of the organization, or 12 digits; may be empty.
        role: Name; may be empty.

    Raises:
        UsageError: It cannot be told who is meant.
    """
    known = accounts(target)
    account = _number(target, account)
    for name, roles in target.organization.people.items() if target.organization else ():
        if known[name] == account or (not account and known[name] != target.account):
            account = account or known[name]
            role = role or roles[0]
    if not account or not role:
        whose = f"a role of account {account}" if account else "an account, and a role in it"
        named = f"Name {whose}: --account and --role, or ACCOUNT= and ROLE= for make."
        raise UsageError("It is not said who looks.", named)
    return Person(account=account, role=role)


def resident(target: Target, account: str, role: str) -> Person:
    """Whom a shell works as on the embedded AWS: somebody of its organization.

    Args:
        target: Whose organization.
        account: Name of an account, or 12 digits; empty for the account that publishes.
        role: Name; empty for the first person of the account, or else its administrator.

    Raises:
        UsageError: There is no such account.
    """
    known = accounts(target)
    number = _number(target, account) or target.account
    everybody = target.organization.people if target.organization else {}
    there = [one for name, roles in everybody.items() if known[name] == number for one in roles]
    return Person(account=number, role=role or next(iter(there), target.access_role))


def _number(target: Target, account: str) -> str:
    """The 12 digits of an account that is named, or given so; empty when it is not said.

    Raises:
        UsageError: There is no such account, as far as the target tells.
    """
    known = accounts(target)
    number = known.get(account, account)
    if number and known and number not in known.values():
        named = ", ".join(f"{name} ({number})" for name, number in sorted(known.items()))
        raise UsageError(
            f"There is no account {account} in the organization.", f"Name one: {named}."
        )
    if number and not re.fullmatch("[0-9]{12}", number):
        raise UsageError(f"'{account}' is no account number.", "Give its 12 digits.")
    return number


def look(place: Place, checked: Checked, who: Person, region: str = "") -> View:
    """Look at a region of the target as a person does; at the first unless one is named.

    Raises:
        EnvironmentFault: The account cannot be entered, or there is no such role in it.
        UsageError: The target has no such region.
    """
    region = region or place.target.regions[0]
    if region not in place.gateways:
        named = ", ".join(place.gateways)
        raise UsageError(f"Target {place.target.name} has no region '{region}'.", f"Name {named}.")
    admin = place.accounts.enter(who.account, region)
    iam, catalog = admin.service("iam"), admin.service("servicecatalog")
    arn = member_side.role_arn(iam, who.role)
    if not arn:
        raise EnvironmentFault(
            f"There is no role {who.role} in account {who.account}.",
            "Name one with --role; a data scientist works in the execution role of the domain.",
        )
    person = place.accounts.enter(who.account, region, who.role)
    seen = member_side.look(person.service("servicecatalog"))
    shown = templates(seen)
    titles = {template.title for template in shown}
    products = [folder.product for folder in checked.catalog.products.values()]
    # The hub is asked, at length, only when there is something to explain.
    absent = any(p.kind is Kind.PROJECT and p.title not in titles for p in products)
    state, ids = _hub(place, checked, region) if absent else (CatalogState(), {})
    there = member_side.portfolios(catalog) if absent else frozenset()
    wanted = desired(pipeline.wish(place, checked, region)) if absent else None
    member = Member(
        account=who.account,
        role_arn=arn,
        portfolios=frozenset(name for name, identity in ids.items() if identity in there),
        launch_roles=member_side.launch_roles(iam, {p.launch_role for p in products} - {""}),
    )
    shelf, faults = _in_s3(place, checked, who, admin, person, shown)
    return View(
        person=who,
        templates=shown,
        missing=missing(products, state, member, titles, wanted),
        location=shelf.location,
        offered=offered(shelf),
        closed=faults,
    )


def _in_s3(
    place: Place,
    checked: Checked,
    who: Person,
    admin: Session,
    person: Session,
    shown: tuple[Template, ...],
) -> tuple[Shelf, tuple[Missing, ...]]:
    """What lies in S3 for a person, and what keeps the rest of what the hub offers away."""
    region = person.region
    wanted = desired(pipeline.wish(place, checked, region)).templates
    products: list[Product] = [checked.catalog.products[name].product for name in wanted]
    shelf = shelves.look(person.service("s3"), offering.location(place.target.bucket_in(region)))
    household = Household(
        account=who.account,
        domains=shelves.locations(admin.service("sagemaker")),
        launch_roles=member_side.launch_roles(
            admin.service("iam"), {one.launch_role for one in products}, CLOUDFORMATION
        ),
        readable=place.gateways[region].storage.bucket.is_open(),
    )
    digests = {template.title: template.digest for template in shown}
    return shelf, closed(products, shelf, household, digests)


def _hub(place: Place, checked: Checked, region: str) -> tuple[CatalogState, dict[str, str]]:
    """What the hub's catalog holds, and the ids of its portfolios by name."""
    wish = pipeline.wish(place, checked, region)
    survey = surveying.survey(place.gateways[region], wish, Depth(deep=True))
    lanes = survey.ids.lanes.items()
    ids = {name: identity.id for (kind, name), identity in lanes if kind == "portfolio"}
    return survey.observed, ids


def accounts(target: Target) -> dict[str, str]:
    """Accounts of the embedded organization: name -> 12 digits."""
    return target.organization.accounts if target.organization else {}
