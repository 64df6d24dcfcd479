"""What a region is owed by others: releases made again of their records and objects.

Everything is fetched and compared with its digest before anything is created here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from catalog.errors import Refused
from catalog.model import Bundle, Release
from catalog.planning import history
from catalog.planning.history import LOST, Restoration, VersionKey
from catalog.planning.plans import Refusal
from catalog.publishing.pasts import Origin, past, record
from catalog.releases import bundles, packaging, records
from catalog.releases.records import RecordedBundle
from catalog.releases.stamping import unstamped

if TYPE_CHECKING:
    from catalog.aws.storage import Storage
    from catalog.planning.desired import Wish
    from catalog.state import CatalogState

WORKERS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a region is owed.

    Args:
        restorations: Versions to make, in order.
        releases: The same versions as they were released, ready to ship.
        refusals: What speaks against it.
    """

    restorations: tuple[Restoration, ...] = ()
    releases: Mapping[VersionKey, Release] = field(default_factory=dict)
    refusals: tuple[Refusal, ...] = ()

    @property
    def reasons(self) -> Mapping[VersionKey, str]:
        """Why each is made."""
        return {one.key: one.reason for one in self.restorations}


NOTHING = Restored()


def restored(
    wish: Wish,
    observed: CatalogState,
    own: Storage,
    origins: Iterable[Origin],
    titles: Mapping[str, str],
) -> Restored:
    """What this region is owed by others, fetched and verified; nothing is written.

    Args:
        wish: What the repository wants; of the products looked at only.
        observed: What is live here.
        own: The artifact bucket here, whose records must not say otherwise.
        origins: Where other versions may live.
        titles: Of every product of the repository, by which a renamed one is known.
    """
    products = history.behind(wish, observed)
    origins = tuple(origins)
    if not products or not origins:
        return NOTHING
    with ThreadPoolExecutor(WORKERS, "history") as pool:
        pasts = [past(origin, products, titles, pool) for origin in origins]
        owed, refusals = history.owed(wish, observed, pasts)
        if refusals:
            return Restored(refusals=refusals)
        sources = {origin.place: origin.storage for origin in origins}
        made = pool.map(lambda one: _made(sources[one.past.place], own, one), owed)
        found = dict(zip((one.key for one in owed), made, strict=True))
    return Restored(
        restorations=owed,
        releases={key: each for key, each in found.items() if isinstance(each, Release)},
        refusals=tuple(each for each in found.values() if isinstance(each, Refusal)),
    )


def release(storage: Storage, restoration: Restoration) -> Release:
    """A release made again of its record and its objects, the same to the byte.

    Raises:
        Refused: An object is gone or holds something else; its name is said.
    """
    written, product = restoration.record, restoration.product
    packed = tuple(_bundle(storage, each) for each in written.bundles)
    text = _template(storage, restoration, packed)
    return Release(
        product=product,
        digest=written.digest,
        template=text,
        bundles=packed,
        parameters=packaging.parameters(text),
        description=written.description,
        commit=written.commit,
    )


def _made(storage: Storage, own: Storage, restoration: Restoration) -> Release | Refusal:
    """The release, or why it cannot be made again."""
    try:
        _must_agree(own, restoration)
        return release(storage, restoration)
    except Refused as error:
        name, version = restoration.key
        subject = f"version {version} of {name}"
        return Refusal(subject=subject, reason=error.what, remedy=error.remedy)


def _must_agree(own: Storage, restoration: Restoration) -> None:
    """Nothing here may say already that the version was another one."""
    known = record(own, restoration.key)
    if known and known.digest != restoration.record.digest:
        place = f"s3://{own.bucket.name}/{records.key(*restoration.key)}"
        raise Refused(
            f"{place} holds digest {known.digest[:12]}, but in {restoration.past.place} it has "
            f"{restoration.record.digest[:12]}",
            LOST,
        )


def _bundle(storage: Storage, written: RecordedBundle) -> Bundle:
    content = storage.fetch(written.key)
    if content is None:
        raise Refused(f"s3://{storage.bucket.name}/{written.key} is missing", LOST)
    found = bundles.unpacked(written.name, written.kind, content)
    if found is None or found.digest != written.digest or found.key != written.key:
        raise Refused(
            f"s3://{storage.bucket.name}/{written.key} does not hold what its name says", LOST
        )
    return found


def _template(storage: Storage, restoration: Restoration, packed: Iterable[Bundle]) -> str:
    """The template's text without its stamp.

    It may have been published under several stamps, as regions were added; each is the release's.
    """
    written, folder = restoration.record, records.templates(*restoration.released_as)
    packed = tuple(packed)
    keys = sorted(storage.list(folder))
    for key in keys:
        stored = storage.read(key)
        text = unstamped(stored.text) if stored else ""
        if written.template and records.fingerprint(text) != written.template:
            continue
        if text and _digest(text, packed) == written.digest:
            return text
    place = f"s3://{storage.bucket.name}/{folder}"
    if not keys:
        raise Refused(f"{place} holds no template", LOST)
    raise Refused(f"{', '.join(keys)} in {storage.bucket.name} is not the template released", LOST)


def _digest(text: str, packed: Iterable[Bundle]) -> str:
    try:
        return packaging.digest(text, packed)
    except Refused:
        return ""  # it can no longer be read as a template
