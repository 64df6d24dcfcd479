"""What people do with the catalog's repository at its Git provider: branch, check, push, merge."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

from catalog.rehearsing.people import Scene
from catalog.rehearsing.trouble import Unexpected

_SECONDS = 120


@dataclass(slots=True, kw_only=True)
class Contributor:
    """Somebody with a checkout of a repository; none of this needs AWS.

    Args:
        scene: What goes on.
        name: One word: `author`.
        repository: `<owner>/<name>` at the Git provider.
    """

    scene: Scene
    name: str
    repository: str
    _checkout: Path | None = field(default=None)

    @property
    def folder(self) -> Path:
        """The checkout; cloned when it is first needed."""
        if self._checkout is None:
            made = Path(tempfile.mkdtemp(prefix="checkout-", dir=self.scene.machine))
            address = self.scene.ground.provider_address(self.repository)
            self._run(["git", "clone", "--quiet", str(address), "."], made)
            self._checkout = made
        return self._checkout

    def writes(self, branch: str, files: Mapping[str, bytes]) -> None:
        """Begin a branch and put files there: path -> content."""
        with self.step(f"begins branch {branch}: {_counted(files)}"):
            self._git("checkout", "--quiet", "-B", branch)
            for path, content in files.items():
                file = self.folder / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)

    def pushes(self, message: str) -> None:
        """Commit everything on the branch, and push it."""
        with self.step(f"pushes “{message}”"):
            self._git("add", "--all")
            self._git("commit", "--quiet", "--message", message)
            self._git("push", "--quiet", "origin", "HEAD")
            self.scene.ground.pushed_to_provider(self.repository)

    def merges(self, branch: str, *, into: str = "main") -> str:
        """Merge a branch, as its pull request is accepted; the commit that `into` has then."""
        with self.step(f"merges {branch} into {into}"):
            self._git("fetch", "--quiet", "origin")
            self._git("push", "--quiet", "origin", f"origin/{branch}:refs/heads/{into}")
            self.scene.ground.pushed_to_provider(self.repository)
            return self._git("rev-parse", f"origin/{into}").strip()

    def reads(self, branch: str, path: str, says: str) -> None:
        """Fetch a branch; a file in it says something."""
        with self.step(f"reads {path} on {branch}"):
            self._git("fetch", "--quiet", "origin")
            told = self._git("show", f"origin/{branch}:{path}")
            if says not in told:
                raise Unexpected(f"“{says}”", told[:400])

    def runs(self, *command: str, says: str) -> None:
        """Run `catalog …` in the checkout, which succeeds and says something.

        Args:
            command: Verb and options.
            says: What its output has to contain.
        """
        with self.step(f"runs catalog {' '.join(command)}"):
            told = self._run([sys.executable, "-m", "catalog", *command], self.folder)
            if says not in told:
                raise Unexpected(f"“{says}”", told.strip()[-400:] or "nothing")

    def step(self, what: str) -> AbstractContextManager[None]:
        """A line of the timeline, in this person's name."""
        return self.scene.step(self.name, what, "")

    def _git(self, *arguments: str) -> str:
        who = ("-c", f"user.name={self.name}", "-c", f"user.email={self.name}@example.com")
        return self._run(["git", *who, *arguments], self.folder)

    def _run(self, command: list[str], folder: Path) -> str:
        environment = {name: value for name, value in os.environ.items() if name in _KEPT}
        done = subprocess.run(  # noqa: S603 - our own programs
            command,
            cwd=folder,
            env={**environment, "HOME": str(self.scene.machine)},
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=False,
        )
        if done.returncode:
            told = (done.stderr or done.stdout).strip().splitlines()
            raise Unexpected(f"{' '.join(command[:4])} to succeed", " / ".join(told[-8:]))
        return done.stdout


def _counted(files: Mapping[str, bytes]) -> str:
    return "1 file" if len(files) == 1 else f"{len(files)} files"


_KEPT = frozenset({"PATH", "LANG", "LC_ALL", "TMPDIR", "PYTHONPATH"})
"""What of our environment a person's programs see: no keys, no settings of git."""
