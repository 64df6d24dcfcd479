"""The shell a build's commands run in: one process, so that `cd` and `export` last.

CodeBuild runs all commands of a buildspec of version 0.2 in the same instance of the shell (user
guide, *Buildspec versions*). A command that ends the shell (`exit 1`) fails; what follows it, a
`finally` or `post_build`, begins anew where the last command left off.
"""

from __future__ import annotations

import contextlib
import os
import select
import shlex
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from local_aws import sandbox

_ENV = "/usr/bin/env"  # by its place: a build may have spoilt PATH

_LOOK = 0.05
"""Seconds between two looks at whether the build is to end."""


class Interrupted(Exception):
    """The build is to end while a command runs; `why` is a build status."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Shell:
    """A shell whose output goes to a file.

    Args:
        program: `sh` or `bash`.
        log: Everything that commands say is appended here.
        folder: For the shell's own files; must exist.
        interruption: Asked while a command runs; a status ends it.
    """

    def __init__(
        self,
        program: str,
        *,
        log: Path,
        folder: Path,
        directory: Path,
        environment: Mapping[str, str],
        interruption: Callable[[], str],
    ) -> None:
        self._program = program
        self._log = log
        self._folder = folder
        self._environment = dict(environment) | {"PWD": str(directory)}
        self._interruption = interruption
        self._process: subprocess.Popen[bytes] | None = None
        self._answers = folder / "answers"
        os.mkfifo(self._answers)
        self._hearing = os.open(self._answers, os.O_RDWR | os.O_NONBLOCK)

    def __enter__(self) -> Shell:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()
        os.close(self._hearing)

    @property
    def environment(self) -> Mapping[str, str]:
        """The exported variables after the last command."""
        return self._environment

    def export(self, name: str, value: str) -> None:
        """Set a variable for the commands to come."""
        self._environment[name] = value
        if self._process is not None:
            self._tell(f"export {name}={shlex.quote(value)}\n")

    def run(self, command: str) -> int:
        """Run one command, which may have several lines; its exit status.

        Raises:
            Interrupted: The build is to end.
        """
        if why := self._interruption():
            raise Interrupted(why)
        script, state = self._folder / "command", self._folder / "environment"
        script.write_text(command + "\n")
        if self._process is None:
            self._process = self._begun()
        self._tell(
            f'. "{script}" </dev/null\n'
            f'{{ status=$?; {_ENV} -0 >"{state}"; echo "$status" >"{self._answers}"; }}\n'
        )
        status = self._answer(self._process)
        if state.exists():
            self._environment = _parsed(state.read_bytes())
            state.unlink()
        return status

    def _begun(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(  # noqa: S603 - the build's own shell
                [f"/bin/{self._program}", "-s"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self._environment["PWD"],
                env=self._environment,
                start_new_session=True,
            )

    def _tell(self, line: str) -> None:
        pipe = self._process.stdin if self._process else None
        with contextlib.suppress(BrokenPipeError):  # it ended; `_answer` notices
            if pipe:
                pipe.write(line.encode())
                pipe.flush()

    def _answer(self, process: subprocess.Popen[bytes]) -> int:
        """The status the shell reports, or its own when it ended."""
        while not select.select([self._hearing], [], [], _LOOK)[0]:
            if why := self._interruption():
                self._end()
                raise Interrupted(why)
            if (status := process.poll()) is not None:
                self._end()
                return status
        return int(os.read(self._hearing, 64))

    def _end(self) -> None:
        """End the shell and whatever it left running."""
        if self._process is None:
            return
        sandbox.end(self._process)
        if self._process.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.close()
        self._process.wait()
        self._process = None


def _parsed(dump: bytes) -> dict[str, str]:
    lines = dump.decode(errors="surrogateescape").split("\0")
    return dict(line.split("=", 1) for line in lines if "=" in line)
