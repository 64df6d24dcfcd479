"""Release records of what is live and of what is to be, also under a name a product had before."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

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
    every = (key for key in map(records.version_of, listed) if key)
    versions = {version for _, version in missing}
    former = [key for key in every if key[0] not in names and key[1] in versions]
    return {**_moved(missing, _read(storage, former, pool)), **found}


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


def _moved(missing: dict[_Key, str], former: records.Versions) -> dict[_Key, records.ReleaseRecord]:
    """Records under the name of a product that is no more, of exactly what is live under another.

    A product whose folder is renamed keeps its versions.
    """
    return {
        key: record
        for key, digest in missing.items()
        for (_, version), record in former.items()
        if version == key[1] and record.digest == digest
    }
