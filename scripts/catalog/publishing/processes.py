"""Whether the process that holds a lock has ended, where that can be known: on its own machine.

A process is known by its number, and its machine by the boot and the process namespace in which
that number counts (proc(5): `random/boot_id`, `ns/pid`). Where a kernel tells neither, nothing is
known of any process, and a lock runs out by itself.
"""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

_PROC = Path("/proc")


@cache
def machine() -> str:
    """This boot and process namespace; empty where the kernel does not tell."""
    try:
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        return f"{boot} {(_PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return ""


def ended(where: str, pid: int) -> bool:
    """Whether the process `pid` of the machine `where` is known to have ended.

    A number that was given to another process since counts as running.
    """
    if not where or where != machine() or pid <= 0:
        return False
    try:
        os.kill(pid, 0)  # asks only
    except ProcessLookupError:
        return True
    except OSError:  # it is somebody else's
        return False
    return False
