"""What a plan ships to the artifact bucket, and how each version of it is packed. Pure."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

from catalog.model import Release
from catalog.planning.actions import CreateProduct, CreateVersion, RecordVersion
from catalog.planning.desired import Wish
from catalog.planning.history import VersionKey
from catalog.planning.plans import Plan
from catalog.publishing.shipping import Shipment, shipment

if TYPE_CHECKING:
    from catalog.publishing.restoring import Restored


def released(plan: Plan) -> tuple[VersionKey, ...]:
    """The versions that the plan creates, in the order in which it does."""
    creations = (a for a in plan.actions if isinstance(a, CreateProduct | CreateVersion))
    return tuple(dict.fromkeys((each.product, each.version) for each in creations))


def shipped(plan: Plan) -> tuple[VersionKey, ...]:
    """Those, and the versions whose release is put in place again."""
    return (*released(plan), *_again(plan))


def packer(wish: Wish, restored: Restored, plan: Plan) -> Callable[[VersionKey], Shipment]:
    """Packs current releases as of today, restored ones as of the day of their record.

    Of what is put in place again nobody knows the day any more.
    """
    dated: dict[VersionKey, tuple[Release, date | None]] = {
        (each.product.name, each.version): (each, wish.today) for each in wish.releases
    }
    dated |= {key: (dated[key][0], None) for key in _again(plan)}
    for one in restored.restorations:
        dated[one.key] = restored.releases[one.key], one.record.released

    def pack(version: VersionKey) -> Shipment:
        release, released_on = dated[version]
        return shipment(release, wish.buckets, released_on)

    return pack


def _again(plan: Plan) -> list[VersionKey]:
    return [(a.product, a.version) for a in plan.actions if isinstance(a, RecordVersion)]
