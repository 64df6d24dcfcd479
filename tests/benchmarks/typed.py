"""Commands as somebody types them in a shell of their own, timed."""

from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

_NOT_OURS = ("ARGS", "MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS", "VIRTUAL_ENV")
"""What a newcomer's shell would not hold: `make bench ARGS=…` hands its ARGS on to every make."""


def typed(folder: Path, *command: str) -> tuple[float, str]:
    """Run a command; its wall time in seconds and what it printed.

    Raises:
        RuntimeError: It failed; the message ends with what it said.
    """
    theirs = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_") and name not in _NOT_OURS
    }
    start = time.monotonic()
    ended = subprocess.run(
        command,
        cwd=folder,
        env=theirs,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - start
    if ended.returncode:
        line = " ".join(command)
        raise RuntimeError(f"{line} ended with {ended.returncode}: {ended.stdout[-2000:]}")
    return seconds, ended.stdout
