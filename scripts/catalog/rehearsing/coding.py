"""What people do with a project's code: clone it, change it, push it, run its notebooks."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog.rehearsing.people import PATIENCE, Actor
from catalog.rehearsing.trouble import Unexpected

CREDENTIALS = (
    *("-c", "credential.helper=!aws codecommit credential-helper $@"),
    *("-c", "credential.UseHttpPath=true"),
)
"""How people set git up for repositories in AWS (CodeCommit user guide, *Setup for HTTPS*)."""

NOTEBOOK = Path(__file__).with_name("notebook.py")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A clone of a repository on somebody's machine.

    Args:
        folder: Where its files are.
        branch: That is checked out and pushed.
    """

    folder: Path
    branch: str

    def read(self, path: str) -> str:
        """Text of a file."""
        return (self.folder / path).read_text(encoding="utf-8")

    def write(self, path: str, text: str) -> None:
        """Change a file on this machine only."""
        (self.folder / path).write_text(text, encoding="utf-8")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AtCode(Actor):
    """Verbs of whoever writes code."""

    def clones(self, code_repository: str) -> Checkout:
        """Clone a repository that SageMaker lists, by the name under which it does."""
        with self.step(f"clones {code_repository}"):
            folder = Path(tempfile.mkdtemp(prefix="checkout-", dir=self.scene.machine))
            url, branch = self._address(code_repository)
            self._git(folder, "clone", "--quiet", "--branch", branch, url, ".")
            return Checkout(folder=folder, branch=branch)

    def _address(self, code_repository: str) -> tuple[str, str]:
        """Address and branch of a repository, as SageMaker tells them."""
        found = self.call(
            "sagemaker", "describe_code_repository", CodeRepositoryName=code_repository
        )["GitConfig"]
        return found["RepositoryUrl"], found["Branch"]

    def connects(self, name: str) -> str:
        """Connect the account to a Git provider, handshake included; the connection's ARN."""
        with self.step(f"connects the Git provider as {name}"):
            made = self.call(
                "codeconnections", "create_connection", ProviderType="GitHub", ConnectionName=name
            )
            arn = str(made["ConnectionArn"])
            self.scene.ground.complete_connection(arn)
            return arn

    def completes_connection(self, name: str) -> None:
        """Finish the handshake of a pending connection, in the console."""
        with self.step(f"completes the connection {name} in the console"):
            listed = self.call("codeconnections", "list_connections")["Connections"]
            arns = [one["ConnectionArn"] for one in listed if one["ConnectionName"] == name]
            if len(arns) != 1:
                raise Unexpected(f"one connection {name}", f"{len(arns)} of {len(listed)}")
            self.scene.ground.complete_connection(arns[0])

    def pushes(self, checkout: Checkout, message: str, changes: Mapping[str, str]) -> None:
        """Change files, commit and push them.

        Args:
            checkout: Where.
            message: Of the commit.
            changes: Path -> new text.
        """
        with self.step(f"pushes “{message}”"):
            for path, text in changes.items():
                checkout.write(path, text)
            author = ("-c", f"user.name={self.name}", "-c", f"user.email={self.name}@example.com")
            self._git(checkout.folder, *author, "commit", "--quiet", "--all", "--message", message)
            self._git(checkout.folder, "push", "--quiet", "origin", f"HEAD:{checkout.branch}")

    def runs_notebook(
        self, checkout: Checkout, path: str, *, until: str = "", **values: object
    ) -> None:
        """Run a notebook's cells in order, in its folder, as this person.

        Args:
            checkout: Holds the notebook.
            path: Of the notebook, from the checkout's root.
            until: A heading; the cells under it are not run. Empty for all cells.
            values: Names that the notebook assigns -> what the person writes there instead.
        """
        with self.step(f"runs {path}" + (f" up to “{until}”" if until else "")):
            notebook = checkout.folder / path
            asked = json.dumps({"until": until, "values": values})
            self._run([sys.executable, str(NOTEBOOK), notebook.name, asked], notebook.parent)

    def _git(self, folder: Path, *arguments: str) -> None:
        self._run(["git", *CREDENTIALS, *arguments], folder)

    def _run(self, command: list[str], folder: Path) -> None:
        environment = self.scene.ground.environment(self.account, self.role)
        try:
            done = subprocess.run(  # noqa: S603 - our own programs
                command,
                cwd=folder,
                env={**environment, "HOME": str(self.scene.machine)},
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Unexpected(
                f"{command[0]} to end", f"it still runs after {PATIENCE:.0f} s"
            ) from None
        if done.returncode:
            told = (done.stderr or done.stdout).strip().splitlines()
            raise Unexpected(f"{Path(command[0]).name} to succeed", " / ".join(told[-6:]))
