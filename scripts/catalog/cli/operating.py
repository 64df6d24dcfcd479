"""Verbs around a publish: the embedded AWS, taskcat, Studio."""

from __future__ import annotations

import sys
from dataclasses import asdict

import click

from catalog import base, embedded, pipeline, workspace
from catalog.cli.console import Session, data, say
from catalog.cli.options import (
    account_option,
    base_option,
    json_option,
    role_option,
    target_option,
)
from catalog.cli.running import ready, sound
from catalog.errors import UsageError
from catalog.model import Catalog
from catalog.studio import looking
from catalog.studio.cards import shelf_view, view
from catalog.targets import Target
from catalog.taskcat.results import lines


@click.group()
def local() -> None:
    """Start, stop or empty the embedded AWS of this checkout."""


@local.command()
@account_option
@role_option
@click.pass_obj
def up(session: Session, account: str, role: str) -> None:
    """Start it, and print the shell exports that reach it."""
    place = ready(session, sound(session, quiet=True), _embedded(session).name, quiet=True)
    server = embedded.up(session.root, place.target)
    who = looking.resident(place.target, account, role)
    keys = embedded.credentials(server, who.account, who.role)
    sys.stdout.write(embedded.exports(server, place.target, keys))
    # Last, because a shell that evaluates these lines unquoted takes the rest for the comment.
    sys.stdout.write(f"# You are {who}. ACCOUNT= and ROLE= make you somebody else.\n")


@local.command()
@click.pass_obj
def down(session: Session) -> None:
    """Stop it; what it held is gone."""
    say("Stopped." if embedded.down(session.root) else "None was running.")


@local.command()
@click.pass_obj
def reset(session: Session) -> None:
    """Empty it, and set its organization and foundation up again."""
    checked = sound(session)
    embedded.reset(session.root)
    ready(session, checked, _embedded(session).name)
    say("Empty again.")


@click.command()
@target_option
@base_option
@click.option("--region", "regions", multiple=True, help="Launch in this region only; repeatable.")
@click.option("--force", is_flag=True, help="Launch also what has passed before.")
@click.argument("products", nargs=-1)
@click.pass_obj
def taskcat(
    session: Session,
    target: str,
    products: tuple[str, ...],
    regions: tuple[str, ...],
    since: str,
    *,
    force: bool,
) -> None:
    """Launch the scenarios of products with taskcat.

    The record is kept by digest; publishing to a named target asks for it.
    """
    checked = sound(session)  # all of it: the foundation is laid first
    names = products or tuple(checked.releases)
    if since:
        left = base.commit(session.root, since)
        changed = base.touched(session.root, left, checked.catalog, checked.built)
        names = tuple(name for name in names if name in changed)
        if not names:
            say(f"Nothing to launch: no product changed since {since}.")
            return
    place = ready(session, checked, target)
    outcomes = pipeline.launch_scenarios(
        session.root, place, checked, names=names, regions=regions, forced=force, tell=say
    )
    if regions and not outcomes:
        say(f"Nothing to launch in {' or '.join(regions)} for target {target}.")
    for outcome in outcomes:
        for line in lines(outcome):
            say(line)
    sys.exit(0 if all(outcome.record.passed for outcome in outcomes) else 1)


@click.command()
@target_option
@account_option
@role_option
@click.option("--region", default="", help="Region of the target; the first if left out.")
@json_option
@click.pass_obj
def studio(
    session: Session, target: str, account: str, role: str, region: str, *, as_json: bool
) -> None:
    """List what a person finds in Studio, with the form.

    For what is missing, the conditions that fail.
    """
    checked = sound(session, quiet=as_json)
    place = ready(session, checked, target, quiet=as_json)
    who = looking.person(place.target, account, role)
    seen = looking.look(place, checked, who, region)
    if as_json:
        data(asdict(seen))
    else:
        same = {template.digest for template in seen.templates}
        say(view(seen.templates, seen.missing, who=str(seen.person)))
        say(shelf_view(seen.offered, seen.closed, location=seen.location, same=same))


def _embedded(session: Session) -> Target:
    """The target that describes the embedded AWS."""
    catalog: Catalog = workspace.load(session.root)[0]
    for target in catalog.settings.targets.values():
        if target.embedded:
            return target
    raise UsageError("catalog.yaml has no embedded target.", "Give one `embedded: true`.")


COMMANDS = (local, taskcat, studio)
