"""The difference of two catalogs as an ordered list of actions with reasons. Pure.

    plan(desired, observed) -> Plan

Order: portfolios, then product by product (metadata, versions, associations, constraints, S3
template), then principals, then shares, and removals last. The highest version of a product is
created last, because SageMaker takes the newest artifact when a project names none (CreateProject,
`ProvisioningArtifactId`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from catalog.planning import lifecycle, offering
from catalog.planning.actions import (
    AddPrincipal,
    AnyAction,
    Associate,
    CreateConstraint,
    CreatePortfolio,
    CreateProduct,
    CreateShare,
    CreateVersion,
    RecordVersion,
    UpdateConstraint,
    UpdatePortfolio,
    UpdateProduct,
    UpdateShare,
    UpdateVersion,
)
from catalog.planning.differences import (
    changes,
    constraint_changes,
    setting,
    version_changes,
)
from catalog.planning.plans import Kept, Plan
from catalog.planning.refusing import refusals
from catalog.planning.removing import leftovers, wholes
from catalog.planning.tokens import digest
from catalog.state import (
    Artifact,
    CatalogState,
    Constraint,
    ConstraintKind,
    PortfolioState,
    ProductState,
    Share,
)

_NEW = "new"
_UNTOLD: Mapping[tuple[str, str], str] = {}
_NOWHERE: Mapping[str, str] = {}
_NO_PORTFOLIO = PortfolioState(title="", provider="", summary="", tags={})
_METADATA = (
    "title",
    "owner",
    "summary",
    "distributor",
    "support_description",
    "support_email",
    "support_url",
    "tags",
)


def plan(
    desired: CatalogState,
    observed: CatalogState,
    *,
    prune: bool = False,
    unsettled: Collection[tuple[str, str]] = (),
    unrecorded: Collection[tuple[str, str]] = (),
    retired: Mapping[tuple[str, str], str] = _UNTOLD,
    restored: Mapping[tuple[str, str], str] = _UNTOLD,
    places: Mapping[str, str] = _NOWHERE,
) -> Plan:
    """Compare two catalogs.

    Args:
        desired: What should be; its versions include those published (`desired.desired`).
        observed: What is.
        prune: Whether what is no longer desired is removed instead of kept.
        unsettled: (portfolio, node) of shares that did not reach every account the last time.
        unrecorded: (product, version) of what lives as it is built here, without a release record.
        retired: (product, version) -> why a lifecycle rule retires it, for the reader.
        restored: (product, version) -> where it lives already, for the reader.
        places: Product -> where its version is written, for the reader.
    """
    gone = tuple(leftovers(desired, observed))
    actions = (
        *_portfolios(desired, observed),
        *_products(desired, observed, retired, restored),
        *_records(unrecorded),
        *_principals(desired, observed),
        *_shares(desired, observed, unsettled),
        *(gone if prune else ()),
    )
    touched = {action.lane for action in actions}
    lanes = {("portfolio", name) for name in desired.portfolios}
    lanes |= {("product", name) for name in desired.products}
    return Plan(
        actions=actions,
        kept=() if prune else tuple(Kept(lane=r.lane, subject=r.subject) for r in wholes(gone)),
        refusals=tuple(refusals(desired, observed, places)),
        reach={name: tuple(state.shares) for name, state in desired.portfolios.items()},
        homes=homes(desired),
        unchanged=len(lanes - touched),
        observed=digest(observed),
        prune=prune,
    )


# --- portfolios -------------------------------------------------------------------------------


def _portfolios(desired: CatalogState, observed: CatalogState) -> Iterator[AnyAction]:
    for name, want in desired.portfolios.items():
        have = observed.portfolios.get(name)
        bare = replace(
            want, products=frozenset(), constraints={}, principals=frozenset(), shares={}
        )
        if have is None:
            yield CreatePortfolio(portfolio=name, state=bare, reason=_NEW)
        elif differing := changes(want, have, ("title", "provider", "summary", "tags")):
            yield UpdatePortfolio(
                portfolio=name,
                state=bare,
                removed_tags=tuple(sorted(have.tags.keys() - want.tags.keys())),
                reason=differing,
            )


def _principals(desired: CatalogState, observed: CatalogState) -> Iterator[AnyAction]:
    for name, want in desired.portfolios.items():
        have = observed.portfolios.get(name, _NO_PORTFOLIO)
        for principal in sorted(want.principals - have.principals):
            yield AddPrincipal(portfolio=name, principal=principal, reason=_NEW)


def _shares(
    desired: CatalogState, observed: CatalogState, unsettled: Collection[tuple[str, str]]
) -> Iterator[AnyAction]:
    for name, want in desired.portfolios.items():
        have = observed.portfolios.get(name, _NO_PORTFOLIO)
        for node, share in want.shares.items():
            live = have.shares.get(node)
            if live is None:
                reason = f"not shared yet; {_flags(share)}"
                yield CreateShare(portfolio=name, node=node, share=share, reason=reason)
            elif live != share:
                reason = changes(share, live, ("principals", "tag_options"))
                yield UpdateShare(portfolio=name, node=node, share=share, reason=reason)
            elif (name, node) in unsettled:
                reason = "did not reach every account the last time"
                yield UpdateShare(portfolio=name, node=node, share=share, reason=reason)


def _flags(share: Share) -> str:
    principals = "with" if share.principals else "without"
    options = "with" if share.tag_options else "without"
    return f"{principals} principals, {options} tag options"


# --- products ---------------------------------------------------------------------------------


def _products(
    desired: CatalogState,
    observed: CatalogState,
    retired: Mapping[tuple[str, str], str],
    restored: Mapping[tuple[str, str], str],
) -> Iterator[AnyAction]:
    members = homes(desired)
    for name, want in desired.products.items():
        have = observed.products.get(name)
        live = dict(have.versions) if have else {}
        yield from _product(name, want, have, live, restored)
        yield from _retirements(name, want, live, retired)
        for portfolio in members[name]:
            held = observed.portfolios.get(portfolio, _NO_PORTFOLIO)
            yield from _membership(name, portfolio, desired.portfolios[portfolio], held)
        template, offered = desired.templates.get(name), observed.templates.get(name)
        if template and live[template.version].digest != template.digest:
            continue  # refused below: it is somebody else's version
        closing = ""
        if offered and offering.closed(want, offered):
            closing = retired.get((name, offered.version)) or "the product is not for Studio"
        yield from offering.offers(name, template, offered, closing)


def homes(desired: CatalogState) -> dict[str, tuple[str, ...]]:
    """Product -> portfolios that list it."""
    members: dict[str, list[str]] = {name: [] for name in desired.products}
    for portfolio, state in desired.portfolios.items():
        for product in state.products:
            members[product].append(portfolio)
    return {name: tuple(sorted(portfolios)) for name, portfolios in members.items()}


def _product(
    name: str,
    want: ProductState,
    have: ProductState | None,
    live: dict[str, Artifact],
    restored: Mapping[tuple[str, str], str],
) -> Iterator[AnyAction]:
    """Metadata and new versions; `live` learns what is created."""
    bare = replace(want, versions={})
    missing = sorted(want.versions.keys() - live.keys(), key=_rank)
    if have is None:
        first, *missing = missing
        artifact = live[first] = _born(want.versions[first])
        state = replace(want, versions={first: artifact})
        why = restored.get((name, first))
        reason = f"{_NEW}; version {first} {why}" if why else _NEW
        yield CreateProduct(product=name, version=first, state=state, reason=reason)
    elif differing := changes(want, have, _METADATA):
        removed = tuple(sorted(have.tags.keys() - want.tags.keys()))
        yield UpdateProduct(product=name, state=bare, removed_tags=removed, reason=differing)
    for version in missing:
        artifact = live[version] = _born(want.versions[version])
        reason = restored.get((name, version)) or f"new, digest {artifact.digest[:12]}"
        yield CreateVersion(product=name, version=version, artifact=artifact, reason=reason)


def _retirements(
    name: str,
    want: ProductState,
    live: Mapping[str, Artifact],
    retired: Mapping[tuple[str, str], str],
) -> Iterator[AnyAction]:
    for version, artifact in want.versions.items():
        if artifact.digest != live[version].digest:
            continue  # refused below: it is somebody else's version
        why = retired.get((name, version), "")
        if differing := version_changes(artifact, live[version], why):
            yield UpdateVersion(product=name, version=version, artifact=artifact, reason=differing)


def _records(unrecorded: Iterable[tuple[str, str]]) -> Iterator[AnyAction]:
    reason = "its release record is gone"
    for product, version in sorted(unrecorded):
        yield RecordVersion(product=product, version=version, reason=reason)


def _born(artifact: Artifact) -> Artifact:
    """As the service makes it: neither Guidance nor Active can be given at creation."""
    return replace(artifact, deprecated=False, active=True)


def _rank(version: str) -> tuple[bool, object]:
    parsed = lifecycle.parsed(version)
    return (True, parsed) if parsed else (False, version)


def _membership(
    product: str, portfolio: str, want: PortfolioState, have: PortfolioState
) -> Iterator[AnyAction]:
    if product not in have.products:
        yield Associate(product=product, portfolio=portfolio, reason=_NEW)
    live = have.constraints.get(product, {})
    for kind, constraint in sorted(want.constraints.get(product, {}).items()):
        lane = (product, portfolio, kind)
        if kind not in live:
            yield _constrain(CreateConstraint, lane, constraint, setting(kind, constraint))
        elif differing := constraint_changes(kind, constraint, live[kind]):
            yield _constrain(UpdateConstraint, lane, constraint, differing)


def _constrain(
    verb: type[CreateConstraint] | type[UpdateConstraint],
    lane: tuple[str, str, ConstraintKind],
    constraint: Constraint,
    reason: str,
) -> AnyAction:
    product, portfolio, kind = lane
    return verb(
        product=product, portfolio=portfolio, type=kind, constraint=constraint, reason=reason
    )
