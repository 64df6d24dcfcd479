"""What is seen of a SageMaker project: its version, pipelines, models, deployments."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from catalog.studio.listing import SeenVersion

_ACCOUNT = re.compile(r"\d{12}")
_ROLE = re.compile(r"sagemaker-role-[a-z0-9]+")
_GROUP = "ModelPackageGroupName"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A SageMaker project (DescribeProject).

    Args:
        message: What Service Catalog or CloudFormation says of what it launched; why it failed.
        version_id: Provisioning artifact it was made from.
        template: Name of the template in S3 it was made from; empty for one from a product.
        stack: ARN of the stack of such a template.
        parameters: As given when it was created or updated.
    """

    name: str
    id: str
    arn: str
    status: str
    created: datetime
    message: str = ""
    product_id: str = ""
    version_id: str = ""
    template: str = ""
    stack: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        """What the names of its resources begin with."""
        return f"sagemaker-{self.name}-{self.id}"

    @property
    def under_way(self) -> bool:
        """Whether something is being done to it."""
        return self.status == "Pending" or self.status.endswith("InProgress")

    @property
    def failed(self) -> bool:
        """Whether it never came about."""
        return self.status == "CreateFailed"

    @property
    def accounts(self) -> tuple[str, ...]:
        """Accounts (12 digits) that its parameters name: where it deploys to."""
        lists = ([one.strip() for one in v.split(",")] for v in self.parameters.values())
        found = {one for parts in lists if all(map(_ACCOUNT.fullmatch, parts)) for one in parts}
        return tuple(sorted(found))

    @property
    def roles(self) -> tuple[str, ...]:
        """Names of the roles through which it deploys, as its parameters name them."""
        return tuple(sorted({v for v in self.parameters.values() if _ROLE.fullmatch(v)}))

    @property
    def group(self) -> str:
        """Its model package group: the one a parameter names, else of the project's own name."""
        named = (v for key, v in self.parameters.items() if key.endswith(_GROUP) and v)
        return next(named, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The product, or the template in S3, a project came from; empty where it is not seen."""

    product: str = ""
    version: str = ""
    deprecated: bool = False
    newer: tuple[str, ...] = ()

    @staticmethod
    def of(title: str, versions: tuple[SeenVersion, ...], version_id: str) -> Origin:
        """What a project's version is called, and which ones came after it."""
        mine = next((one for one in versions if one.id == version_id), None)
        if mine is None:
            return Origin(product=title)
        later = sorted((v for v in versions if v.created > mine.created), key=lambda v: v.created)
        return Origin(
            product=title,
            version=mine.name,
            deprecated=mine.deprecated,
            newer=tuple(one.name for one in later if not one.deprecated),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """An action of a pipeline's stage, as the stage's latest run did it.

    Args:
        question: What an approval asks, with variables filled in.
        token: What an answer to a pending approval must name; empty elsewhere.
        build: Id of the CodeBuild build that it was, `<project>:<uuid>`; empty elsewhere.
        log: How the log of a failed build ends.
    """

    name: str
    status: str = ""
    summary: str = ""
    error: str = ""
    question: str = ""
    token: str = ""
    build: str = ""
    log: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A stage of a pipeline and how its latest run ended.

    Args:
        run: Id of that run, which need not be the pipeline's newest; empty before the first.
        actions: What that run has begun.
    """

    name: str
    status: str
    run: str = ""
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """A question that a pipeline waits to have answered."""

    pipeline: str
    stage: str
    action: str
    token: str
    question: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of a pipeline."""

    id: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """A pipeline of a project, with its newest run."""

    name: str
    stages: tuple[Stage, ...]
    latest: Run | None = None

    @property
    def approvals(self) -> tuple[Approval, ...]:
        """What it waits to have answered."""
        return tuple(
            Approval(
                pipeline=self.name,
                stage=stage.name,
                action=action.name,
                token=action.token,
                question=action.question or action.summary,
            )
            for stage in self.stages
            for action in stage.actions
            if action.token and action.status == "InProgress"
        )

    def outdated(self, stage: Stage) -> bool:
        """Whether the newest run has not come to a stage, which shows an earlier one."""
        return bool(stage.run and self.latest and stage.run != self.latest.id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A version in a model package group."""

    arn: str
    version: int
    approval: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An endpoint in a target account."""

    account: str
    name: str
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """A place or thing that could not be looked at, and why."""

    where: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """All that is seen of a project."""

    project: Project
    origin: Origin
    pipelines: tuple[Pipeline, ...] = ()
    models: tuple[Model, ...] = ()
    endpoints: tuple[Endpoint, ...] = ()
    unseen: tuple[Unseen, ...] = ()
