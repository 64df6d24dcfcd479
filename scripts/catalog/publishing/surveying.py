"""Looking at a target and region, and planning: the half of publishing that writes nothing.

A survey is cheap when nothing changed: one GET of the index and GetResources 100 ARNs at a time.
Otherwise it looks at what changed, or at everything with `deep`, or when the index is lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cache

from catalog.aws import Gateways
from catalog.aws.finding import Question
from catalog.aws.observation import Observation, observe
from catalog.aws.preflight import unready
from catalog.errors import CatalogError
from catalog.model import PORTFOLIO_TAG, PRODUCT_TAG, Kind
from catalog.planning import desired as wanting
from catalog.planning import guarding, history, planning, quotas, unsharing, vouching
from catalog.planning import index as memory
from catalog.planning.desired import CatalogDigests, Wish
from catalog.planning.ids import Ids, former
from catalog.planning.index import Index, Lane
from catalog.planning.narrowing import narrowed
from catalog.planning.plans import Kept, Plan, Refusal
from catalog.publishing import ledger, restoring
from catalog.publishing.pasts import Origin
from catalog.publishing.restoring import Restored
from catalog.publishing.waiting import CONFIRMATION, Patience
from catalog.releases import records
from catalog.state import CatalogState
from catalog.world.looking import Watch, nodes_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Depth:
    """How far to look and to go.

    Args:
        deep: Compare everything and trust nothing.
        prune: Remove what is no longer here; that takes a look at everything too.
        unseen_ok: Take accounts that cannot be looked into as running nothing.
        watch: Looks who runs what before something is retired or pruned; None for the hub alone.
        origins: Regions that were published before; what lives there is brought here.
        patience: Before what is remembered and not found counts as gone.
    """

    deep: bool = False
    prune: bool = False
    unseen_ok: bool = False
    watch: Watch | None = None
    origins: tuple[Origin, ...] = ()
    patience: Patience = CONFIRMATION


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What was seen and what follows from it.

    Args:
        desired: The whole catalog as it should be, as far as it was looked at with versions.
        observed: What is, inside `scope`.
        ids: AWS ids of it.
        records: Release records of it.
        index: As read.
        etag: Of the index; None when there is none.
        scope: What was looked at; None for everything.
        goals: Digests to remember once things have converged.
        restored: What lives elsewhere and is made here.
        unready: What around the catalog would stop a publish; None when nothing would.
    """

    plan: Plan
    desired: CatalogState
    observed: CatalogState
    ids: Ids
    index: Index
    etag: str | None
    scope: frozenset[Lane] | None
    goals: Mapping[Lane, str]
    records: records.Versions = field(default_factory=dict)
    restored: Restored = restoring.NOTHING
    unready: CatalogError | None = None

    def kept(self) -> dict[Lane, tuple[str, ...]]:
        """Lane -> subjects of it that stay although they are no longer here."""
        subjects: dict[Lane, list[str]] = {}
        for kept in self.plan.kept:
            subjects.setdefault(kept.lane, []).append(kept.subject)
        return {lane: tuple(held) for lane, held in subjects.items()}


SHALLOW = Depth()


def survey(gateways: Gateways, wish: Wish, depth: Depth = SHALLOW) -> Survey:
    """Look, and plan. Writes nothing.

    Args:
        gateways: Of the wish's target, in one of its regions.
        wish: Manifests, releases, target.
        depth: How far to look.

    Raises:
        CatalogError: The catalog cannot be read, or it cannot be told what is ours.
    """
    stored = gateways.storage.read(ledger.KEY)
    index = memory.from_text(stored.text) if stored else None
    goals = _lanes(wanting.intents(wish))
    wanted = wanting.desired(wish)
    whole = index is None or depth.deep or depth.prune
    scope = None if index is None or whole else _scope(gateways, index, goals, wanted)
    seen = Survey(
        plan=_NOTHING,
        desired=wanted,
        observed=CatalogState(),
        ids=Ids(),
        index=index or Index(),
        etag=stored.etag if stored else None,
        scope=scope,
        goals=goals,
    )
    if scope == frozenset():
        nothing = planning.plan(seen.desired, seen.desired)
        return replace(seen, plan=replace(nothing, kept=tuple(_kept(seen))))
    question = Question(wanted=seen.desired, index=seen.index, scope=scope, patience=depth.patience)
    with ThreadPoolExecutor(1, "checks") as pool:
        checks = pool.submit(unready, gateways, wish.target, _roles(wish), wanted)
        observation = observe(gateways, question)
        looked = _narrowed(wish, scope)
        titles = {name: product.title for name, product in wanted.products.items()}
        owed = restoring.restored(
            looked, observation.state, gateways.storage, depth.origins, titles
        )
    seen = replace(seen, restored=owed)
    planned = _planned(gateways, wish, depth, seen, observation)
    return replace(planned, unready=checks.result())


def _narrowed(wish: Wish, scope: frozenset[Lane] | None) -> Wish:
    """The wish with the releases of what is looked at only."""
    if scope is None:
        return wish
    releases = tuple(r for r in wish.releases if ("product", r.product.name) in scope)
    return replace(wish, releases=releases)


def _roles(wish: Wish) -> set[str]:
    """Launch roles of everything that is in a catalog; an admin product may have none."""
    products = (r.product for r in wish.releases if r.product.kind is not Kind.FOUNDATION)
    return {product.launch_role for product in products if product.launch_role}


_NO_IDS = Ids()
_NOTHING = Plan(reach={}, homes={}, unchanged=0, observed="")


def _lanes(digests: CatalogDigests) -> dict[Lane, str]:
    return {
        **{("portfolio", name): digest for name, digest in digests.portfolios.items()},
        **{("product", name): digest for name, digest in digests.products.items()},
    }


def _scope(
    gateways: Gateways, index: Index, goals: Mapping[Lane, str], wanted: CatalogState
) -> frozenset[Lane]:
    """What differs from the index, and what the tagging API does not confirm.

    A portfolio that may be gone brings its products along: they would have to be put into a new
    one, constraints and all.
    """
    scope = {lane for lane, digest in goals.items() if not _converged(index, lane, digest)}
    believed = {lane: entry.arn for lane in goals.keys() - scope if (entry := index.entry(lane))}
    tags = gateways.tagging.tags(believed.values())
    key = {"portfolio": PORTFOLIO_TAG, "product": PRODUCT_TAG}
    unconfirmed = {
        (kind, name)
        for (kind, name), arn in believed.items()
        if tags.get(arn, {}).get(key[kind]) != name
    }
    members = {
        ("product", product)
        for kind, name in unconfirmed
        if kind == "portfolio"
        for product in wanted.portfolios[name].products
    }
    return frozenset(scope | unconfirmed | members)


def _converged(index: Index, lane: Lane, digest: str) -> bool:
    entry = index.entry(lane)
    return bool(entry and entry.id and entry.digest == digest)


def _planned(
    gateways: Gateways, wish: Wish, depth: Depth, seen: Survey, observation: Observation
) -> Survey:
    observed = vouching.vouched(observation.state, observation.records)
    published = vouching.as_released(observed, observation.records)
    owed = seen.restored
    whole = wanting.desired(wish, history.joined(published, owed.restorations))
    part = narrowed(whole, seen.scope)
    unsettled = {
        (name, node) for name, entry in seen.index.portfolios.items() for node in entry.unsettled
    }
    plan = planning.plan(
        part,
        observed,
        prune=depth.prune,
        unsettled=unsettled,
        unrecorded=tuple(vouching.unrecorded(wish.releases, observed, observation.records)),
        retired=wanting.retirements(wish, part),
        restored=owed.reasons,
        places=wanting.places(wish),
    )
    looked = seen.goals.keys() if seen.scope is None else seen.goals.keys() & seen.scope
    found = replace(
        seen,
        plan=plan,
        desired=whole,
        observed=observed,
        ids=observation.ids,
        records=observation.records,
    )
    refusals = (
        *plan.refusals,
        *owed.refusals,
        *_guarded(gateways, depth, found),
        *_contradicted(wish, observation, plan),
        *quotas.exceeded(whole, observed, wish.target.quotas),
    )
    plan = replace(
        plan,
        refusals=tuple(dict.fromkeys(refusals)),
        kept=(*plan.kept, *(_kept(seen, observation.ids) if seen.scope is not None else ())),
        reach={name: tuple(state.shares) for name, state in whole.portfolios.items()},
        homes=planning.homes(whole),
        unchanged=len(seen.goals) - len(looked & {action.lane for action in plan.actions}),
        deep=depth.deep,
        unseen_ok=depth.unseen_ok,
    )
    return replace(found, plan=plan)


def _contradicted(wish: Wish, observation: Observation, plan: Plan) -> Iterator[Refusal]:
    """Versions that are recorded with another content, unless they live and are refused for it."""
    said = {refusal.subject for refusal in plan.refusals}
    found = vouching.contradictions(wish.releases, observation.records)
    return (refusal for refusal in found if refusal.subject not in said)


def _guarded(gateways: Gateways, depth: Depth, seen: Survey) -> Iterator[Refusal]:
    """Who keeps something from being retired or pruned; nobody is asked when nothing would be."""
    dangers = guarding.endangered(seen.plan.actions, seen.observed)
    if dangers and depth.watch:
        nodes = nodes_of(seen.desired, seen.observed).union(_unasked(gateways, seen))
        fleet = depth.watch.look(seen.ids, nodes)
        losses = unsharing.losses(dangers, seen.observed, cache(depth.watch.members))
        yield from guarding.refusals(dangers, fleet, losses, unseen_ok=depth.unseen_ok)


def _unasked(gateways: Gateways, seen: Survey) -> Iterator[str]:
    """Whom portfolios are shared with beyond what a look at a part of the catalog tells."""
    for lane, identity in seen.ids.lanes.items():
        if lane[0] == "portfolio" and seen.scope is not None:
            yield from (node for node, _ in gateways.shares.list(identity.id, accounts=True))


def _kept(seen: Survey, ids: Ids = _NO_IDS) -> Iterator[Kept]:
    """What the index says of things outside the scope that are no longer here.

    Args:
        seen: With index and scope.
        ids: Of what was found: what only has another name now is still here.
    """
    scope = seen.scope or frozenset()
    renamed = former(seen.index, ids.lanes)
    for lane in seen.index.lanes():
        entry = seen.index.entry(lane)
        if lane in scope or lane in renamed or entry is None:
            continue
        subjects = entry.kept if lane in seen.goals else (" ".join(lane),)
        yield from (Kept(lane=lane, subject=subject) for subject in subjects)
