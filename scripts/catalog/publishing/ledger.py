"""The index while a publish runs: every change is remembered soon, and nobody waits for it.

One writer puts the whole index with If-Match; changes that arrive meanwhile go with the next write
(group commit), so that workers are never serialised by it.
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import TYPE_CHECKING

from catalog.errors import Locked
from catalog.planning import index
from catalog.planning.index import Entry, Index, Lane

if TYPE_CHECKING:
    from catalog.aws.storage import Storage

KEY = "catalog/index.json"

PAUSE = 0.5
"""Seconds in which changes are gathered; what a crash loses of them, the next run looks at."""


class Ledger:
    """The writer; a context manager that ends with everything written.

    Args:
        storage: Where the index lies.
        start: The index as it was read.
        etag: Under which it was read; None when there was none.
    """

    def __init__(self, storage: Storage, start: Index, etag: str | None) -> None:
        self._storage, self._index, self._etag = storage, start, etag
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(1, "index")
        self._queued = False
        self._hurry = threading.Event()
        self._last: Future[None] | None = None

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if error is None:
                self.flush()
        finally:
            self._hurry.set()
            self._pool.shutdown(cancel_futures=True)

    def entry(self, lane: Lane) -> Entry:
        """What is remembered of a portfolio or product."""
        with self._lock:
            return self._index.entry(lane) or Entry()

    def note(self, entries: Mapping[Lane, Entry | None]) -> None:
        """Remember entries, None to forget."""
        with self._lock:
            self._index = self._index.with_entries(entries)
            if not self._queued:
                self._queued = True
                self._last = self._pool.submit(self._write)

    def flush(self) -> None:
        """Write everything noted at once, and wait for it.

        Raises:
            Locked: Somebody else wrote the index meanwhile.
        """
        with self._lock:
            last = self._last
        if last is not None:
            self._hurry.set()
            last.result()
            self._hurry.clear()

    def _write(self) -> None:
        self._hurry.wait(PAUSE)
        with self._lock:
            text, self._queued = index.to_text(self._index), False
        etag = self._storage.write(KEY, text, etag=self._etag)
        if etag is None:  # refused, unless it is our own write whose answer was lost
            stored = self._storage.read(KEY)
            etag = stored.etag if stored and stored.text == text else None
        if etag is None:
            raise Locked(
                "Another publisher wrote the index of this catalog meanwhile.",
                "Run this again; it looks at everything anew.",
            )
        self._etag = etag
