"""A bare git repository on disk, through the git command line.

Every call runs git with an environment of its own, so that nobody's configuration decides what a
commit is. Authors and dates are given, never taken from the clock: equal histories have equal ids.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from local_aws.errors import Refusal

BRANCHES = "refs/heads/"
EXECUTABLE, NORMAL, FOLDER = "100755", "100644", "040000"
BEGINNING = 1577836800
"""Date of a repository's first commit: the beginning of 2020, in seconds since 1970."""

Files = Mapping[str, tuple[bytes, bool]]
"""Path -> content, and whether it is executable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Author:
    """Who commits, and when (seconds since 1970, UTC)."""

    name: str
    email: str
    seconds: int = BEGINNING

    def line(self) -> str:
        """As git writes it in a commit."""
        name = self.name.translate({ord(char): None for char in "<>\n"}) or "unknown"
        return f"{name} <{self.email}> {self.seconds} +0000"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file, link or folder in a tree: git's mode, its blob or tree, its whole path."""

    mode: str
    blob: str
    path: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A commit as git keeps it; author and committer are `(name, email, seconds zone)`."""

    id: str
    tree: str
    parents: tuple[str, ...]
    author: tuple[str, str, str]
    committer: tuple[str, str, str]
    message: str


@dataclass(frozen=True, slots=True)
class Bare:
    """The bare repository in a directory."""

    path: Path

    def create(self) -> Bare:
        """Make it, empty."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        command = ["init", "--quiet", "--bare", "--template=", "--initial-branch=main"]
        git([*command, str(self.path)])
        return self

    def refs(self) -> dict[str, str]:
        """Every ref's full name and the object it names."""
        lines = self._git("for-each-ref", "--format=%(objectname) %(refname)").decode().splitlines()
        return {name: commit for commit, _, name in (line.partition(" ") for line in lines)}

    def branches(self) -> dict[str, str]:
        """Every branch's short name and its newest commit, sorted."""
        refs = self.refs().items()
        return {n.removeprefix(BRANCHES): id_ for n, id_ in refs if n.startswith(BRANCHES)}

    def kind(self, object_id: str) -> str:
        """`commit`, `blob`, …; empty when there is no such object."""
        asked = self._git(
            "cat-file", "--batch-check=%(objecttype)", given=f"{object_id}\n".encode()
        )
        kind = asked.decode().strip()
        return "" if kind.endswith("missing") or " " in kind else kind

    def blob(self, blob: str) -> bytes:
        """A blob's content."""
        return self._git("cat-file", "blob", blob)

    def commit_at(self, commit: str) -> Commit:
        """A commit's own facts."""
        form = "%H%x00%T%x00%P%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%B"
        out = self._git("show", "--no-patch", "--date=raw", f"--format={form}", commit).decode()
        id_, tree, parents, an, ae, ad, cn, ce, cd, message = out.split("\0", 9)
        return Commit(
            id=id_,
            tree=tree,
            parents=tuple(parents.split()),
            author=(an, ae, ad),
            committer=(cn, ce, cd),
            message=message.rstrip("\n"),
        )

    def entries(self, commit: str, *, folders: bool = False) -> dict[str, Entry]:
        """Every file of a commit by its path, and every folder where asked."""
        options = ["-r", "-z", "--full-tree", *(["-t"] if folders else [])]
        found: dict[str, Entry] = {}
        for line in self._git("ls-tree", *options, commit).decode().split("\0")[:-1]:
            facts, _, path = line.partition("\t")
            mode, _, blob = facts.split(" ")
            found[path] = Entry(mode=mode, blob=blob, path=path)
        return found

    def files(self, commit: str) -> dict[str, tuple[bytes, bool]]:
        """Every file of a commit: path -> content, and whether it is executable."""
        entries = self.entries(commit).values()
        asked = "".join(f"{entry.blob}\n" for entry in entries).encode()
        out, at = self._git("cat-file", "--batch", given=asked), 0
        found = {}
        for entry in entries:
            head, at = out[at : (end := out.index(b"\n", at))], end + 1
            size = int(head.split(b" ")[2])
            found[entry.path] = out[at : at + size], entry.mode == EXECUTABLE
            at += size + 1
        return found

    def commit(
        self, branch: str, files: Files, message: str, author: Author, gone: Iterable[str] = ()
    ) -> str:
        """Add a commit to a branch, made when missing; its id.

        Args:
            branch: Short name.
            files: What it puts; other files stay as they are.
            message: The commit's message.
            author: Also its committer.
            gone: Paths it removes.
        """
        ref = BRANCHES + branch
        parent = self.refs().get(ref)
        head = [f"commit {ref}", f"author {author.line()}", f"committer {author.line()}"]
        stream = [*(line.encode() + b"\n" for line in head), _data(message.encode())]
        stream += [f"from {parent}\n".encode()] if parent else []
        stream += [f"D {_quoted(path)}\n".encode() for path in gone]
        for path, (content, executable) in sorted(files.items()):
            mode = EXECUTABLE if executable else NORMAL
            stream += [f"M {mode} inline {_quoted(path)}\n".encode(), _data(content)]
        self._git("fast-import", "--quiet", "--date-format=raw", given=b"".join([*stream, b"\n"]))
        return self.refs()[ref]

    def differences(self, before: str, after: str) -> list[tuple[str, Entry | None, Entry | None]]:
        """What changed between two commits (`before` may be empty): kind A, M or D, old, new."""
        old = self.entries(before) if before else {}
        new = self.entries(after)
        changed = (
            path for path in sorted(old.keys() | new.keys()) if old.get(path) != new.get(path)
        )
        kinds = {(True, True): "M", (False, True): "A", (True, False): "D"}
        return [(kinds[path in old, path in new], old.get(path), new.get(path)) for path in changed]

    def set_branch(self, branch: str, commit: str) -> None:
        """Let a branch name a commit; an empty id removes the branch."""
        ref = BRANCHES + branch
        self._git(*(("update-ref", ref, commit) if commit else ("update-ref", "-d", ref)))

    def follow(self, branch: str) -> None:
        """Let this branch be what a clone checks out."""
        self._git("symbolic-ref", "HEAD", BRANCHES + branch)

    def _git(self, *arguments: str, given: bytes = b"") -> bytes:
        return git(["--git-dir", str(self.path), *arguments], given)


def git(arguments: list[str], given: bytes = b"") -> bytes:
    """Run git on its own terms; its output.

    Raises:
        Refusal: It failed; the text is what it said.
    """
    done = subprocess.run(  # noqa: S603 - git, with arguments of ours
        ["git", *arguments],  # noqa: S607 - whichever git this machine has
        input=given,
        capture_output=True,
        env=environment(),
        check=False,
    )
    if done.returncode:
        raise Refusal("GeneralException", done.stderr.decode(errors="replace").strip())
    return done.stdout


def environment() -> dict[str, str]:
    """What git gets to see: where programs are, and nobody's configuration."""
    return {
        "PATH": os.environ.get("PATH", os.defpath),
        "LC_ALL": "C.UTF-8",
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
    }


def _data(content: bytes) -> bytes:
    return f"data {len(content)}\n".encode() + content + b"\n"


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
