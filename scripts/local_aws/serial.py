"""One call at a time: what makes every call to the embedded AWS atomic.

moto's state is plain dictionaries without locks; a conditional PutObject that two publishers race
for must have one winner. So a call holds the turn while it works. It gives the turn away while it
waits for something that will itself call the embedded AWS, e.g. a Lambda function.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class _Turn(threading.local):
    depth = 0


_lock = threading.Lock()
_held = _Turn()


@contextmanager
def turn() -> Iterator[None]:
    """Hold the turn; a call made from within a call is part of it."""
    if _held.depth == 0:
        _lock.acquire()
    _held.depth += 1
    try:
        yield
    finally:
        _held.depth -= 1
        if _held.depth == 0:
            _lock.release()


@contextmanager
def given_away() -> Iterator[None]:
    """Let others work meanwhile; does nothing where no turn is held."""
    depth, _held.depth = _held.depth, 0
    if depth:
        _lock.release()
    try:
        yield
    finally:
        if depth:
            _lock.acquire()
        _held.depth = depth
