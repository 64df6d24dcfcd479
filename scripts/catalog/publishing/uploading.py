"""Uploads in a pool of their own, so that they overlap with Service Catalog's calls.

A version is created only after its template, its bundles and its release record are in place. A
bundle that several products share goes up once; one that was overwritten goes up again.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import TYPE_CHECKING

from catalog.errors import Refused, ServiceFault
from catalog.planning.history import VersionKey
from catalog.planning.refusing import BUMP
from catalog.publishing.shipping import Cargo, Shipment
from catalog.releases import records

if TYPE_CHECKING:
    from catalog.aws.storage import Storage


class Uploads:
    """The uploads of one publish; a context manager.

    Args:
        storage: Where they go.
        pack: Makes the shipment of a version.
        versions: (product, version) of what is needed, in the order it will be.
        workers: Versions uploaded at the same time.
    """

    def __init__(
        self,
        storage: Storage,
        pack: Callable[[VersionKey], Shipment],
        versions: Iterable[VersionKey],
        workers: int,
    ) -> None:
        self._storage, self._pack = storage, pack
        self._lock = threading.Lock()
        self._keys: dict[str, Future[None]] = {}
        self._pool = ThreadPoolExecutor(workers, "upload")
        self._records = ThreadPoolExecutor(workers, "records")
        self._shipped = {each: self._pool.submit(self._ship, each) for each in versions}

    def __enter__(self) -> Uploads:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pool.shutdown(cancel_futures=error is not None)
        self._records.shutdown(cancel_futures=error is not None)

    def template_url(self, product: str, version: str) -> str:
        """Wait for a release to be in place; the address of its template.

        Raises:
            Refused: The version was released before with another content.
            ServiceFault: S3 refused an object.
        """
        url, record = self._shipped[product, version].result()
        record.result()
        return url

    def _ship(self, version: VersionKey) -> tuple[str, Future[None]]:
        """Address of the template, and the record, which goes up at the same time."""
        shipment = self._pack(version)
        record = self._records.submit(self._record, shipment)
        for bundle in shipment.bundles:
            self._once(bundle)
        self._storage.put(shipment.template)
        return self._storage.url(shipment.template.key), record

    def _once(self, cargo: Cargo) -> None:
        with self._lock:
            done = self._keys.get(cargo.key)
            mine = done is None
            if done is None:
                done = self._keys[cargo.key] = Future()
        if mine:
            try:
                self._storage.keep(cargo)
                done.set_result(None)
            except BaseException as error:
                done.set_exception(error)
        done.result()

    def _record(self, shipment: Shipment) -> None:
        """Write the release record, or find that it says the same."""
        if self._storage.write(shipment.record_key, shipment.record, etag=None) is not None:
            return
        stored = self._storage.read(shipment.record_key)
        record = records.parse(stored.text) if stored else None
        if stored is None:
            raise ServiceFault(f"{shipment.record_key} can be neither written nor read.", "Retry.")
        if record is None:
            raise Refused(
                f"{shipment.record_key} is no release record.",
                "Bring a former version of it back (the bucket keeps them), or remove it; then run "
                "this again.",
            )
        if record.digest != shipment.digest:
            raise Refused(
                f"{shipment.record_key} says that this version was released with other content.",
                BUMP,
            )
