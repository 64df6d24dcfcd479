"""What a plan would take away from those who still use it. Pure.

Deprecating is always allowed: what runs may still be updated to a deprecated version. An inactive
version can be neither launched nor updated to, and a removed one is gone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from catalog.planning.actions import AnyAction, Disassociate, RemoveProduct, UpdateVersion
from catalog.planning.plans import Refusal
from catalog.state import CatalogState
from catalog.world.fleet import Fleet, some


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
        unseen_ok: Whether accounts that were not seen count as running nothing; somebody said so.
    """
    for action in dangers:
        versions = {action.version} if isinstance(action, UpdateVersion) else None
        if running := fleet.of(action.lane[1], versions):
            yield Refusal(
                subject=action.subject,
                reason=f"it would be {_end(action)}, but is run by {some(running)}",
                remedy=f"Let their owners update or end them; `catalog fleet {action.lane[1]}` "
                "lists them all.",
            )
        if fleet.unseen and not unseen_ok:
            yield Refusal(
                subject=action.subject,
                reason=f"it would be {_end(action)}, but perhaps somebody runs it where it cannot "
                f"be seen: {some(fleet.unseen)}",
                remedy="Give those accounts the reader role, or ask their owners and take it on "
                "yourself with --unseen-ok.",
            )


def _takes_away(action: AnyAction, observed: CatalogState) -> bool:
    if not isinstance(action, UpdateVersion):
        return isinstance(action, Disassociate | RemoveProduct)
    product = observed.products.get(action.product)
    live = product.versions.get(action.version) if product else None
    return live is not None and live.active and not action.artifact.active


def _end(action: AnyAction) -> str:
    return "made inactive" if isinstance(action, UpdateVersion) else "removed"
