"""What CodeBuild remembers of one account and region."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, ClassVar, Protocol, TypeVar

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource

from local_aws import serial, work

SUCCEEDED, FAILED, FAULT = "SUCCEEDED", "FAILED", "FAULT"
IN_PROGRESS, STOPPED, TIMED_OUT = "IN_PROGRESS", "STOPPED", "TIMED_OUT"


def now() -> datetime:
    """This moment."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Phase:
    """One phase of a build: when, how it ended, and why (a status code and a message)."""

    name: str
    status: str = IN_PROGRESS
    started: datetime = field(default_factory=now)
    ended: datetime | None = None
    code: str = ""
    message: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """A build: what was ordered, and what became of it.

    Args:
        id: `<project>:<uuid>`.
        project: The project with the request's overrides applied, as the API spells it.
        variables: Environment variables of project and request (`name`, `value`, `type`).
        initiator: Who started it: `codepipeline/<name>`, or a role and its session.
        resolved_version: The revision that was built, e.g. a commit id.
        batch: ARN of the batch it is part of, if any; `batch_identifier` is its name there.
    """

    id: str
    arn: str
    number: int
    account: str
    region: str
    project: Mapping[str, Any]
    variables: tuple[Mapping[str, str], ...]
    initiator: str
    source_version: str = ""
    resolved_version: str = ""
    status: str = IN_PROGRESS
    phases: tuple[Phase, ...] = ()
    started: datetime = field(default_factory=now)
    ended: datetime | None = None
    exported: Mapping[str, str] = field(default_factory=dict)
    log_group: str = ""
    log_stream: str = ""
    batch: str = ""
    batch_identifier: str = ""
    stopping: bool = False

    @property
    def run_id(self) -> str:
        """The part of the id after the project's name."""
        return self.id.rpartition(":")[2]

    @property
    def role(self) -> str:
        """ARN of the role it works under."""
        return str(self.project["serviceRole"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One build of a batch: what it waits for, and its id once it has begun."""

    identifier: str
    after: tuple[str, ...] = ()
    ignore_failure: bool = False
    build: str = ""
    requested: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """A batch build: what was ordered, and what became of it.

    Args:
        id: `<project>:<uuid>`.
        project: The project with the request's overrides applied, as the API spells it.
        request: What StartBuildBatch asked for, which its builds inherit.
        initiator: Who started it.
        groups: Its builds, once the buildspec has been read.
    """

    id: str
    arn: str
    number: int
    account: str
    region: str
    project: Mapping[str, Any]
    request: Mapping[str, Any]
    initiator: str
    source_version: str = ""
    resolved_version: str = ""
    status: str = IN_PROGRESS
    phases: tuple[Phase, ...] = ()
    groups: tuple[Group, ...] = ()
    started: datetime = field(default_factory=now)
    ended: datetime | None = None
    stopping: bool = False

    @property
    def config(self) -> Mapping[str, Any]:
        """Its ProjectBuildBatchConfig."""
        return self.project["buildBatchConfig"]  # type: ignore[no-any-return]

    @property
    def role(self) -> str:
        """ARN of the role its builds work under, which fetches sources and artifacts."""
        return str(self.project["serviceRole"])


class Worker(Protocol):
    """Who does something in an account under a service role: a build or a batch."""

    @property
    def account(self) -> str:
        """12 digits."""

    @property
    def region(self) -> str:
        """Where."""

    @property
    def role(self) -> str:
        """ARN of the service role."""


class Account(TaggableResourcesMixin, BaseBackend):  # type: ignore[misc]  # moto is read untyped
    """CodeBuild of one account and region; moto's reset empties it with everything else."""

    SERVICE_NAMESPACE: ClassVar[str] = "codebuild"

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.projects: dict[str, dict[str, Any]] = {}
        self.numbers: dict[str, int] = {}
        self.builds: dict[str, Build] = {}
        self.batches: dict[str, Batch] = {}
        self.batch_numbers: dict[str, int] = {}

    def arn(self, kind: str, name: str) -> str:
        """ARN of a project or build (service authorization reference, *CodeBuild*)."""
        where = f"{self.region_name}:{self.account_id}"
        return f"arn:{self.partition}:codebuild:{where}:{kind}/{name}"

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Projects with tags, for the tagging API."""
        for project in self.projects.values():
            tags = {tag["key"]: tag["value"] for tag in project.get("tags") or ()}
            yield TaggedResource(arn=project["arn"], tags=tags, resource_type="codebuild:project")


accounts = BackendDict(Account, "codebuild")
"""CodeBuild everywhere: `accounts[account][region]`."""


_One = TypeVar("_One", Build, Batch)


def _kept(one: _One) -> dict[str, _One]:
    account = accounts[one.account][one.region]
    return account.builds if isinstance(one, Build) else account.batches  # type: ignore[no-any-return]


def changed(one: _One, **changes: Any) -> _One:
    """Remember something new of a build or batch, whatever else was noted of it meanwhile.

    Raises:
        Ended: The embedded AWS was emptied.
    """
    with serial.turn():
        kept = _kept(one)
        kept[one.id] = replace(current(one), **changes)
        return kept[one.id]


def current(one: _One) -> _One:
    """A build or batch as it stands now.

    Raises:
        Ended: The embedded AWS was emptied.
    """
    found = _kept(one).get(one.id)
    if found is None:
        raise work.Ended
    return found


def ended(account: str, region: str, build_id: str) -> bool:
    """Whether a build has ended; one that nobody knows has, too."""
    build = accounts[account][region].builds.get(build_id)
    return build is None or build.status != IN_PROGRESS


def batch_ended(account: str, region: str, batch_id: str) -> bool:
    """Whether a batch has ended; one that nobody knows has, too."""
    batch = accounts[account][region].batches.get(batch_id)
    return batch is None or batch.status != IN_PROGRESS
