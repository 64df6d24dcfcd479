"""What a plan would take away from those who still use it. Pure.

Deprecating is always allowed: what runs may still be updated to a deprecated version. An inactive
version can be neither launched nor updated to, and a removed one is gone.

A project from an S3 template is updated to what lies under its product's one address. Making a
version inactive takes nothing from it that deprecating does not; pruning takes the address away.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from catalog.planning.actions import AnyAction, Disassociate, RemoveProduct, UpdateVersion
from catalog.planning.plans import Refusal
from catalog.state import CatalogState
from catalog.world.fleet import Door, Fleet, Running, some


def endangered(actions: Iterable[AnyAction], observed: CatalogState) -> tuple[AnyAction, ...]:
    """The actions that retire or prune something somebody may run.

    Args:
        actions: Of a plan.
        observed: What is live: what is inactive already is not retired again.
    """
    return tuple(action for action in actions if _takes_away(action, observed))


def refusals(dangers: Iterable[AnyAction], fleet: Fleet, *, unseen_ok: bool) -> Iterator[Refusal]:
    """Why they may not be done.

    Args:
        dangers: From `endangered`.
        fleet: Who runs what.
        unseen_ok: Whether what was not seen counts as running nothing; somebody said so.
    """
    for action in dangers:
        if running := _harmed(action, fleet):
            yield Refusal(
                subject=action.subject,
                reason=f"it would be {_end(action)}, but is run by {some(running)}",
                remedy=f"Let their owners update or end them; `catalog fleet {action.lane[1]}` "
                "lists them all.",
            )
        unseen = fleet.unseen if _retires(action) else (*fleet.unseen, *fleet.partly)
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
        return isinstance(action, Disassociate | RemoveProduct)
    product = observed.products.get(action.product)
    live = product.versions.get(action.version) if product else None
    return live is not None and live.active and not action.artifact.active


def _harmed(action: AnyAction, fleet: Fleet) -> tuple[Running, ...]:
    """What runs of a product that is pruned, by whichever door, or of a version that is retired."""
    if not isinstance(action, UpdateVersion):
        return fleet.of(action.lane[1])
    found = fleet.of(action.product, {action.version})
    return tuple(each for each in found if each.door is Door.SERVICE_CATALOG)


def _retires(action: AnyAction) -> bool:
    return isinstance(action, UpdateVersion)


def _end(action: AnyAction) -> str:
    return "made inactive" if _retires(action) else "removed"
