"""Bringing one target and region to what the repository says.

    gateways = aws.connect(target, region, endpoint=…, credentials=…)
    seen = surveying.survey(gateways, wish)      # reads only; `seen.plan` is what would be done
    done = publisher.publish(gateways, wish)     # does it; `report.as_data(...)` tells

A publish that has something to do asks for approval, takes the lock, marks what it is about to
touch as unconverged in the index (a conditional write, refused when another publisher was there in
between), and only then begins. Killed after any call and run again, it ends in the same state.
"""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace

from catalog.aws import Gateways
from catalog.errors import Refused, StalePlan
from catalog.planning import vouching
from catalog.planning.actions import CreateShare, UpdateShare
from catalog.planning.desired import Wish
from catalog.planning.ids import Identity, former
from catalog.planning.index import Entry, Index, Lane
from catalog.planning.plans import Plan
from catalog.publishing import locking, packing
from catalog.publishing.applying import WORKERS, Outcome, Tell, apply, failures
from catalog.publishing.desk import Desk
from catalog.publishing.ledger import Ledger
from catalog.publishing.locking import Lock
from catalog.publishing.shipping import offer
from catalog.publishing.surveying import SHALLOW, Depth, Survey, survey
from catalog.publishing.uploading import Uploads
from catalog.publishing.waiting import CONSISTENCY, SHARING, Patience
from catalog.targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What a publish did; `survey` is the one that was applied."""

    survey: Survey
    outcomes: tuple[Outcome, ...] = ()

    @property
    def plan(self) -> Plan:
        """What was to be done."""
        return self.survey.plan

    @property
    def failed(self) -> bool:
        """Whether anything failed or was not tried."""
        return any(failures(self.outcomes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How to publish.

    Args:
        depth: How far to look and to go.
        approved: A plan made before; nothing but exactly that is done, as deep as it was made.
        passed: (product, digest) of every passing taskcat record; None when none is demanded.
        workers: Products worked on at the same time.
        patience: For things just made to be seen.
        share_patience: For a share to reach its accounts.
    """

    depth: Depth = SHALLOW
    approved: Plan | None = None
    passed: Collection[tuple[str, str]] | None = None
    workers: int = WORKERS
    patience: Patience = CONSISTENCY
    share_patience: Patience = SHARING

    @property
    def reach(self) -> Depth:
        """How far to look and to go: as an approved plan did, or as asked."""
        plan = self.approved
        if plan is None:
            return self.depth
        return replace(self.depth, deep=plan.deep, prune=plan.prune, unseen_ok=plan.unseen_ok)


DEFAULT = Manner()


def publish(
    gateways: Gateways,
    wish: Wish,
    manner: Manner = DEFAULT,
    *,
    approve: Callable[[Plan], None] = lambda _: None,
    tell: Tell = lambda _: None,
) -> Published:
    """Publish.

    Args:
        gateways: Of the wish's target, in one of its regions.
        wish: Manifests, releases, target.
        manner: How.
        approve: Sees the plan before the first write; raises to stop.
        tell: Hears every outcome as it comes, from any thread.

    Raises:
        Refused: The plan cannot be applied: an immutable version, a quota, a missing test record;
            or somebody else publishes here.
        StalePlan: The catalog or the repository moved since the approved plan was made.
        Locked: Another publisher is at work.
        EnvironmentFault: Account, roles, organization or bucket are not ready.
    """
    seen = survey(gateways, wish, manner.reach)
    _must_apply(seen.plan, wish, manner)
    if not seen.plan.actions and _remembered(seen, Desk.blank(gateways, seen), ()) == seen.index:
        return Published(survey=seen)
    if seen.unready is not None:
        raise seen.unready
    _must_be_publisher(gateways, wish.target)
    if seen.plan.actions:
        approve(seen.plan)
    bucket = gateways.storage.bucket
    if seen.etag is None:
        bucket.create()
    with (
        ThreadPoolExecutor(1, "bucket") as background,
        locking.held(
            gateways.storage, _owner(), secrets.token_hex(8), first=seen.etag is None
        ) as lock,
    ):
        secured = background.submit(
            lambda: bucket.secure(gateways.surroundings.organization(), wish.target.publisher)
        )
        published = _applied(gateways, wish, manner, seen, tell, lock, secured)
        secured.result()
        return published


def _must_be_publisher(gateways: Gateways, target: Target) -> None:
    """Leave publishing to the one role that may, where the target names it."""
    if not target.publisher:
        return
    caller = gateways.surroundings.caller()
    if caller.role != target.publisher:
        raise Refused(
            f"Only the role {target.publisher} publishes to target {target.name}; "
            f"you are {caller.arn}.",
            "Merge your change: the hub's pipeline publishes what was reviewed.",
        )


def _owner() -> str:
    """Who publishes, for the one who is kept out meanwhile; no secret."""
    return f"process {os.getpid()} on {socket.gethostname()}"


def _must_apply(plan: Plan, wish: Wish, manner: Manner) -> None:
    if plan.refusals:
        reasons = map(str, plan.refusals)
        remedies = dict.fromkeys(refusal.remedy for refusal in plan.refusals)
        if wish.target.embedded:
            remedies["Here `make local-reset` forgets what was published: it is a rehearsal."] = (
                None
            )
        raise Refused("This cannot be published.\n  " + "\n  ".join(reasons), "\n  ".join(remedies))
    approved = manner.approved
    if approved is not None and approved.observed != plan.observed:
        raise StalePlan("The catalog moved since the plan was made.", "Make a new plan.")
    if approved is not None and approved != plan:
        raise StalePlan(
            "The plan is not what this repository would publish now.",
            "Check out the commit it was made from, or make a new plan.",
        )
    if manner.passed is not None:
        new = set(packing.released(plan))
        released = [r for r in wish.releases if (r.product.name, r.version) in new]
        if untested := vouching.untested(released, manner.passed):
            names = ", ".join(f"{r.product.name} {r.version}" for r in untested)
            raise Refused(
                f"Not tested with exactly this content: {names}.",
                "Run `make taskcat` for them first (PRODUCT=), or publish with --untested.",
            )


def _applied(
    gateways: Gateways,
    wish: Wish,
    manner: Manner,
    seen: Survey,
    tell: Tell,
    lock: Lock,
    secured: Future[None],
) -> Published:
    """Apply under the lock, remembering what converged as it does."""
    plan, storage = seen.plan, gateways.storage
    packer = packing.packer(wish, seen.restored, plan)
    with (
        Ledger(storage, seen.index, seen.etag) as book,
        Uploads(storage, packer, packing.shipped(plan), manner.workers) as uploads,
    ):
        desk = replace(
            Desk.blank(gateways, seen),
            uploads=uploads,
            secured=secured,
            offer=lambda product: offer(wish.release_of(product), wish.buckets),
            patience=manner.patience,
            share_patience=manner.share_patience,
        )
        touched = {action.lane for action in plan.actions}
        book.note({lane: replace(desk.remembered(lane), digest="") for lane in touched})
        if not lock.first:  # on the first run there is no index: whatever happens, all is looked at
            book.flush()

        kept = seen.kept()

        def done(lane: Lane) -> None:
            if lane in desk.identities:
                finished = lane[0] == "product" and lane in seen.goals
                book.note({lane: _entry(seen, desk, lane, kept, converged=finished)})

        outcomes = apply(plan, desk, workers=manner.workers, tell=tell, check=lock.check, done=done)
        remembered = _remembered(seen, desk, outcomes)
        lanes = {*seen.index.lanes(), *remembered.lanes(), *touched}
        book.note({lane: remembered.entry(lane) for lane in lanes})
    return Published(survey=seen, outcomes=outcomes)


def _remembered(seen: Survey, desk: Desk, outcomes: Collection[Outcome]) -> Index:
    """The index after a run: what was looked at, with its digest where nothing failed."""
    failed = {outcome.action.lane for outcome in failures(outcomes)}
    unsettled = _unsettled(outcomes)
    kept = seen.kept()
    entries: dict[Lane, Entry | None] = {}
    looked = {*seen.goals, *seen.index.lanes(), *desk.identities}
    for lane in looked if seen.scope is None else looked & seen.scope:
        if lane in desk.identities:
            entry = _entry(seen, desk, lane, kept, converged=lane not in failed)
            entries[lane] = replace(entry, unsettled=unsettled.get(lane, ()))
        elif lane in failed:
            entries[lane] = replace(desk.remembered(lane), digest="")
        else:
            entries[lane] = None
    forgotten: dict[Lane, Entry | None] = dict.fromkeys(former(seen.index, desk.identities))
    return seen.index.with_entries(forgotten | entries)


def _unsettled(outcomes: Collection[Outcome]) -> dict[Lane, tuple[str, ...]]:
    """Portfolio -> organization nodes that a share did not fully reach."""
    nodes: dict[Lane, tuple[str, ...]] = {}
    for outcome in failures(outcomes):
        action = outcome.action
        if isinstance(action, CreateShare | UpdateShare):
            nodes[action.lane] = (*nodes.get(action.lane, ()), action.node)
    return nodes


def _entry(
    seen: Survey, desk: Desk, lane: Lane, kept: Mapping[Lane, tuple[str, ...]], *, converged: bool
) -> Entry:
    identity: Identity = desk.identities[lane]
    kind, name = lane
    return Entry(
        id=identity.id,
        arn=identity.arn,
        digest=seen.goals.get(lane, "") if converged else "",
        versions=dict(desk.versions.get(name, {})) if kind == "product" else {},
        kept=kept.get(lane, ()),
    )
