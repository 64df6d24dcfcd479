"""The processes of Lambda functions: begun, heard to the end, and ended with all they started."""

from __future__ import annotations

import functools
import io
import shutil
import subprocess
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from local_aws import sandbox, work

BOOTSTRAP = Path(__file__).with_name("function_bootstrap.py")
_LOOK = 0.05
"""Seconds between two looks at a function that runs."""

_running: set[subprocess.Popen[bytes]] = set()


class Heard(NamedTuple):
    """What a process reported and printed; its exit status, None when it was cut off."""

    said: bytes
    printed: str
    status: int | None


def run(
    code: Path, handler: str, given: bytes, environment: Mapping[str, str], seconds: float
) -> Heard:
    """Run a handler once.

    Args:
        code: Folder of the function's code.
        handler: `module.function`.
        given: The event as JSON.
        environment: All it sees, besides a home of its own, which goes with it.
        seconds: When it is cut off.

    Raises:
        Ended: The embedded AWS was emptied.
    """
    home = sandbox.folder("home")
    process = subprocess.Popen(  # noqa: S603 - a Python of its own, our program
        [str(_python()), str(BOOTSTRAP), str(code), handler],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={"HOME": str(home), "TMPDIR": str(home), **environment},
        start_new_session=True,
    )
    _running.add(process)
    try:
        said, printed = _heard(process, given, seconds)
        return Heard(said, printed.decode(errors="replace"), process.returncode)
    except subprocess.TimeoutExpired:
        sandbox.end(process)
        _, printed = process.communicate()
        return Heard(b"", printed.decode(errors="replace"), None)
    finally:
        sandbox.end(process)
        _running.discard(process)
        shutil.rmtree(home, ignore_errors=True)


def _heard(process: subprocess.Popen[bytes], given: bytes, seconds: float) -> tuple[bytes, bytes]:
    limit, rest = time.monotonic() + seconds, given
    while True:
        try:
            return process.communicate(rest, timeout=_LOOK)
        except subprocess.TimeoutExpired:
            rest = b""  # communicate goes on with what it was given first
            work.pause(0)
            if process.poll() is not None:
                sandbox.end(process)  # what it left running keeps its output open
            elif time.monotonic() > limit:
                raise


def forget() -> None:
    """End every function that still runs."""
    for process in tuple(_running):
        sandbox.end(process)


def running() -> int:
    """How many functions run now."""
    return len(_running)


@functools.lru_cache(maxsize=128)
def unpacked(digest: str, code: bytes) -> Path:  # noqa: ARG001 - the digest is the cache's key
    """The folder of a function's code, a zip archive."""
    directory = sandbox.folder("function")
    with zipfile.ZipFile(io.BytesIO(code)) as archive:
        archive.extractall(directory)
    return directory


@functools.cache
def _python() -> Path:
    return sandbox.python(sandbox.folder("lambda") / "runtime", "boto3")
