"""How a build goes from phase to phase (CodeBuild user guide, *Build phase transitions*).

A failed `install` or `pre_build` ends the build; after a failed `build`, `post_build` still runs
and artifacts are tried. `on-failure` says otherwise: ABORT ends the build, CONTINUE goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from local_aws.codebuild.buildspec import Steps
from local_aws.codebuild.logs import Log
from local_aws.codebuild.shell import Interrupted, Shell
from local_aws.codebuild.state import (
    FAILED,
    SUCCEEDED,
    Build,
    Phase,
    changed,
    current,
    now,
)

COMMAND_FAILED = "COMMAND_EXECUTION_ERROR"


class Failed(Exception):
    """A phase failed: a status code and a message, as people see them; `status` as the phase's."""

    def __init__(self, code: str, message: str, status: str = FAILED) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.status = status


@contextmanager
def phase(build: Build, log: Log, name: str) -> Iterator[None]:
    """Note how the phase that goes on within ends."""
    begun = Phase(name=name)
    earlier = current(build).phases
    changed(build, phases=(*earlier, begun))

    def end(**how: str) -> None:
        ended = replace(begun, ended=now(), **how)  # type: ignore[arg-type]
        changed(build, phases=(*earlier, ended))
        log.note(f"Phase complete: {name} State: {ended.status}")
        log.note(f"Phase context status code: {ended.code} Message: {ended.message}")
        log.send()

    try:
        yield
    except Failed as failure:
        end(status=failure.status, code=failure.code, message=failure.message)
        raise
    end(status=SUCCEEDED)


def goes_on(name: str, steps: Steps, failure: Failed) -> bool:
    """Whether a build goes on after one of its phases failed."""
    if failure.status != FAILED:
        return False
    if steps.on_failure:
        return steps.on_failure == "CONTINUE"
    return name in ("build", "post_build")


def commands(shell: Shell, log: Log, name: str, steps: Steps) -> None:
    """Run the commands of a phase; the first that fails ends them, `finally` runs in any case.

    Raises:
        Failed: A command failed.
    """
    log.note(f"Entering phase {name.upper()}")
    try:
        _each(shell, log, steps.commands)
    finally:
        _each(shell, log, steps.finally_)


def _each(shell: Shell, log: Log, lines: tuple[str, ...]) -> None:
    for line in lines:
        log.note(f"Running command {line}")
        try:
            status = shell.run(line)
        except Interrupted as interrupted:
            text = f"Build ended while executing command: {line}. Reason: {interrupted.why}"
            raise Failed(interrupted.why, text, interrupted.why) from interrupted
        if status:
            log.note(f"Command did not exit successfully {line} exit status {status}")
            text = f"Error while executing command: {line}. Reason: exit status {status}"
            raise Failed(COMMAND_FAILED, text)
