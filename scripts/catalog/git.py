"""What git knows of the checkout: its files, its commit, and the tree as it was elsewhere.

Git is asked through its command, which every contributor has; a catalog outside a repository, or a
machine without git, is no error where the answer can be "nothing".
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Collection, Iterator
from pathlib import Path

from catalog.errors import EnvironmentFault
from catalog.model import SourceFile, Tree

_SECONDS = 60


def files(root: Path, tops: Collection[str]) -> tuple[str, ...]:
    """Paths under `tops` that git tracks, or would track with `git add`; relative to `root`."""
    listed = _ask(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *tops)
    return tuple(sorted({path for path in (listed or "").split("\0") if path}))


def commit(root: Path) -> str:
    """Id of the commit checked out, with `+` at its end when the tree has changes.

    Empty outside a repository and before its first commit.
    """
    head = _ask(root, "rev-parse", "--verify", "--quiet", "HEAD")
    if head is None:
        return ""
    changed = _ask(root, "status", "--porcelain", "--", ".")
    return head.strip() + ("+" if changed else "")


def merge_base(root: Path, branch: str) -> str | None:
    """Id of the commit where the checkout left `branch`; None when git knows no such commit."""
    found = _ask(root, "merge-base", "HEAD", branch)
    return found.strip() if found else None


def changed(root: Path, since: str) -> tuple[str, ...]:
    """Paths that differ from the commit `since`, new ones not yet added included."""
    named = ("diff", "--name-only", "-z", "--no-renames", "--relative", since, "--", ".")
    new = ("ls-files", "-z", "--others", "--exclude-standard", "--", ".")
    listed = (_demand(root, *named) + _demand(root, *new)).split("\0")
    return tuple(sorted({path for path in listed if path}))


def tree(root: Path, at: str, tops: Collection[str]) -> Tree:
    """The files under `tops` as they were in the commit `at`; paths relative to `root`."""
    listed = _demand(root, "ls-tree", "-r", "-z", at, "--", *tops)
    entries = [_entry(line) for line in listed.split("\0") if line]
    contents = _blobs(root, [blob for _, blob, _ in entries])
    return {
        path: SourceFile(content=content, executable=mode == "100755", link=mode == "120000")
        for (mode, _, path), content in zip(entries, contents, strict=True)
        if mode != "160000"  # a submodule is no file of ours
    }


def _entry(line: str) -> tuple[str, str, str]:
    facts, _, path = line.partition("\t")
    mode, _, blob = facts.split(" ")
    return mode, blob, path


def _blobs(root: Path, ids: Collection[str]) -> Iterator[bytes]:
    """Contents of objects, in the order asked, through one process."""
    ended = _run(root, "cat-file", "--batch", stdin="".join(f"{i}\n" for i in ids).encode())
    if ended is None or ended.returncode:
        raise _fault("cat-file", ended)
    out, at = ended.stdout, 0
    for _ in ids:
        line_end = out.index(b"\n", at)
        header = out[at:line_end].split(b" ")
        if len(header) < 3:  # "<id> missing": a submodule's commit
            at = line_end + 1
            yield b""
            continue
        size = int(header[2])
        yield out[line_end + 1 : line_end + 1 + size]
        at = line_end + 1 + size + 1


def _ask(root: Path, *arguments: str) -> str | None:
    ended = _run(root, *arguments)
    return None if ended is None or ended.returncode else ended.stdout.decode()


def _demand(root: Path, *arguments: str) -> str:
    ended = _run(root, *arguments)
    if ended is None or ended.returncode:
        raise _fault(arguments[0], ended)
    return ended.stdout.decode()


def _fault(verb: str, ended: subprocess.CompletedProcess[bytes] | None) -> EnvironmentFault:
    if ended is None:
        return EnvironmentFault("git was not found.", "Install git.")
    said = ended.stderr.decode(errors="replace").strip().partition("\n")[0]
    return EnvironmentFault(
        f"git {verb} failed: {said}", "Fetch the commit you compare with, then try again."
    )


def _run(
    root: Path, *arguments: str, stdin: bytes | None = None
) -> subprocess.CompletedProcess[bytes] | None:
    command = shutil.which("git")
    if command is None:
        return None
    return subprocess.run(  # noqa: S603 - our own arguments, no shell
        [command, "-c", "core.quotePath=false", *arguments],
        cwd=root,
        input=stdin,
        capture_output=True,
        timeout=_SECONDS,
        check=False,
    )
