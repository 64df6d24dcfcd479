"""The verb that removes a project."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import click

from catalog.cli.console import Session, confirm, data, say
from catalog.cli.homes import home, through_option, where_options
from catalog.errors import Refused
from catalog.projects import cleaning, removal
from catalog.projects.cleaning import Found
from catalog.projects.places import Home
from catalog.projects.removal import Thing


@click.command()
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Show what would be removed; remove nothing.")
@click.option("--retained", is_flag=True, help="Remove also what the project leaves behind.")
@click.option("--leave-unseen", is_flag=True, help="Go on although a target cannot be looked at.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@through_option
@where_options
@click.pass_obj
def cleanup(
    session: Session,
    name: str,
    through: tuple[str, ...],
    target: str,
    account: str,
    role: str,
    *,
    dry_run: bool,
    retained: bool,
    leave_unseen: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Remove project NAME and its deployments.

    Safe to repeat: each run looks at what there is. Buckets, repositories, models and training
    pipelines stay unless --retained says otherwise.
    """
    _, place = home(session, target, account, role, through)
    found = cleaning.find(place, name)
    plan = removal.order(found.things, retained=retained)
    remaining = cleaning.left_behind(place, found)
    tell = (lambda _: None) if as_json else say
    for thing in plan:
        tell(f"- {thing}")
    for each in found.unseen:
        tell(f"! not seen: {each.where}: {each.why}")
    if not dry_run:
        _go_on(found, leave_unseen=leave_unseen)
        if plan:
            confirm("Remove this?", yes=yes, otherwise="Give --yes, or look with --dry-run.")
        remaining = _remove(place, found, plan, retained=retained, tell=tell)
    going = found.project.prefix if dry_run and found.project else ""
    stays = removal.kept(remaining, retained=retained, going=going)
    if as_json:
        data(_told(plan, stays, found, dry_run=dry_run))
        return
    for thing in stays:
        say(f"  {'may stay' if dry_run and found.project else 'stays'}: {thing.described}")
    if removal.order(stays, retained=True) and not retained:
        say("  --retained removes what is named with its kind as well.")
    say("Nothing was removed." if dry_run else f"✓ Project {name} is cleaned up.")


def _go_on(found: Found, *, leave_unseen: bool) -> None:
    """Stop before a project goes that may still run somewhere out of sight."""
    if found.unseen and not leave_unseen:
        raise Refused(
            f"Not every place that {found.name} may be deployed to can be looked at; see above.",
            "Name a role for it with --through ACCOUNT=ROLE, or leave what is there with "
            "--leave-unseen.",
        )


def _remove(
    home: Home,
    found: Found,
    plan: tuple[Thing, ...],
    *,
    retained: bool,
    tell: Callable[[str], None],
) -> tuple[Thing, ...]:
    """Remove what is planned, then what only shows once the project is gone; what is left."""
    for thing in plan:
        cleaning.remove(home, found, thing, tell)
    left = cleaning.left_behind(home, found)
    if not retained:
        return left
    for thing in removal.order(left, retained=True):
        cleaning.remove(home, found, thing, tell)
    return cleaning.left_behind(home, found)


def _told(
    plan: tuple[Thing, ...], stays: tuple[Thing, ...], found: Found, *, dry_run: bool
) -> dict[str, object]:
    def plain(thing: Thing) -> dict[str, str]:
        kind = thing.kind.name.lower()
        return {"kind": kind, "name": thing.name, "account": thing.account}

    return {
        "dry_run": dry_run,
        "removals": [plain(thing) for thing in plan],
        "stays": [plain(thing) for thing in stays],
        "unseen": [asdict(each) for each in found.unseen],
    }
