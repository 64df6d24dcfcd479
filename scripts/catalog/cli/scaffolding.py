"""The verb that makes a new product: flags, or questions where somebody is there to answer."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime

import click

from catalog import workspace
from catalog.cli.console import Session, findings, say
from catalog.errors import Refused
from catalog.model import Catalog, Kind
from catalog.scaffolding import planting, seedling
from catalog.scaffolding.seedling import Answers

_LATER = "later"
"""What people answer who have no portfolio yet."""


@click.command()
@click.argument("name", default="")
@click.option(
    "--kind",
    type=click.Choice([*map(str, Kind)]),
    help="Who gets it: projects, which Studio lists, unless said.",
)
@click.option("--title", default="", help="Name in the catalog; default: made of NAME.")
@click.option("--summary", default="", help="One sentence: what it does for who launches it.")
@click.option(
    "--owner", default="", help="Key under owners in catalog.yaml; default: the only one."
)
@click.option(
    "--launch-role",
    default="",
    help="Name of the role it is launched with; default: that of the other products of its kind.",
)
@click.option("--portfolio", default="", help="File under portfolios/ that is to offer it.")
@click.pass_obj
def new(session: Session, /, kind: str | None, **said: str) -> None:
    """Make a new product: its folder, its rehearsal, its line in a portfolio.

    It is whole but for what only its author can say, which stands there as TODO. On a terminal,
    what no option says is asked.
    """
    catalog, found = workspace.load(session.root)
    broken = [f for f in found if f.stops and f.file == f"portfolios/{said['portfolio']}.yaml"]
    if broken:
        findings(broken)
        raise Refused("The portfolio cannot be read; see above.", "Mend it, and run it again.")
    answers = Answers(kind=kind or "", **said)
    if sys.stdin.isatty() and sys.stdout.isatty():
        answers = _asked(catalog, answers)
    made = seedling.seedling(catalog, answers, datetime.now(UTC).date())
    for path in planting.plant(catalog, made):
        say(path)
    say("Answer what says TODO there; `make check` lists what is open.")
    if made.kind is Kind.FOUNDATION:
        say("Name it under foundation of a target in catalog.yaml to have it deployed.")
    elif not answers.portfolio:
        say("No portfolio offers it yet: name it under products of a file in portfolios/.")


def _asked(catalog: Catalog, said: Answers) -> Answers:
    """The answers, and what somebody says to the questions still open."""
    said = replace(said, name=said.name or _ask("Name of its folder, e.g. model-monitor"))
    seedling.must_be_name(said.name)  # before anybody answers the rest
    said = replace(said, kind=said.kind or _ask("Kind", Kind.PROJECT.value, [*map(str, Kind)]))
    title = said.title or _ask("Title in the catalog", seedling.title_of(said.name))
    summary = said.summary or _ask("Summary, one sentence", seedling.SUMMARY)
    owners = catalog.settings.owners
    owner = said.owner or seedling.only_owner(catalog) or _ask("Owner", "", list(owners))
    said = replace(said, title=title, summary=summary, owner=owner)
    if said.kind == Kind.FOUNDATION:
        return said
    usual = seedling.usual_launch_role(catalog, Kind(said.kind))
    role = said.launch_role or _ask("Name of its launch role", usual)
    portfolio = said.portfolio
    if not portfolio and catalog.portfolios:
        portfolio = _ask("Portfolio", _LATER, [*catalog.portfolios, _LATER])
    return replace(said, launch_role=role, portfolio="" if portfolio == _LATER else portfolio)


def _ask(question: str, usual: str = "", choices: list[str] | None = None) -> str:
    kind = click.Choice(choices) if choices else str
    return str(click.prompt(question, default=usual or None, type=kind))


COMMANDS = (new,)
