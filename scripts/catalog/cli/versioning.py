"""Verbs about what changed: which products a change touches, and the version each needs."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime

import click

from catalog import base, workspace
from catalog.cli.console import Session, data, findings, say
from catalog.cli.options import base_option, json_option

MOST = 5
"""Paths that are named of one product; --json has all."""


@click.command()
@base_option
@json_option
@click.pass_obj
def changed(session: Session, since: str, *, as_json: bool) -> None:
    """List the products that a change affects or removes, each with the paths by which it does.

    Since the main branch, unless another base is named. Through its own folder, templates it takes
    in, code it starts with, and what all products rest on: catalog.yaml, the tool and its
    requirements.
    """
    work = base.work(session.root, since)
    findings(each for each in work.findings if each.stops and not as_json)
    if as_json:
        data({name: list(paths) for name, paths in {**work.touched, **work.gone}.items()})
    elif work.commit is None:
        say("Git knows no main branch here: every product counts as changed.")
    elif not (work.touched or work.gone):
        say(f"No product changed since {since or 'the main branch'}.")
    for name, paths in () if as_json else work.touched.items():
        say(f"{name}: {_listed(paths)}" if paths else name)
    for name, paths in () if as_json else work.gone.items():
        say(f"{name}, gone: {_listed(paths)}")


def _listed(paths: Sequence[str]) -> str:
    more = len(paths) - MOST
    return ", ".join(paths[:MOST]) + (f" and {more} more" if more > 0 else "")


@click.command()
@base_option
@click.option("--dry-run", is_flag=True, help="Say what would be written; write nothing.")
@click.argument("products", nargs=-1)
@click.pass_obj
def bump(session: Session, since: str, products: tuple[str, ...], *, dry_run: bool) -> None:
    """Raise versions by as much as their changes demand.

    In product.yaml and CHANGELOG.md of the products named, or of all that changed since the main
    branch or another base. Nothing is lowered, and a second run changes nothing.
    """
    work = base.work(session.root, since)
    wrong = tuple(each for each in work.findings if each.stops)
    findings(wrong)
    made = base.raise_versions(session.root, work, products, datetime.now(UTC).date())
    for each in made:
        say(f"{each.product} {each.before} → {each.version}, a {each.found.level} version")
        for reason in each.found.reasons:
            say(f"    {reason}")
        for path in sorted(each.texts):
            say(f"    {'would write' if dry_run else 'wrote'} {path}")
        if not dry_run:
            workspace.write(session.root, each.texts)
    if made and not dry_run:
        say("Say it in your words in CHANGELOG.md, then run make docs.")
    elif not made:
        say("Nothing to raise.")
    sys.exit(1 if wrong else 0)


COMMANDS = (changed, bump)
