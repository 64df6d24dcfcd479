"""Servers that end with the process they were started for, however that one ends.

Whoever starts servers for itself alone, a test run for example, holds a lease: a lock on a file
that `LOCAL_AWS_LEASE` names to every server begun meanwhile. The system takes the lock back when
its holder is gone, also when it was killed.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAME = "LOCAL_AWS_LEASE"
"""Variable with the path of the file; without it a server stays until it is stopped."""


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Let servers that are started meanwhile, also by processes of ours, end with this process.

    Args:
        path: Of a file to be made, in a folder of this process's own.
    """
    before = os.environ.get(NAME)
    with path.open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        os.environ[NAME] = str(path)
        try:
            yield
        finally:
            del os.environ[NAME]
            if before is not None:
                os.environ[NAME] = before


def ended() -> bool:
    """Whether this process was started under a lease that nobody holds any more."""
    if NAME not in os.environ:
        return False
    try:
        with Path(os.environ[NAME]).open() as handle:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except FileNotFoundError:
        return True
    return True
