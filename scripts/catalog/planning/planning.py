"""The difference of two catalogs as an ordered list of actions with reasons. Pure.

    plan(desired, observed) -> Plan

Order: portfolios, then product by product (metadata, versions, associations, constraints), then
principals, then shares, and removals last. The highest version of a product is created last,
because SageMaker takes the newest artifact when a project names none (CreateProject,
`ProvisioningArtifactId`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from catalog.planning import lifecycle
from catalog.planning.actions import (
    AddPrincipal,
    AnyAction,
    Associate,
    CreateConstraint,
    CreatePortfolio,
    CreateProduct,
    CreateShare,
    CreateVersion,
    UpdateConstraint,
    UpdatePortfolio,
    UpdateProduct,
    UpdateShare,
    UpdateVersion,
)
from catalog.planning.differences import changes
from catalog.planning.plans import Kept, Plan, Refusal
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

_NEW = "not published yet"
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
) -> Plan:
    """Compare two catalogs.

    Args:
        desired: What should be; its versions include those published (`desired.desired`).
        observed: What is.
        prune: Whether what is no longer desired is removed instead of kept.
        unsettled: (portfolio, node) of shares that did not reach every account the last time.
    """
    gone = tuple(leftovers(desired, observed))
    actions = (
        *_portfolios(desired, observed),
        *_products(desired, observed),
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
        refusals=tuple(_refusals(desired, observed)),
        reach={name: tuple(state.shares) for name, state in desired.portfolios.items()},
        homes=homes(desired),
        unchanged=len(lanes - touched),
        observed=digest(observed),
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
            reason = "may launch from it, says the manifest; may not yet"
            yield AddPrincipal(portfolio=name, principal=principal, reason=reason)


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


def _products(desired: CatalogState, observed: CatalogState) -> Iterator[AnyAction]:
    members = homes(desired)
    for name, want in desired.products.items():
        yield from _product(name, want, observed.products.get(name))
        for portfolio in members[name]:
            have = observed.portfolios.get(portfolio, _NO_PORTFOLIO)
            yield from _membership(name, portfolio, desired.portfolios[portfolio], have)


def homes(desired: CatalogState) -> dict[str, tuple[str, ...]]:
    """Product -> portfolios that list it."""
    members: dict[str, list[str]] = {name: [] for name in desired.products}
    for portfolio, state in desired.portfolios.items():
        for product in state.products:
            members[product].append(portfolio)
    return {name: tuple(sorted(portfolios)) for name, portfolios in members.items()}


def _product(name: str, want: ProductState, have: ProductState | None) -> Iterator[AnyAction]:
    bare = replace(want, versions={})
    missing = sorted(want.versions.keys() - (have.versions.keys() if have else ()), key=_rank)
    live = dict(have.versions) if have else {}
    if have is None:
        first, *missing = missing
        artifact = live[first] = _born(want.versions[first])
        state = replace(want, versions={first: artifact})
        yield CreateProduct(product=name, version=first, state=state, reason=_NEW)
    elif differing := changes(want, have, _METADATA):
        removed = tuple(sorted(have.tags.keys() - want.tags.keys()))
        yield UpdateProduct(product=name, state=bare, removed_tags=removed, reason=differing)
    for version in missing:
        artifact = live[version] = _born(want.versions[version])
        reason = f"released here, not published yet; digest {artifact.digest[:12]}"
        yield CreateVersion(product=name, version=version, artifact=artifact, reason=reason)
    for version, artifact in want.versions.items():
        if artifact.digest != live[version].digest:
            continue  # refused below: it is somebody else's version
        if differing := changes(artifact, live[version], ("description", "deprecated", "active")):
            yield UpdateVersion(product=name, version=version, artifact=artifact, reason=differing)


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
        yield Associate(product=product, portfolio=portfolio, reason="listed in the portfolio")
    live = have.constraints.get(product, {})
    for kind, constraint in sorted(want.constraints.get(product, {}).items()):
        lane = (product, portfolio, kind)
        if kind not in live:
            yield _constrain(
                CreateConstraint, lane, constraint, f"missing: {constraint.parameters}"
            )
        elif differing := changes(constraint, live[kind], ("parameters", "description")):
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


def _refusals(desired: CatalogState, observed: CatalogState) -> Iterator[Refusal]:
    for name, want in desired.products.items():
        have = observed.products.get(name)
        published = have.versions if have else {}
        highest = max((v for v in map(lifecycle.parsed, published) if v), default=None)
        for version, artifact in want.versions.items():
            subject = f"version {version} of {name}"
            live, own = published.get(version), lifecycle.parsed(version)
            if live is not None and live.digest != artifact.digest:
                yield Refusal(subject=subject, reason=_other(artifact, live), remedy=_BUMP)
            elif live is None and own and highest and own < highest:
                reason = f"it is below {highest}, which is published already"
                yield Refusal(subject=subject, reason=reason, remedy=_BUMP)


_BUMP = "A version is for ever: raise `version` in product.yaml above the highest published one."


def _other(own: Artifact, live: Artifact) -> str:
    if not live.digest:
        return "it is published, but nothing tells with which content: it was made by hand"
    return f"it is published with digest {live.digest[:12]}, here it has {own.digest[:12]}"
