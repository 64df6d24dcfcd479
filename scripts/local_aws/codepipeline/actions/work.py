"""What an action gets to do its work, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local_aws import inside
from local_aws.codepipeline import artifacts
from local_aws.codepipeline.state import ABANDONED, ActionRun, Artifact, Execution, current


class Failed(Exception):
    """An action failed: a code and a message, as people see them."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a successful action leaves: the artifacts it made, its output variables, a summary."""

    outputs: tuple[Artifact, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One run of an action.

    Args:
        execution: As it was when the action began.
        run: The run, its configuration resolved.
        report: Notes something of the run while it goes on, e.g. `report(token=…)`.
    """

    execution: Execution
    run: ActionRun
    report: Callable[..., ActionRun]

    @property
    def configuration(self) -> Mapping[str, str]:
        """The action's configuration, variables replaced."""
        return self.run.resolved

    @property
    def role(self) -> str:
        """Under which the action works: its own role, or the pipeline's."""
        own = self.run.declaration.get("roleArn") or self.execution.declaration["roleArn"]
        return str(own)

    @property
    def region(self) -> str:
        """Where the action works."""
        return str(self.run.declaration.get("region") or self.execution.region)

    @property
    def abandoned(self) -> bool:
        """Whether somebody stopped the execution without waiting for this run."""
        run = current(self.execution).action_run(self.run.id)
        return run.status == ABANDONED

    def client(self, service: str) -> Any:
        """A client of a service under the action's role."""
        return inside.client(service, self.execution.account, self.region, self.role)

    def output_places(self) -> tuple[Artifact, ...]:
        """Where the artifacts of this run will lie."""
        names = [one["name"] for one in self.run.declaration.get("outputArtifacts") or ()]
        return tuple(artifacts.place(self.execution, name, self.region) for name in names)
