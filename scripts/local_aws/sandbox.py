"""Where customers' programs run, functions and builds: folders that go, a Python of their own.

The Python has what AWS gives and nothing else: neither our modules nor what we depend on can be
imported, and what a build installs is gone with the build. Nothing can be reached but this machine.
"""

from __future__ import annotations

import atexit
import functools
import os
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

_NOWHERE = "http://127.0.0.1:9"  # the discard service, which no machine offers any more
_HERE = "127.0.0.1,localhost"

SEALED = {
    **dict.fromkeys(("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"), _NOWHERE),
    **dict.fromkeys(("no_proxy", "NO_PROXY"), _HERE),
    "AWS_EC2_METADATA_DISABLED": "true",
}
"""Variables by which programs that would leave this machine fail at once."""

_NAME = re.compile(r"[\w.-]+")


def folder(kind: str) -> Path:
    """A new folder, which goes with this process if nobody removes it before."""
    return Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=_root()))


def end(process: subprocess.Popen[bytes]) -> None:
    """End a process that has a session of its own, with everything it started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


@functools.cache
def _root() -> Path:
    made = Path(tempfile.mkdtemp(prefix="local-aws-"))
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


def python(where: Path, *packages: str) -> Path:
    """Make a virtual environment of links with `packages` and what they need; its interpreter.

    Args:
        where: A folder that is not there yet.
        packages: Names of distributions we have, e.g. `boto3`.
    """
    base = Path(sys._base_executable)  # type: ignore[attr-defined]  # not the one of our own
    program = where / "bin" / "python"
    program.parent.mkdir(parents=True)
    program.symlink_to(base)
    settings = f"home = {base.parent}\ninclude-system-site-packages = false\n"
    (where / "pyvenv.cfg").write_text(settings)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    site = where / "lib" / version / "site-packages"
    site.mkdir(parents=True)
    for found in _contents(packages):
        (site / found.name).symlink_to(found)
    return program


def lent(environment: Path, where: Path) -> None:
    """A virtual environment with what another one has installed, as links.

    An install that is satisfied by what lies here goes through. No installer takes a package away,
    whose files are the other environment's, because none finds the package's list of files
    (RECORD). Programs are those that are no scripts, which name the Python they belong to; projects
    installed in place stay behind.

    Args:
        environment: Has `bin` and `lib`; it is not changed.
        where: A folder that is not there yet.
    """
    python(where)
    packages = next(environment.glob("lib/python*/site-packages"))
    own = next(where.glob("lib/python*/site-packages"))
    for found in packages.iterdir():
        if found.name.startswith("__") or (found / "direct_url.json").exists():
            continue
        if found.suffix == ".dist-info":
            shutil.copytree(found, own / found.name, ignore=shutil.ignore_patterns("RECORD"))
        else:
            (own / found.name).symlink_to(found)
    for program in (environment / "bin").iterdir():
        if _is_binary(program):
            offer(where / "bin", program.name, str(program))


def offer(folder: Path, name: str, *command: str) -> None:
    """A program that calls another: a link would take Python out of its virtual environment."""
    program = folder / name
    program.write_text(f'#!/bin/sh\nexec {shlex.join(command)} "$@"\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)


def _is_binary(program: Path) -> bool:
    if program.is_symlink() or program.suffix or not os.access(program, os.X_OK):
        return False
    with program.open("rb") as file:
        return file.read(2) != b"#!"


@functools.cache
def _contents(packages: tuple[str, ...]) -> tuple[Path, ...]:
    """Files and folders of distributions, as they lie in `site-packages`."""
    found: dict[str, Path] = {}
    for one in _with_needs(packages):
        for file in one.files or ():
            top = file.parts[0]
            if top not in ("..", "__pycache__"):
                found[top] = Path(str(one.locate_file(top)))
    return tuple(found.values())


def _with_needs(packages: tuple[str, ...]) -> Iterator[Distribution]:
    left, seen = list(packages), set(packages)
    while left:
        with suppress(PackageNotFoundError):  # wanted by other versions of Python only
            one = distribution(left.pop())
            yield one
            wanted = (text for text in one.requires or () if "extra ==" not in text)
            names = {found[0] for text in wanted if (found := _NAME.match(text))}
            left += names - seen
            seen |= names
