"""Release records of what is live and of what is to be, also under a name a product had before."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from catalog.aws.identification import GONE
from catalog.aws.products import Products, by_name
from catalog.errors import ServiceFault
from catalog.planning.index import Index
from catalog.releases import records
from catalog.state import CatalogState

if TYPE_CHECKING:
    from catalog.aws.finding import Question
    from catalog.aws.storage import Storage

_Key = tuple[str, str]


def recorded(
    storage: Storage,
    question: Question,
    state: CatalogState,
    kept: Future[frozenset[str]] | None,
    pool: ThreadPoolExecutor,
) -> records.Versions:
    """(product, version) -> record, as far as there are any; each costs a GET.

    Args:
        storage: The artifact bucket.
        question: What is wanted, and how far to look.
        state: What is live.
        kept: Lists the records there are; None where only few are asked for.
        pool: For reading several at a time.
    """
    wanted = question.wanted.products
    asked = {(name, version) for name, live in state.products.items() for version in live.versions}
    asked |= {
        (name, version)
        for name, product in wanted.items()
        if question.covers("product", name)
        for version in product.versions
    }
    if kept is not None:
        asked = {version for version in asked if records.key(*version) in kept.result()}
    found = _read(storage, asked, pool)
    if not (missing := _missing(state, found)):
        return found
    listed = kept.result() if kept is not None else storage.list(records.FOLDER)
    names = wanted.keys() | state.products.keys()
    former = _read(storage, _former(missing, listed, names), pool)
    return {**{key: former[old] for key, old in _moved(missing, former).items()}, **found}


def released_as(
    storage: Storage,
    products: Products,
    index: Index,
    unrecorded: Iterable[_Key],
    pool: ThreadPoolExecutor,
) -> dict[_Key, _Key]:
    """(product, version) -> what it was released as under a former name, where that is found.

    A rename leaves the product's id; by it the service is asked for the digests that the
    descriptions of its versions carry. A product that is gone tells none.

    Args:
        storage: The artifact bucket.
        products: Of the same account and region.
        index: What is remembered there.
        unrecorded: Versions the index remembers, without a record under their own name.
        pool: For reading several at a time.
    """
    wanted = set(unrecorded)
    missing = {
        (name, version): digest
        for name in sorted({name for name, _ in wanted})
        for version, digest in _digests(products, index.products[name].id).items()
        if digest and (name, version) in wanted
    }
    if not missing:
        return {}
    former = _former(missing, storage.list(records.FOLDER), index.products.keys())
    return _moved(missing, _read(storage, former, pool))


def _digests(products: Products, identity: str) -> dict[str, str]:
    """Version -> the digest that its description carries; nothing of a product that is gone."""
    try:
        live = products.versions(identity) if identity else []
    except ServiceFault as fault:
        if fault.code != GONE:
            raise
        live = []
    return {name: version.artifact.digest for name, version in by_name(live).items()}


def _read(
    storage: Storage, keys: Iterable[_Key], pool: ThreadPoolExecutor
) -> dict[_Key, records.ReleaseRecord]:
    def read(version: _Key) -> records.ReleaseRecord | None:
        stored = storage.read(records.key(*version))
        return records.parse(stored.text) if stored else None

    every = sorted(keys)
    found = zip(every, pool.map(read, every), strict=True)
    return {version: record for version, record in found if record is not None}


def _missing(state: CatalogState, found: records.Versions) -> dict[_Key, str]:
    """Live versions of ours without a record -> the digest that their description carries."""
    return {
        (name, version): artifact.digest
        for name, product in state.products.items()
        for version, artifact in product.versions.items()
        if artifact.digest and (name, version) not in found
    }


def _former(
    missing: Mapping[_Key, str], listed: Iterable[str], names: Collection[str]
) -> list[_Key]:
    """What may be a missing record: of such a version, under the name of a product that is no more.

    Args:
        missing: Version -> digest.
        listed: Keys of all records.
        names: Of the products there are.
    """
    versions = {version for _, version in missing}
    every = (key for key in map(records.version_of, listed) if key)
    return [key for key in every if key[0] not in names and key[1] in versions]


def _moved(missing: Mapping[_Key, str], former: records.Versions) -> dict[_Key, _Key]:
    """Live version -> the one that is recorded with exactly its content under a former name.

    A product whose folder is renamed keeps its versions.
    """
    return {
        key: old
        for key, digest in missing.items()
        for old, record in former.items()
        if old[1] == key[1] and record.digest == digest
    }
