"""What CodePipeline remembers of one account and region."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, ClassVar

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource

from local_aws import serial, work

IN_PROGRESS, SUCCEEDED, FAILED = "InProgress", "Succeeded", "Failed"
STOPPING, STOPPED, SUPERSEDED = "Stopping", "Stopped", "Superseded"
SKIPPED, ABANDONED, CANCELLED = "Skipped", "Abandoned", "Cancelled"


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


def new_id() -> str:
    """An id as CodePipeline forms them."""
    return str(uuid.uuid4())


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """Whether executions may enter a stage, and who said so."""

    enabled: bool = True
    reason: str = ""
    by: str = ""
    at: datetime = field(default_factory=now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """A pipeline: its structure as the API spells it, every version of it, its transitions."""

    name: str
    arn: str
    versions: tuple[Mapping[str, Any], ...]
    tags: Mapping[str, str]
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    transitions: Mapping[str, Transition] = field(default_factory=dict)

    @property
    def declaration(self) -> Mapping[str, Any]:
        """The newest structure."""
        return self.versions[-1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """What one action hands to others: a zip archive in S3, and the revision it was made from."""

    name: str
    bucket: str
    key: str
    revision: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionRun:
    """One run of an action.

    Args:
        resolved: Its configuration with variables replaced.
        token: Names an approval that is waited for.
        external: What the run is outside of CodePipeline, e.g. a build's id; `url` leads there.
        code: Why it failed, with `message`; as people see them.
        revision: What a source action found; `revision_summary` in words.
        verdict: What a person decided: `Approved` or `Rejected`.
    """

    id: str = field(default_factory=new_id)
    stage: str
    action: str
    status: str = IN_PROGRESS
    started: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    declaration: Mapping[str, Any]
    resolved: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[Artifact, ...] = ()
    outputs: tuple[Artifact, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    token: str = ""
    verdict: str = ""
    by: str = ""
    summary: str = ""
    external: str = ""
    url: str = ""
    code: str = ""
    message: str = ""
    revision: str = ""
    revision_summary: str = ""
    revision_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRun:
    """One evaluation of a rule of a condition."""

    id: str = field(default_factory=new_id)
    name: str
    status: str
    at: datetime = field(default_factory=now)
    declaration: Mapping[str, Any]
    resolved: Mapping[str, str] = field(default_factory=dict)
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRun:
    """One evaluation of a condition."""

    status: str
    rules: tuple[RuleRun, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRun:
    """A stage of one execution; `conditions` by kind, `beforeEntry` and `onSuccess`."""

    status: str = IN_PROGRESS
    entered: datetime = field(default_factory=now)
    conditions: Mapping[str, tuple[ConditionRun, ...]] = field(default_factory=dict)
    retries: int = 0
    retried_by: str = ""
    overridden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Execution:
    """One execution of a pipeline.

    Args:
        number: Counts the executions of a pipeline; a greater one is newer.
        declaration: The structure it runs with.
        trigger: Its type and detail.
        variables: The pipeline's variables, with values.
        waiting: The stage it waits to enter.
        stop: `wait` or `abandon`, once somebody asked it to stop.
        artifacts: What actions made, by name.
        outputs: Output variables by namespace.
        attempt: Grows with each retry.
    """

    id: str = field(default_factory=new_id)
    number: int
    pipeline: str
    account: str
    region: str
    declaration: Mapping[str, Any]
    trigger: tuple[str, str]
    variables: Mapping[str, str]
    status: str = IN_PROGRESS
    summary: str = ""
    started: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    waiting: str = ""
    stop: str = ""
    stop_reason: str = ""
    stages: Mapping[str, StageRun] = field(default_factory=dict)
    actions: tuple[ActionRun, ...] = ()
    artifacts: Mapping[str, Artifact] = field(default_factory=dict)
    outputs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    attempt: int = 1

    @property
    def mode(self) -> str:
        """SUPERSEDED, QUEUED or PARALLEL."""
        return str(self.declaration["executionMode"])

    @property
    def ended(self) -> bool:
        """Whether nothing more happens."""
        return self.status not in (IN_PROGRESS, STOPPING)

    def action_run(self, run_id: str) -> ActionRun:
        """One of its action runs."""
        return next(run for run in self.actions if run.id == run_id)


class Account(TaggableResourcesMixin, BaseBackend):  # type: ignore[misc]  # moto is read untyped
    """CodePipeline of one account and region; moto's reset empties it with everything else."""

    SERVICE_NAMESPACE: ClassVar[str] = "codepipeline"

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.pipelines: dict[str, Pipeline] = {}
        self.executions: dict[str, Execution] = {}
        self.answers: dict[tuple[str, str], str] = {}

    def arn(self, name: str) -> str:
        """ARN of a pipeline (service authorization reference, *CodePipeline*)."""
        return f"arn:{self.partition}:codepipeline:{self.region_name}:{self.account_id}:{name}"

    def of(self, pipeline: str) -> list[Execution]:
        """A pipeline's executions, the newest first."""
        found = [one for one in self.executions.values() if one.pipeline == pipeline]
        return sorted(found, key=lambda one: one.number, reverse=True)

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Pipelines with tags, for the tagging API."""
        for one in self.pipelines.values():
            yield TaggedResource(
                arn=one.arn, tags=dict(one.tags), resource_type="codepipeline:pipeline"
            )


accounts = BackendDict(Account, "codepipeline")
"""CodePipeline everywhere: `accounts[account][region]`."""


def home(execution: Execution) -> Account:
    """Where an execution belongs."""
    return accounts[execution.account][execution.region]  # type: ignore[no-any-return]


def current(execution: Execution) -> Execution:
    """An execution as it stands now.

    Raises:
        Ended: It is gone with its pipeline, or with everything.
    """
    found = home(execution).executions.get(execution.id)
    if found is None:
        raise work.Ended
    return found


def amended(execution: Execution, change: Callable[[Execution], Execution]) -> Execution:
    """Remember an execution as `change` makes it from how it stands now.

    Raises:
        Ended: It is gone with its pipeline, or with everything.
    """
    with serial.turn():
        made = replace(change(current(execution)), updated=now())
        home(execution).executions[execution.id] = made
        return made


def changed(execution: Execution, **changes: Any) -> Execution:
    """Remember something new of an execution."""
    return amended(execution, lambda one: replace(one, **changes))


def changed_stage(execution: Execution, stage: str, **changes: Any) -> Execution:
    """Remember something new of a stage of an execution, entered or not."""

    def change(one: Execution) -> Execution:
        run = replace(one.stages.get(stage) or StageRun(), **changes)
        return replace(one, stages={**one.stages, stage: run})

    return amended(execution, change)


def changed_action(execution: Execution, run_id: str, **changes: Any) -> ActionRun:
    """Remember something new of an action run."""

    def change(one: Execution) -> Execution:
        runs = tuple(
            replace(run, updated=now(), **changes) if run.id == run_id else run
            for run in one.actions
        )
        return replace(one, actions=runs)

    return amended(execution, change).action_run(run_id)
