"""What git knows of the checkout: its files, its commit, and the tree as it was elsewhere.

It also writes a branch that nobody checks out, such as the one that keeps the saved states.

Git is asked through its command, which every contributor has; a catalog outside a repository, or a
machine without git, is no error where the answer can be "nothing".
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from catalog.errors import EnvironmentFault
from catalog.model import SourceFile, Tree

FETCHED = "CODEBUILD_RESOLVED_SOURCE_VERSION"
"""Variable in which a build finds the commit of its source (CodeBuild user guide, *Environment
variables in build environments*)."""

_SECONDS = 60
_PUSHES = 3
"""How often a branch is written anew when somebody else wrote it meanwhile."""

_NOBODY = {
    f"GIT_{part}_{key}": value
    for part in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "catalog"), ("EMAIL", "catalog@example.com"))
}
"""Who commits what no person wrote."""

_FETCH = "Fetch the commit you compare with, then try again."
_REACH = "Name a remote of this repository that can be reached from here."


def files(root: Path, tops: Collection[str]) -> tuple[str, ...]:
    """Paths under `tops` that git tracks, or would track with `git add`; relative to `root`."""
    listed = _ask(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *tops)
    return tuple(sorted({path for path in (listed or "").split("\0") if path}))


def commit(root: Path) -> str:
    """Id of the commit checked out, with `+` at its end when the tree has changes.

    Where there is none, it is what CodeBuild says it fetched, which leaves git's own data behind;
    empty where nobody knows.
    """
    head = _ask(root, "rev-parse", "--verify", "--quiet", "HEAD")
    if head is None:
        return os.environ.get(FETCHED, "")
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


def text(root: Path, at: str, path: str) -> str | None:
    """The text of a file in a commit or branch; `path` counts from the repository's top.

    None when there is no such commit or file.
    """
    ended = _run(root, "show", f"{at}:{path}")
    found = ended is not None and not ended.returncode
    return ended.stdout.decode(errors="replace") if ended and found else None


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


# --- a branch that nobody checks out ------------------------------------------------------------


def shown(remote: str) -> str:
    """A remote's name or address as it may be printed: without user and password."""
    return re.sub(r"//[^/\s]*@", "//", remote)


def tip(root: Path, remote: str, branch: str) -> str | None:
    """Fetch a branch; the id of its last commit, None when the remote has no such branch.

    Raises:
        EnvironmentFault: The remote cannot be read.
    """
    ref = f"refs/heads/{branch}"
    if not _demand(root, "ls-remote", remote, ref, remedy=_REACH):
        return None
    _demand(root, "fetch", "--quiet", "--no-tags", remote, ref, remedy=_REACH)
    return _demand(root, "rev-parse", "--verify", "FETCH_HEAD").strip()


def record(
    root: Path, remote: str, branch: str, pages: Mapping[str, str], message: str
) -> str | None:
    """Put files on a branch of a remote, without touching index, checkout or other files there.

    Args:
        root: Any folder of a repository that may push.
        remote: Name or address.
        branch: Made when it is not there, without history.
        pages: Path in the branch -> text.
        message: Of the commit.

    Returns:
        The new commit; None when the files stand there already.

    Raises:
        EnvironmentFault: The remote cannot be read or takes no push.
    """
    for attempt in range(_PUSHES):
        parent = tip(root, remote, branch)
        made = _commit(root, parent, pages, message)
        if made is None:
            return None
        push = ("push", "--quiet", "--no-verify", remote, f"{made}:refs/heads/{branch}")
        ended = _run(root, *push)
        if ended is not None and not ended.returncode:
            return made
        if attempt == _PUSHES - 1 or tip(root, remote, branch) == parent:
            raise _fault("push", ended, "Push as somebody who may write this branch.")
    return None


def _commit(root: Path, parent: str | None, pages: Mapping[str, str], message: str) -> str | None:
    """A commit that adds files to those of its parent; None when that changes nothing."""
    with tempfile.TemporaryDirectory() as folder:
        index = {"GIT_INDEX_FILE": f"{folder}/index"}
        if parent:
            _demand(root, "read-tree", parent, more=index)
        for path, page in pages.items():
            blob = _demand(root, "hash-object", "-w", "--stdin", stdin=page.encode()).strip()
            entry = f"100644,{blob},{path}"
            _demand(root, "update-index", "--add", "--cacheinfo", entry, more=index)
        made = _demand(root, "write-tree", more=index).strip()
    if parent and made == _demand(root, "rev-parse", f"{parent}^{{tree}}").strip():
        return None
    onto = ("-p", parent) if parent else ()
    return _demand(root, "commit-tree", made, *onto, "-m", message, more=_NOBODY).strip()


# --- git itself ---------------------------------------------------------------------------------


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


def _demand(
    root: Path,
    *arguments: str,
    stdin: bytes | None = None,
    more: Mapping[str, str] | None = None,
    remedy: str = _FETCH,
) -> str:
    ended = _run(root, *arguments, stdin=stdin, more=more)
    if ended is None or ended.returncode:
        raise _fault(arguments[0], ended, remedy)
    return ended.stdout.decode()


def _fault(
    verb: str, ended: subprocess.CompletedProcess[bytes] | None, remedy: str = _FETCH
) -> EnvironmentFault:
    if ended is None:
        return EnvironmentFault("git was not found.", "Install git.")
    said = shown(ended.stderr.decode(errors="replace").strip().partition("\n")[0])
    return EnvironmentFault(f"git {verb} failed: {said}", remedy)


def _run(
    root: Path,
    *arguments: str,
    stdin: bytes | None = None,
    more: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes] | None:
    command = shutil.which("git")
    if command is None:
        return None
    try:
        return subprocess.run(  # noqa: S603 - our own arguments, no shell
            [command, "-c", "core.quotePath=false", *arguments],
            cwd=root,
            input=stdin,
            capture_output=True,
            env={**os.environ, "GIT_TERMINAL_PROMPT": "0", **(more or {})},
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        late = f"no answer within {_SECONDS} seconds".encode()
        return subprocess.CompletedProcess(error.cmd, 1, b"", late)
