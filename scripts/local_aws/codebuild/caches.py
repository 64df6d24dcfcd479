"""Local caches: folders that builds leave on their host for the next one there.

As the user guide has it (*Local caching*, custom mode): the buildspec names folders, builds find
them as links, and what the source has under such a name comes first. A host takes one build at a
time; while it is busy, the project's next build gets a new one. Caches in S3 are not kept, which a
build must be able to bear.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from local_aws import sandbox
from local_aws.codebuild.state import Build

_EVERYTHING = "/**/*"

_guard = threading.Lock()
_free: dict[str, list[Path]] = {}
_lent: dict[str, Callable[[Path], None]] = {}


class Uncached(Exception):
    """A path that cannot be cached here; says which."""


def lend(path: str, fill: Callable[[Path], None]) -> None:
    """Let the cache of each new host begin with a folder, as if a build had left it there.

    Args:
        path: As buildspecs name it, relative to the source: `.venv`.
        fill: Makes the folder it is given.
    """
    _lent[path] = fill


def forget() -> None:
    """No host has anything in its cache any more."""
    with _guard:
        _free.clear()
        _lent.clear()


def wanted(build: Build, patterns: tuple[str, ...]) -> tuple[str, ...]:
    """The folders that a buildspec names by patterns, where the project keeps them on its host.

    Raises:
        Uncached: A pattern is no folder inside the source.
    """
    kept = "LOCAL_CUSTOM_CACHE" in (build.project.get("cache") or {}).get("modes", ())
    return tuple(_folder(pattern) for pattern in patterns) if kept else ()


@contextmanager
def linked(build: Build, paths: tuple[str, ...], source: Path) -> Iterator[None]:
    """Let a build find the cached folders in its source; its host is taken until it ends."""
    if not paths:
        yield
        return
    host = _host(build)
    for path in paths:
        _link(host, path, source)
    try:
        yield
    finally:
        with _guard:
            _free.setdefault(str(build.project["arn"]), []).append(host)


def _folder(pattern: str) -> str:
    path = pattern.removesuffix(_EVERYTHING)
    if path.startswith("/") or "*" in path or ".." in Path(path).parts:
        raise Uncached(f"cache/paths: {pattern} is not implemented in the embedded AWS")
    return path


def _host(build: Build) -> Path:
    with _guard:
        free = _free.get(str(build.project["arn"]))
        return free.pop() if free else sandbox.folder("host")


def _link(host: Path, path: str, source: Path) -> None:
    kept, seen = host / path, source / path
    if seen.exists():
        return
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        if fill := _lent.get(path):
            fill(kept)
        else:
            kept.mkdir()
    seen.parent.mkdir(parents=True, exist_ok=True)
    seen.symlink_to(kept)
