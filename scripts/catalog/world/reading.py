"""Reading the release records of a region; each costs a GET."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from catalog.planning import index as memory
from catalog.planning.history import VersionKey
from catalog.publishing import ledger
from catalog.releases import records
from catalog.world.releases import Chronicle, Written

if TYPE_CHECKING:
    from catalog.aws.storage import Storage

WORKERS = 8


def chronicle(storage: Storage, region: str, product: str = "") -> Chronicle:
    """What a region's bucket tells of all versions, or of one product's.

    Args:
        storage: The artifact bucket of the region.
        region: Its name.
        product: Look at no other.
    """
    stored = storage.read(ledger.KEY)
    index = memory.from_text(stored.text) if stored else None
    folder = f"{records.FOLDER}{product}/" if product else records.FOLDER
    keys = sorted(filter(None, map(records.version_of, storage.list(folder))))
    with ThreadPoolExecutor(WORKERS, "records") as pool:
        written = dict(zip(keys, pool.map(lambda key: _written(storage, key), keys), strict=True))
    return Chronicle(
        region=region,
        written={key: each for key, each in written.items() if each is not None},
        live=_live(index, product) if index or keys else frozenset(),
    )


def _live(index: memory.Index | None, product: str) -> frozenset[VersionKey] | None:
    return None if index is None else frozenset(memory.versions(index, product))


def _written(storage: Storage, key: VersionKey) -> Written | None:
    stored = storage.read(records.key(*key))
    if stored is None:
        return None  # removed since it was listed
    since = (datetime.now(UTC) - stored.age).date()
    return Written(record=records.parse(stored.text), since=since)
