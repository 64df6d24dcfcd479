"""Reading the past of regions that were published before; nothing is written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.aws.identification import former_name
from catalog.aws.recorded import released_as
from catalog.model import PRODUCT_TAG
from catalog.planning import index as memory
from catalog.planning.history import Past, VersionKey
from catalog.planning.index import Index
from catalog.planning.lifecycle import parsed
from catalog.publishing import ledger
from catalog.releases import records
from catalog.releases.records import ReleaseRecord

if TYPE_CHECKING:
    from catalog.aws.products import Products
    from catalog.aws.storage import Storage


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """A region that was published before.

    Args:
        place: Its name for people: the region, after its target and a slash if that is another.
        storage: Its artifact bucket.
        products: What lives there, asked only where a product may have had another name.
    """

    place: str
    storage: Storage
    products: Products


def past(
    origin: Origin,
    products: Collection[str],
    titles: Mapping[str, str],
    pool: ThreadPoolExecutor,
) -> Past:
    """What a region's bucket tells of some products.

    Args:
        origin: The region.
        products: Their names here.
        titles: Of every product of the repository.
        pool: For reading several objects at a time.

    Raises:
        Refused: It cannot be told which product there is one that was renamed here.
    """
    storage = origin.storage
    stored = storage.read(ledger.KEY)
    index = memory.from_text(stored.text) if stored else None
    if index is not None:
        index = _renamed(origin, index, products, titles)
    held = _recorded(storage) if index is None else memory.versions(index)
    live = sorted((name, v) for name, v in held if name in products and parsed(v))
    found = _records(storage, live, pool)
    former: Mapping[VersionKey, VersionKey] = {}
    if index is not None:
        unrecorded = [key for key in live if key not in found]
        former = released_as(storage, origin.products, index, unrecorded, pool)
        moved = _records(storage, former.values(), pool)
        found |= {key: moved[old] for key, old in former.items() if old in moved}
    lost = f"s3://{storage.bucket.name}/{ledger.KEY} is missing or cannot be read"
    return Past(
        place=origin.place,
        bucket=storage.bucket.name,
        live=frozenset(live),
        records=found,
        former=former,
        doubt=lost if index is None else "",
    )


def _renamed(
    origin: Origin, index: Index, products: Collection[str], titles: Mapping[str, str]
) -> Index:
    """The index as it is once what was renamed here is published there as well.

    The two may be published to at the same time: what is owed must not depend on who is first.
    """
    orphans = {
        entry.id: name for name, entry in index.products.items() if entry.id and name not in titles
    }
    unknown = sorted(set(products) - index.products.keys())
    if not orphans or not unknown:
        return index
    live = {orphans[one.id]: one.title for one in origin.products.search() if one.id in orphans}
    for name in unknown:
        if old := former_name("product", PRODUCT_TAG, name, titles[name], live):
            moved = {("product", name): index.products[old], ("product", old): None}
            index = index.with_entries(moved)
            del live[old]
    return index


def _recorded(storage: Storage) -> Iterator[VersionKey]:
    """Every version that was ever about to be released."""
    return filter(None, map(records.version_of, storage.list(records.FOLDER)))


def _records(
    storage: Storage, keys: Iterable[VersionKey], pool: ThreadPoolExecutor
) -> dict[VersionKey, ReleaseRecord]:
    every = tuple(keys)
    found = zip(every, pool.map(lambda key: record(storage, key), every), strict=True)
    return {key: each for key, each in found if each}


def record(storage: Storage, key: VersionKey) -> ReleaseRecord | None:
    """The release record of a version; None when there is none, or it cannot be understood."""
    stored = storage.read(records.key(*key))
    return records.parse(stored.text) if stored else None
