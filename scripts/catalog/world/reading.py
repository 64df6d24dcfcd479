"""Reading the release records of a region; each costs a GET."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from catalog.aws.recorded import released_as
from catalog.planning import index as memory
from catalog.planning.history import VersionKey
from catalog.publishing import ledger
from catalog.releases import records
from catalog.world.releases import Chronicle, Written

if TYPE_CHECKING:
    from catalog.aws import Gateways
    from catalog.aws.storage import Storage

WORKERS = 8


def chronicle(gateways: Gateways, region: str, product: str = "") -> Chronicle:
    """What a region's bucket tells of all versions, or of one product's.

    What was released under a former name is told under the name the product has now.

    Args:
        gateways: Of the region.
        region: Its name.
        product: Look at no other.
    """
    storage = gateways.storage
    stored = storage.read(ledger.KEY)
    index = memory.from_text(stored.text) if stored else None
    with ThreadPoolExecutor(WORKERS, "records") as pool:
        lying = _lying(gateways, index, pool)
        keys = sorted(key for key in lying if product in ("", key[0]))
        found = pool.map(lambda key: _written(storage, lying[key]), keys)
        written = dict(zip(keys, found, strict=True))
    return Chronicle(
        region=region,
        written={key: each for key, each in written.items() if each is not None},
        live=_live(index, product) if index or keys else frozenset(),
    )


def _lying(
    gateways: Gateways, index: memory.Index | None, pool: ThreadPoolExecutor
) -> dict[VersionKey, VersionKey]:
    """Version -> under which name and version its record lies."""
    listed = gateways.storage.list(records.FOLDER)
    own = {key: key for key in map(records.version_of, listed) if key}
    if index is None:
        return own
    unrecorded = set(memory.versions(index)) - own.keys()
    moved = released_as(gateways.storage, gateways.products, index, unrecorded, pool)
    return {key: old for key, old in own.items() if key not in moved.values()} | moved


def _live(index: memory.Index | None, product: str) -> frozenset[VersionKey] | None:
    return None if index is None else frozenset(memory.versions(index, product))


def _written(storage: Storage, key: VersionKey) -> Written | None:
    stored = storage.read(records.key(*key))
    if stored is None:
        return None  # removed since it was listed
    since = (datetime.now(UTC) - stored.age).date()
    return Written(record=records.parse(stored.text), since=since)
