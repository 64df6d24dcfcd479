"""Verbs that bring a target up: bootstrap, and doctor, which says what is missing."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import asdict

import click

from catalog import pipeline, places
from catalog.cli.console import Session, change, confirm, data, many, say
from catalog.cli.options import json_option, target_option
from catalog.cli.running import sound
from catalog.doctor import examining
from catalog.doctor.telling import lines, summary
from catalog.doctor.verdicts import Standing, Verdict
from catalog.errors import Refused
from catalog.foundation.deployments import Change
from catalog.places import Place


@click.command()
@target_option
@click.option("--yes", is_flag=True, help="Do not ask before writing to a named target.")
@click.option("--dry-run", is_flag=True, help="Show what would happen, and change nothing.")
@click.pass_obj
def bootstrap(session: Session, target: str, *, yes: bool, dry_run: bool) -> None:
    """Bring up hub and accounts, or change them, with CloudFormation.

    Deploys the foundation products where the target's `foundation` in catalog.yaml says, after
    showing what CloudFormation would do with each resource. What somebody changed by hand behind
    their stacks is shown and put back.
    """
    checked = sound(session)
    place = places.reach(session.root, places.named(checked.catalog, target))
    _only_people_can(examining.preflight(place))

    mended: dict[str, tuple[str, ...]] = {}

    def approve(changes: tuple[Change, ...], buckets: Mapping[str, tuple[str, ...]]) -> None:
        for region, faults in buckets.items():
            say(f"secure bucket {place.target.bucket_in(region)}: {'; '.join(faults)}")
        for line in (line for each in changes for line in str(each).splitlines()):
            change(line)
        if dry_run:
            _warn(place)
            say("Nothing was changed.")
            sys.exit(0)
        mended.update(buckets)
        if not place.target.embedded:
            confirm(f"Deploy this to target {target}?", yes=yes, otherwise="Give --yes.")

    done = list(pipeline.bootstrap(place, checked, approve=approve))
    for region in mended:
        say(f"bucket {place.target.bucket_in(region)}: secured")
    for each in done:
        say(str(each))
    _warn(place)
    if not place.target.foundation:
        say(f"catalog.yaml lists no foundation for target {target}.")
    elif not done and not mended:
        say(f"Nothing to do: {many(len(place.target.foundation), 'deployment')} as wanted.")
    sys.exit(1 if any(each.failures for each in done) else 0)


def _warn(place: Place) -> None:
    """Name the lifecycle rules that delete what is published: no deployment takes them out."""
    for region, faults in place.stage.deletions().items():
        say(f"bucket {place.target.bucket_in(region)}: {'; '.join(faults)}")
        say(f"    `make doctor TARGET={place.target.name}` shows the command that takes it out.")


def _only_people_can(verdicts: tuple[Verdict, ...]) -> None:
    """Name what stands in the way of every deployment, with the command that mends it.

    Raises:
        Refused: Something does.
    """
    told = [each for each in verdicts if each.standing is not Standing.WELL]
    for line in lines(told):
        say(line)
    missing = sum(each.standing is Standing.MISSING for each in told)
    if missing:
        raise Refused(
            f"{many(missing, 'thing')} must be mended first; see above.",
            "Run the commands in the accounts they name, then run this again.",
        )


@click.command()
@target_option
@json_option
@click.pass_obj
def doctor(session: Session, target: str, *, as_json: bool) -> None:
    """Say what is missing around a target or was changed by hand, and the command that mends each.

    Looks only; exits 1 when something is missing or changed.
    """
    checked = sound(session, quiet=as_json)
    place = places.reach(session.root, places.named(checked.catalog, target))
    verdicts = examining.examine(place, checked)
    if as_json:
        data([asdict(each) for each in verdicts])
    else:
        for line in lines(verdicts):
            say(line)
        say(summary(verdicts))
    sys.exit(1 if any(each.standing is Standing.MISSING for each in verdicts) else 0)


COMMANDS = (bootstrap, doctor)
