"""The story: from a folder to a published product, in the order in which it happens.

    checked = checking.check(root)            # read, render, pack, lint; findings at their lines
    place = places.reach(root, target)        # the embedded AWS is started when it is wanted
    bootstrap(place, checked, ...)            # roles and buckets the products rely on
    launch_scenarios(place, checked, ...)     # taskcat launches every scenario; a record by digest
    publish(place, checked, ...)              # desired, observed, plan, apply, per region
    looking.look(place, checked, who)         # what a data scientist now finds in Studio

Nothing is published while a finding stops it, and a named target takes no release that taskcat has
not passed. Each step can be run alone, and run again.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from catalog import states, workspace
from catalog.checking import Checked
from catalog.errors import Refused, UsageError
from catalog.foundation import deploying, deployments
from catalog.manifests.manifest import did_you_mean
from catalog.model import Kind
from catalog.places import Place
from catalog.planning.desired import Wish, desired, places, retirements
from catalog.planning.index import Lane
from catalog.planning.narrowing import narrowed
from catalog.planning.planning import homes
from catalog.planning.planning import plan as difference
from catalog.planning.plans import Plan
from catalog.planning.saved import saved
from catalog.publishing import publisher, report
from catalog.publishing.applying import Result, Tell
from catalog.publishing.publisher import Manner, Published
from catalog.publishing.regions import Tried, in_each
from catalog.publishing.surveying import Depth, Survey, survey
from catalog.state import CatalogState
from catalog.targets import Target
from catalog.taskcat import launching, recording
from catalog.taskcat.results import Outcome

TASKCAT = "build/taskcat"
TASKCAT_PYTHON = ".venv-taskcat/bin/python"
REPORT = "build/report.json"
"""Where results lie, relative to the root."""


def must_be_sound(checked: Checked) -> None:
    """Stop when a finding stops a publish.

    Raises:
        Refused: One does.
    """
    count = sum(finding.stops for finding in checked.findings)
    if count:
        stop = "1 finding stops" if count == 1 else f"{count} findings stop"
        raise Refused(f"{stop} this; see above.", "Mend what it says and run it again.")


# --- foundation ---------------------------------------------------------------------------------


Approve = Callable[[tuple[deployments.Change, ...], Mapping[str, tuple[str, ...]]], None]


def lay_foundation(place: Place, checked: Checked) -> Iterator[deployments.Done]:
    """Deploy the foundation products where the target wants them; every change is told."""
    return _laid(place, checked, {}, lambda *_: None)


def bootstrap(place: Place, checked: Checked, *, approve: Approve) -> Iterator[deployments.Done]:
    """The same, artifact buckets included, once `approve` has seen what would happen.

    `approve` is given all changes as CloudFormation foresees them, and what is wrong with buckets
    by region; it raises when nothing shall happen, and is not called when there is nothing to do.
    """
    return _laid(place, checked, place.stage.faults(), approve)


def _laid(
    place: Place, checked: Checked, buckets: Mapping[str, tuple[str, ...]], approve: Approve
) -> Iterator[deployments.Done]:
    stage = place.stage
    changes = deploying.plan(place.target, checked.releases, place.accounts, stage)
    with deploying.foreseen(changes, place.accounts, stage) as seen:
        wanted = tuple(change for change in seen if change.verb is not deployments.Verb.KEEP)
        kept = (change for change in seen if change.verb is deployments.Verb.KEEP)
        yield from (deployments.Done(change=change) for change in kept if change.by_hand)
        if wanted or buckets:
            approve(wanted, buckets)
            stage.ready(buckets)
            yield from deploying.apply(wanted, place.accounts, stage)


# --- taskcat ------------------------------------------------------------------------------------


def launch_scenarios(
    root: Path,
    place: Place,
    checked: Checked,
    *,
    names: Iterable[str] | None = None,
    regions: Collection[str] = (),
    forced: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> tuple[Outcome, ...]:
    """Launch the scenarios of products with taskcat, unless exactly this content passed before.

    Without `names`, of all products; with `regions`, only there and only what is launched there;
    `forced` launches also what passed; `tell` hears taskcat.

    Raises:
        UsageError: A name is no product's.
    """
    chosen = tuple(checked.releases if names is None else names)
    for name in chosen:
        if name not in checked.releases:
            known = did_you_mean(name, checked.releases)
            raise UsageError(f"There is no product '{name}'.", known)
    jobs = [
        launching.Job(
            release=checked.releases[name],
            scenarios=tuple(checked.catalog.products[name].scenarios.values()),
        )
        for name in chosen
    ]
    site = launching.Site(
        target=place.target,
        accounts=place.accounts,
        stage=place.stage,
        folder=root / TASKCAT,
        python=root / TASKCAT_PYTHON,
        tell=tell,
        regions=frozenset(regions),
    )
    wanted = [job for job in jobs if not regions or site.launches(job)]
    return launching.run(wanted, site, forced=forced)


# --- plan and publish ---------------------------------------------------------------------------


def wish(place: Place, checked: Checked, region: str) -> Wish:
    """What this repository wants of a region."""
    return _wish(place.target, checked, place.gateways[region].session.partition)


def _wish(target: Target, checked: Checked, partition: str) -> Wish:
    return Wish(
        portfolios=tuple(checked.catalog.portfolios.values()),
        releases=tuple(checked.releases.values()),
        target=target,
        tags=checked.catalog.settings.tags,
        partition=partition,
        today=datetime.now(UTC).date(),
    )


def surveys(root: Path, place: Place, checked: Checked, depth: Depth) -> Mapping[str, Survey]:
    """What publishing would do, and what would stop it, by region; reads only.

    What was seen is kept as the saved state of each region.
    """
    seen = {}
    for region, gateways in place.gateways.items():
        wanted = wish(place, checked, region)
        seen[region] = survey(gateways, wanted, place.depth(region, depth))
        _save(root, place.target, region, wanted, Published(survey=seen[region]))
    return seen


def _save(root: Path, target: Target, region: str, wanted: Wish, done: Published) -> None:
    """Keep what a region holds now, for plans made without credentials."""
    prior = states.read(root, target, region) or CatalogState()
    actions = (each.action for each in done.outcomes if each.result is Result.DONE)
    seen = done.survey
    state = saved(prior, wanted, seen.observed, seen.scope, actions)
    states.write(root, target, region, state)


def plans_against(
    target: Target,
    checked: Checked,
    state: CatalogState,
    *,
    prune: bool = False,
    scope: frozenset[Lane] | None = None,
) -> Mapping[str, Plan]:
    """What publishing would do if the catalog held `state`; asks no service.

    With a scope, only to the portfolios and products in it.
    """
    made = {}
    for region in target.regions:
        what = _wish(target, checked, "aws")
        whole = desired(what, state)
        wanted, held = narrowed(whole, scope), narrowed(state, scope)
        retired = retirements(what, wanted)
        plan = difference(wanted, held, prune=prune, retired=retired, places=places(what))
        reach = {name: tuple(portfolio.shares) for name, portfolio in whole.portfolios.items()}
        made[region] = replace(plan, reach=reach, homes=homes(whole))
    return made


def as_if_published(target: Target, checked: Checked) -> CatalogState:
    """What a target would hold if nothing but this had ever been published to it."""
    return desired(_wish(target, checked, "aws"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How a publish was asked for.

    Args:
        untested: Publish to a named target without taskcat's record; the report says so.
        approved: Plans made before, by region; exactly these are applied.
    """

    depth: Depth
    untested: bool = False
    approved: Mapping[str, Plan] | None = None


def publish(
    root: Path,
    place: Place,
    checked: Checked,
    terms: Terms,
    *,
    approve: Callable[[str, Plan], None] = lambda *_: None,
    tell: Tell = lambda _: None,
) -> Mapping[str, Published]:
    """Bring every region of the target to what this repository says; write the report.

    Raises:
        CatalogError: A region cannot be published to; the others are done and reported.
    """
    must_be_sound(checked)
    passed = recording.tested(root / TASKCAT / "records", checked.catalog, checked.releases)
    demanded = not (place.target.embedded or terms.untested)
    start = time.monotonic()

    def one(region: str) -> Published:
        manner = Manner(
            depth=place.depth(region, terms.depth),
            approved=terms.approved[region] if terms.approved else None,
            passed=passed if demanded else None,
        )
        wanted = wish(place, checked, region)
        done = publisher.publish(
            place.gateways[region], wanted, manner, approve=partial(approve, region), tell=tell
        )
        _save(root, place.target, region, wanted, done)
        return done

    tried = in_each(place.gateways, one)
    untested = sorted(
        name
        for name, release in checked.releases.items()
        if release.product.kind is not Kind.FOUNDATION and (name, release.digest) not in passed
    )
    written = _report(place, tried, time.monotonic() - start) | {"untested": untested}
    workspace.write(root, {REPORT: json.dumps(written, indent=2) + "\n"})
    tried.must_be_whole()
    return tried.done


def _report(place: Place, tried: Tried[Published], seconds: float) -> dict[str, object]:
    parts = [report.as_data(each.plan, each.outcomes, {}, 0.0) for each in tried.done.values()]
    return report.merged(parts) | {
        "calls": dict(place.calls),
        "seconds": round(seconds, 3),
        "failed": {region: str(error) for region, error in tried.failed.items()},
    }
