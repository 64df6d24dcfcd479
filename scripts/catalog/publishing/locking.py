"""One publisher at a time: a lock object in the artifact bucket.

It is taken with If-None-Match (or If-Match, when the last holder released it or died), renewed by
a thread while the publish runs, and given back by writing a claim of no length; nothing is
deleted, so that no delete marker of a versioned bucket gets in the way of the next condition.

No two clocks are compared: how old a claim is, S3 says; how long ago we renewed ours, a clock that
only counts.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from catalog.errors import CatalogError, Locked
from catalog.publishing import processes

if TYPE_CHECKING:
    from catalog.aws.storage import Storage

KEY = "catalog/lock.json"
TERM = timedelta(minutes=2)
"""How long a holder that does not renew keeps others out."""

MARGIN = timedelta(seconds=10)
"""How much earlier a holder that could not renew stops by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who holds the lock, and for how long from when it was written.

    Args:
        owner: Host and process, for the message.
        nonce: Tells two runs of one owner apart.
        term: Nothing once it is given back.
        beat: Renewals so far; each changes the object, so that none goes unnoticed by a
            publisher about to take over.
        machine: Where its process runs, see `processes.machine`; empty when unknown.
        pid: The process there.
    """

    owner: str
    nonce: str
    term: timedelta = TERM
    beat: int = 0
    machine: str = ""
    pid: int = 0

    @property
    def dead(self) -> bool:
        """Whether its holder is known to have ended without giving it back."""
        return processes.ended(self.machine, self.pid)

    def text(self) -> str:
        """As the object holds it."""
        return json.dumps(asdict(self) | {"term": int(self.term.total_seconds())})


def parse(text: str) -> Claim | None:
    """Read a claim; None when it is none, which nobody can hold."""
    try:
        data = json.loads(text)
        return Claim(**{**data, "term": timedelta(seconds=data["term"])})
    except (ValueError, KeyError, TypeError, OverflowError):
        return None


class Lock:
    """A held lock. Made by `held`.

    Args:
        storage: Where it lies.
        claim: Ours.
        etag: Under which it was written.
        since: When that began, by `clock`.
        clock: Seconds from any start; never set back.
    """

    first = False
    """Whether nobody ever held it before, so that nobody can have been here in between."""

    def __init__(
        self, storage: Storage, claim: Claim, etag: str, since: float, clock: Callable[[], float]
    ) -> None:
        self._storage, self._claim, self._etag = storage, claim, etag
        self._clock, self._since = clock, since
        self._done = threading.Event()
        self._lost = ""

    def check(self) -> None:
        """Go on only while the lock is ours.

        Raises:
            Locked: It was taken over, or could not be renewed in time.
        """
        held = timedelta(seconds=self._clock() - self._since)
        if not self._lost and held > TERM - MARGIN:
            self._lost = f"it was not renewed for {held.total_seconds():.0f} seconds."
        if self._lost:
            raise Locked(f"The lock of this catalog was lost: {self._lost}", "Run it again.")

    def renew(self) -> None:
        """Hold it for another term.

        Raises:
            CatalogError: Somebody took it over, or it could not be written.
        """
        self.check()
        start = self._clock()
        self._claim = replace(self._claim, beat=self._claim.beat + 1)
        try:
            self._etag = _put(self._storage, self._claim, self._etag)
        except Locked as error:
            self._lost = error.what
            raise
        self._since = start

    def renew_until_done(self) -> None:
        """Renew at a sixth of the term; the body of the renewing thread.

        A renewal that only failed is tried again: the lock is ours until it runs out.
        """
        while not self._done.wait(TERM.total_seconds() / 6):
            with suppress(CatalogError):  # `check` tells
                self.renew()

    def stop(self) -> None:
        """Stop renewing."""
        self._done.set()

    def release(self) -> None:
        """Give the lock back, unless somebody took it over."""
        if not self._lost:
            _put(self._storage, replace(self._claim, term=timedelta()), self._etag)


@contextmanager
def held(
    storage: Storage,
    owner: str,
    nonce: str,
    *,
    first: bool = False,
    clock: Callable[[], float] = time.monotonic,
) -> Iterator[Lock]:
    """Hold the lock while a publish runs.

    Args:
        storage: The target's artifact bucket.
        owner: Who publishes, for the other one's message.
        nonce: Unique to this run.
        first: Whether there was no index, and so most likely never a lock either.
        clock: Seconds from any start; never set back.

    Raises:
        Locked: Another publisher is at work.
    """
    here = processes.machine()
    claim, since = Claim(owner=owner, nonce=nonce, machine=here, pid=os.getpid()), clock()
    etag = storage.write(KEY, claim.text(), etag=None) if first else None
    lock = Lock(storage, claim, etag or _taken_over(storage, claim), since, clock)
    lock.first = etag is not None
    thread = threading.Thread(target=lock.renew_until_done, name="lock", daemon=True)
    thread.start()
    try:
        yield lock
    finally:
        lock.stop()
        thread.join()
        with suppress(CatalogError):  # it runs out by itself
            lock.release()


def _taken_over(storage: Storage, claim: Claim) -> str:
    """ETag of our claim, put where the last holder released the lock or died."""
    stored = storage.read(KEY)
    other = parse(stored.text) if stored else None
    others = other is not None and other.nonce != claim.nonce
    if stored and other and others and stored.age < other.term and not other.dead:
        raise _taken(other, stored.age)
    return _put(storage, claim, stored.etag if stored else None)


def _put(storage: Storage, claim: Claim, etag: str | None) -> str:
    written = storage.write(KEY, claim.text(), etag=etag)
    if written is not None:
        return written
    stored = storage.read(KEY)
    live = parse(stored.text) if stored else None
    if stored is None or live is None or live.nonce != claim.nonce:
        raise _taken(live)
    if live == claim:  # our own write, whose answer was lost
        return stored.etag
    return _put(storage, claim, stored.etag)


def _taken(other: Claim | None, age: timedelta = timedelta()) -> Locked:
    owner = other.owner if other else "somebody"
    left = int((other.term - age).total_seconds()) if other else 0
    wait = f" If it was killed elsewhere, its lock ends within {left} s." if left > 0 else ""
    return Locked(
        f"Another publisher is at work on this catalog: {owner}.",
        f"Wait for it to end, then run this again.{wait}",
    )
