"""Verbs of platform engineers: publish, plan, drift."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

import click

from catalog import git, pipeline, places, plan_files, states
from catalog.checking import Checked
from catalog.cli.console import Progress, Session, change, confirm, data, error, say, waiting
from catalog.cli.options import json_option, target_option
from catalog.cli.running import ready, sound
from catalog.errors import CatalogError, Refused, UsageError
from catalog.pipeline import Terms
from catalog.places import Place
from catalog.planning import plans
from catalog.planning.plans import Plan
from catalog.publishing import report
from catalog.publishing.applying import Outcome
from catalog.publishing.surveying import Depth
from catalog.state import CatalogState
from catalog.studio import looking
from catalog.targets import Target
from catalog.taskcat.results import lines
from catalog.world import auditing, drifting
from catalog.world.drifting import Drift

unseen_option = click.option(
    "--unseen-ok",
    is_flag=True,
    help="Retire and prune although perhaps an account that cannot be looked into runs it.",
)
from_option = click.option(
    "--from",
    "elsewhere",
    default="",
    metavar="TARGET/REGION",
    help="Bring the versions that live there as well.",
)


@click.command()
@target_option
@click.option(
    "--plan", "plan_file", type=click.Path(path_type=Path), help="Apply exactly this plan."
)
@click.option("--yes", is_flag=True, help="Do not ask before writing to a named target.")
@click.option("--deep", is_flag=True, help="Compare everything; trust nothing remembered.")
@click.option("--prune", is_flag=True, help="Remove what is published but no longer here.")
@click.option("--untested", is_flag=True, help="Publish without taskcat's record; reported.")
@click.option(
    "--record-state",
    "remote",
    metavar="REMOTE",
    help=f"Push what is published to the branch {states.BRANCH} of REMOTE, for reviews.",
)
@unseen_option
@from_option
@click.pass_obj
def publish(
    session: Session,
    target: str,
    plan_file: Path | None,
    elsewhere: str,
    *,
    yes: bool,
    deep: bool,
    prune: bool,
    untested: bool,
    remote: str | None,
    unseen_ok: bool,
) -> None:
    """Bring Service Catalog to what this repository says."""
    checked = sound(session)
    place = _place(session, checked, target, elsewhere)
    if place.target.embedded and not untested:
        _test(session, place, checked)
    unknown = bool(remote) and not _fetch_state(session, remote or "", place.target)
    terms = Terms(
        depth=Depth(deep=deep or unknown, prune=prune, unseen_ok=unseen_ok),
        untested=untested,
        approved=plan_files.read(plan_file, place.target) if plan_file else None,
    )
    with Progress("Publishing") as progress:

        def approve(region: str, plan: Plan) -> None:
            if not place.target.embedded and not plan_file:
                with progress.paused():
                    _show(place.target, {region: plan})
                    confirm(f"Publish to {target} ({place.target.account}, {region})?", yes=yes)
            progress.expect(len(plan.actions))

        def tell(outcome: Outcome) -> None:
            progress.line(report.outcome_line(outcome))

        done = pipeline.publish(session.root, place, checked, terms, approve=approve, tell=tell)
    written = json.loads((session.root / pipeline.REPORT).read_text(encoding="utf-8"))
    left_out = "" if terms.depth.deep or prune else report.by_hand(target)
    say(report.verdict(written["summary"], written["seconds"], left_out=left_out))
    if untested and written["untested"]:
        say(f"Not tested by taskcat with this content: {', '.join(written['untested'])}.")
    if remote:
        _record_state(session, remote, place.target)
    if place.target.embedded:
        _what_people_find(place, checked)
    sys.exit(1 if any(each.failed for each in done.values()) else 0)


@click.command()
@target_option
@click.option("--against", default="live", help="live, empty, or a file with a catalog as JSON.")
@click.option("--deep", is_flag=True, help="Compare everything; trust nothing remembered.")
@click.option("--prune", is_flag=True, help="Plan to remove what is no longer here.")
@click.option("--exit-code", is_flag=True, help="Exit 3 when there are changes.")
@unseen_option
@from_option
@json_option
@click.pass_obj
def plan(
    session: Session,
    target: str,
    against: str,
    elsewhere: str,
    *,
    deep: bool,
    prune: bool,
    exit_code: bool,
    unseen_ok: bool,
    as_json: bool,
) -> None:
    """Show what publishing would change, why and for whom."""
    checked = sound(session)
    chosen = places.named(checked.catalog, target)
    stops: list[CatalogError] = []
    if against == "live":
        place = _place(session, checked, target, elsewhere)
        depth = Depth(deep=deep, prune=prune, unseen_ok=unseen_ok)
        seen = pipeline.surveys(session.root, place, checked, depth)
        made: Mapping[str, Plan] = {region: each.plan for region, each in seen.items()}
        stops = [each.unready for each in seen.values() if each.unready]
    else:
        made = pipeline.plans_against(chosen, checked, _state(against), prune=prune)
    plan_files.write(session.root, chosen, made)
    if as_json:
        data(json.loads((session.root / plan_files.PLAN).read_text(encoding="utf-8")))
    else:
        _show(chosen, made)
        for fault in stops:
            say(f"Publishing would stop here: {fault}")
        if against == "live" and not deep and not any(each.actions for each in made.values()):
            say(report.by_hand(target))
    if any(each.refusals for each in made.values()):
        sys.exit(1)
    sys.exit(3 if exit_code and any(each.actions for each in made.values()) else 0)


@click.command()
@target_option
@json_option
@click.pass_obj
def drift(session: Session, target: str, *, as_json: bool) -> None:
    """Compare everything published with this repository.

    The catalog, the contents of every version, the bucket they lie in. Trusts nothing remembered;
    exits 1 when something differs. What would mend it is kept as a plan
    in build/drift.json.
    """
    checked = sound(session)
    place = ready(session, checked, target)
    seen = pipeline.surveys(session.root, place, checked, Depth(deep=True))
    made = {region: each.plan for region, each in seen.items()}
    plan_files.write(session.root, place.target, made, plan_files.DRIFT)
    found = auditing.drift(place, seen)
    if as_json:
        data({region: _as_data(each) for region, each in found.items()})
    else:
        for region, each in found.items():
            _lines(region if len(found) > 1 else "", drifting.lines(each, target))
    sys.exit(0 if all(each.none for each in found.values()) else 1)


def _as_data(found: Drift) -> dict[str, object]:
    """The plan that would mend it, and what no plan mends."""
    plan: dict[str, object] = json.loads(plans.to_json(found.plan))
    live = [asdict(each) for each in (*found.contents, *found.unread)]
    return {**plan, "live": live, "bucket": [*found.bucket, *found.deletions]}


def _place(session: Session, checked: Checked, target: str, elsewhere: str) -> Place:
    place = ready(session, checked, target)
    return places.from_elsewhere(checked.catalog, place, elsewhere) if elsewhere else place


def _fetch_state(session: Session, remote: str, target: Target) -> bool:
    """Whether the branch knows every region; where it does not, everything is looked at."""
    try:
        return states.fetch(session.root, remote, target)
    except CatalogError:
        return False  # said once, when it cannot be written either


def _record_state(session: Session, remote: str, target: Target) -> None:
    """Push the state; what is published stays published when that is not possible."""
    branch = f"{states.BRANCH} of {git.shown(remote)}"
    try:
        commit = states.record(session.root, remote, target)
    except CatalogError as fault:
        error(
            f"Published, but branch {branch} was not written: {fault}\n"
            "  Until it is, reviews plan against an older state. Publish again with --record-state."
        )
        return
    done = f"is now {commit[:12]}" if commit else "says so already"
    say(f"Branch {branch} {done}.")


def _test(session: Session, place: Place, checked: Checked) -> None:
    """On the embedded AWS, taskcat runs before a publish for what it has not passed yet."""
    with waiting("taskcat launches what is new") as tell:
        outcomes = pipeline.launch_scenarios(session.root, place, checked, tell=tell)
    for outcome in outcomes:
        for line in lines(outcome) if outcome.results else ():
            say(line)
        if not outcome.record.passed:
            raise Refused(f"taskcat failed for {outcome.record.product}; see above.")


def _what_people_find(place: Place, checked: Checked) -> None:
    view = looking.look(place, checked, looking.person(place.target, "", ""))
    say(f"In Studio, {view.person} finds under Organization templates:")
    for template in view.templates:
        say(f"  {template.title} {template.version}: {template.summary}")
    if not view.templates:
        say("  nothing")
    why = ", and why the others are not there" if view.missing else ""
    say(f"`make studio` shows the form{why}; ACCOUNT= and ROLE= make you somebody else.")


def _show(target: Target, made: Mapping[str, Plan]) -> None:
    aliases = {node: alias for alias, node in target.ous.items()}
    for region, each in made.items():
        _lines(region if len(made) > 1 else "", report.plan_lines(each, aliases))


def _lines(head: str, lines: Iterable[str]) -> None:
    if head:
        say(f"{head}:")
    for line in lines:
        change(line)


def _state(against: str) -> CatalogState:
    if against == "empty":
        return CatalogState()
    try:
        return plans.state_from_json(Path(against).read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(
            f"{against} cannot be read: {error.strerror}.", "Give live, empty or a file."
        ) from error


COMMANDS = (publish, plan, drift)
