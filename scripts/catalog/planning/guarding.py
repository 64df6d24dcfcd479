"""What a plan would take away from those who still use it. Pure.

Deprecating is always allowed: what runs may still be updated to a deprecated version. An inactive
version can be neither launched nor updated to, and a removed one is gone.

Where a share is taken back, and no other brings the product there, what runs can no longer be
updated.

A project from an S3 template is updated to what lies under its product's one address. Making a
version inactive takes nothing from it that deprecating does not; pruning takes the address away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from catalog.planning.actions import (
    AnyAction,
    Disassociate,
    RemoveProduct,
    RemoveShare,
    UpdateVersion,
)
from catalog.planning.plans import Refusal
from catalog.planning.unsharing import Loss
from catalog.state import CatalogState
from catalog.world.fleet import Door, Fleet, Running, Unseen, some

_NOTHING: Mapping[str, Loss] = {}


def endangered(actions: Iterable[AnyAction], observed: CatalogState) -> tuple[AnyAction, ...]:
    """The actions that retire or prune something somebody may run.

    Args:
        actions: Of a plan.
        observed: What is live: what is inactive already is not retired again.
    """
    return tuple(action for action in actions if _takes_away(action, observed))


def refusals(
    dangers: Iterable[AnyAction],
    fleet: Fleet,
    losses: Mapping[str, Loss] = _NOTHING,
    *,
    unseen_ok: bool,
) -> Iterator[Refusal]:
    """Why they may not be done.

    Args:
        dangers: From `endangered`.
        fleet: Who runs what.
        losses: Subject of each share among them -> what is lost with it.
        unseen_ok: Whether what was not seen counts as running nothing; somebody said so.
    """
    for action in dangers:
        if running := _harmed(action, fleet, losses):
            yield Refusal(
                subject=action.subject,
                reason=f"it would be {_end(action)}, but {_used(action)} by {some(running)}",
                remedy=f"{_first(action)} their owners update or end them; "
                f"`{_listing(action)}` lists them all.",
            )
        unseen = _unseen(action, fleet, losses)
        if unseen and not unseen_ok:
            yield Refusal(
                subject=action.subject,
                reason=f"it would be {_end(action)}, but perhaps somebody runs it where it cannot "
                f"be seen: {some(unseen)}",
                remedy="Give those accounts the reader role, or ask their owners and take it on "
                "yourself with --unseen-ok.",
            )


def _takes_away(action: AnyAction, observed: CatalogState) -> bool:
    if not isinstance(action, UpdateVersion):
        return isinstance(action, Disassociate | RemoveProduct | RemoveShare)
    product = observed.products.get(action.product)
    live = product.versions.get(action.version) if product else None
    return live is not None and live.active and not action.artifact.active


def _harmed(action: AnyAction, fleet: Fleet, losses: Mapping[str, Loss]) -> tuple[Running, ...]:
    """What runs of a product that is pruned, by whichever door, or of a version that is retired."""
    if isinstance(action, RemoveShare):
        lost = losses[action.subject].accounts
        return tuple(
            each
            for each in fleet.running
            if each.door is Door.SERVICE_CATALOG and each.account in lost.get(each.product, ())
        )
    if not isinstance(action, UpdateVersion):
        return fleet.of(action.lane[1])
    found = fleet.of(action.product, {action.version})
    return tuple(each for each in found if each.door is Door.SERVICE_CATALOG)


def _unseen(action: AnyAction, fleet: Fleet, losses: Mapping[str, Loss]) -> tuple[Unseen, ...]:
    """Where somebody perhaps runs it; projects from S3 need neither a version nor a share."""
    if isinstance(action, RemoveShare):
        loss = losses[action.subject]
        lost = frozenset[str]().union(*loss.accounts.values())
        asked = lost | {action.node} if loss.accounts else lost
        return tuple(each for each in fleet.unseen if each.where in asked)
    return fleet.unseen if isinstance(action, UpdateVersion) else (*fleet.unseen, *fleet.partly)


def _used(action: AnyAction) -> str:
    return "is needed" if isinstance(action, RemoveShare) else "is run"


def _first(action: AnyAction) -> str:
    """A share that takes another's place counts once it is there: new ones may fail."""
    if isinstance(action, RemoveShare):
        return "Publish without --prune first, if another share is to take its place; or let"
    return "Let"


def _listing(action: AnyAction) -> str:
    return "catalog fleet" if isinstance(action, RemoveShare) else f"catalog fleet {action.lane[1]}"


def _end(action: AnyAction) -> str:
    if isinstance(action, RemoveShare):
        return "taken back"
    return "made inactive" if isinstance(action, UpdateVersion) else "removed"
