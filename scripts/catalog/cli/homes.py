"""Where a project verb acts, and as whom."""

from __future__ import annotations

import click

from catalog import places, workspace
from catalog.cli.console import Session
from catalog.cli.options import account_option, json_option, role_option, target_option
from catalog.model import Catalog
from catalog.projects import choosing
from catalog.projects.places import Home
from catalog.studio.looking import person

through_option = click.option(
    "--through",
    multiple=True,
    metavar="ACCOUNT=ROLE",
    help="Role (name) through which a target account is entered; may be repeated.",
)


def where_options(function: click.decorators.FC) -> click.decorators.FC:
    """The options that say where a project lives and who acts there."""
    for option in (json_option, role_option, account_option, target_option):
        function = option(function)
    return function


def home(
    session: Session, target: str, account: str, role: str, through: tuple[str, ...] = ()
) -> tuple[Catalog, Home]:
    """The account projects live in, as the person meant.

    On a named target without account and role, the caller's own identity.
    """
    catalog: Catalog = workspace.load(session.root)[0]
    place = places.reach(session.root, places.named(catalog, target))
    region = place.target.regions[0]
    if place.target.embedded or account or role:
        who = person(place.target, account, role)
        acting = place.accounts.enter(who.account, region, who.role)
        account = who.account
    else:
        acting = place.gateways[region].session
        account = str(acting.service("sts").call("get_caller_identity")["Account"])
    return catalog, Home(
        session=acting,
        account=account,
        accounts=place.accounts,
        through=choosing.pairs(through),
        every=0.2 if place.target.embedded else 5.0,
        real=not place.target.embedded,
    )
