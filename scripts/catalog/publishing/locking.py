"""One publisher at a time: a lock object in the artifact bucket.

It is taken with If-None-Match (or If-Match, when the last holder released it or died), renewed by
a thread while the publish runs, and given back by writing an expiry in the past; nothing is
deleted, so that no delete marker of a versioned bucket gets in the way of the next condition.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from catalog.errors import CatalogError, Locked

if TYPE_CHECKING:
    from catalog.aws.storage import Storage

KEY = "catalog/lock.json"
TERM = timedelta(minutes=2)
"""How long a holder that does not renew keeps others out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Who holds the lock, and until when.

    Args:
        owner: Caller ARN, host and process, for the message.
        nonce: Tells two runs of one owner apart.
        expires: UTC.
    """

    owner: str
    nonce: str
    expires: datetime

    def text(self) -> str:
        """As the object holds it."""
        return json.dumps(
            {"owner": self.owner, "nonce": self.nonce, "expires": self.expires.isoformat()},
            sort_keys=True,
        )


def parse(text: str) -> Claim | None:
    """Read a claim; None when it is none, which nobody can hold."""
    try:
        data = json.loads(text)
        expires = datetime.fromisoformat(data["expires"])
        return Claim(owner=data["owner"], nonce=data["nonce"], expires=expires)
    except (ValueError, KeyError, TypeError):
        return None


class Lock:
    """A held lock. Made by `held`."""

    def __init__(
        self, storage: Storage, claim: Claim, etag: str, now: Callable[[], datetime]
    ) -> None:
        self._storage, self._claim, self._etag, self._now = storage, claim, etag, now
        self._done = threading.Event()
        self._lost: CatalogError | None = None

    def check(self) -> None:
        """Go on only while the lock is ours.

        Raises:
            Locked: It was taken over, or could not be renewed in time.
        """
        if self._lost is not None:
            raise Locked(f"The lock of this catalog was lost: {self._lost.what}", "Run it again.")

    def renew(self) -> None:
        """Hold it for another term.

        Raises:
            CatalogError: Somebody took it over, or it could not be written.
        """
        try:
            self._write(self._now() + TERM)
        except CatalogError as error:
            self._lost = error
            raise

    def renew_until_done(self) -> None:
        """Renew at a third of the term; the body of the renewing thread."""
        while not self._done.wait(TERM.total_seconds() / 3):
            try:
                self.renew()
            except CatalogError:
                return  # `check` tells

    def stop(self) -> None:
        """Stop renewing."""
        self._done.set()

    def release(self) -> None:
        """Give the lock back, unless somebody took it over."""
        if self._lost is None:
            self._write(self._now())

    def _write(self, expires: datetime) -> None:
        claim = Claim(owner=self._claim.owner, nonce=self._claim.nonce, expires=expires)
        self._etag = _put(self._storage, claim, self._etag)


@contextmanager
def held(
    storage: Storage,
    owner: str,
    nonce: str,
    *,
    first: bool = False,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Iterator[Lock]:
    """Hold the lock while a publish runs.

    Args:
        storage: The target's artifact bucket.
        owner: Who publishes, for the other one's message.
        nonce: Unique to this run.
        first: Whether there was no index, and so most likely never a lock either.
        now: The time, in UTC.

    Raises:
        Locked: Another publisher is at work.
    """
    claim = Claim(owner=owner, nonce=nonce, expires=now() + TERM)
    etag = storage.write(KEY, claim.text(), etag=None) if first else None
    lock = Lock(storage, claim, etag or _taken_over(storage, claim, now()), now)
    thread = threading.Thread(target=lock.renew_until_done, name="lock", daemon=True)
    thread.start()
    try:
        yield lock
    finally:
        lock.stop()
        thread.join()
        with suppress(CatalogError):  # it expires by itself
            lock.release()


def _taken_over(storage: Storage, claim: Claim, now: datetime) -> str:
    """ETag of our claim, put where the last holder released the lock or died."""
    stored = storage.read(KEY)
    other = parse(stored.text) if stored else None
    if other and other.nonce != claim.nonce and other.expires > now:
        raise _taken(other)
    return _put(storage, claim, stored.etag if stored else None)


def _put(storage: Storage, claim: Claim, etag: str | None) -> str:
    written = storage.write(KEY, claim.text(), etag=etag)
    if written is not None:
        return written
    stored = storage.read(KEY)
    if stored and stored.text == claim.text():  # our own write, whose answer was lost
        return stored.etag
    other = parse(stored.text) if stored else None
    raise _taken(other)


def _taken(other: Claim | None) -> Locked:
    owner = other.owner if other else "somebody"
    until = f", at most until {other.expires:%H:%M:%S} UTC unless it goes on" if other else ""
    return Locked(
        f"Another publisher is at work on this catalog: {owner}{until}.",
        "Wait for it to end, then run this again; a publisher that died is waited out.",
    )
