"""What there is of a project -> what is removed, in the order that AWS needs. Pure.

A deployment outlives its project and can be reached only while roles and repository still say
where it is, so deployments go before the project, and what a project retains on purpose goes last.
A pipeline that still runs could deploy again behind us: it is stopped before anything else.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """What a removal is about; the number is its place in the order."""

    RUN = 1
    STACK = 2
    STACK_SET = 3
    PROJECT = 4
    TRAINING = 5
    REPOSITORY = 6
    BUCKET = 7
    MODEL_GROUP = 8
    LOG_GROUP = 9
    OTHER = 10


WORDS = {
    Kind.RUN: ("stop", "pipeline run"),
    Kind.STACK: ("delete", "deployment stack"),
    Kind.STACK_SET: ("delete", "stack set and its instances"),
    Kind.PROJECT: ("delete", "project"),
    Kind.TRAINING: ("delete", "training pipeline"),
    Kind.REPOSITORY: ("delete", "repository, with every commit"),
    Kind.BUCKET: ("delete", "bucket, with every version of every object"),
    Kind.MODEL_GROUP: ("delete", "model package group, with every version"),
    Kind.LOG_GROUP: ("delete", "log group"),
    Kind.OTHER: ("leave", "resource that this command does not remove"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Thing:
    """Something of a project that exists.

    Args:
        name: As its service names it; for a run, `<pipeline>/<execution id>`.
        account: 12 digits.
        arn: Where it has one that is needed.
        units: Organizational units of a stack set's instances.
        regions: Regions of a stack set's instances.
        waits: Whether a run stands at an approval, which would never end by itself.
    """

    kind: Kind
    name: str
    account: str
    arn: str = ""
    units: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    waits: bool = False

    @property
    def described(self) -> str:
        """Kind and name: `bucket sagemaker-project-…`; an ARN says its kind itself."""
        what = WORDS[self.kind][1].partition(",")[0]
        return self.name if self.kind is Kind.OTHER else f"{what} {self.name}"

    @property
    def retained(self) -> bool:
        """Whether a project leaves it behind on purpose."""
        return self.kind > Kind.PROJECT

    def __str__(self) -> str:
        verb, what = WORDS[self.kind]
        return f"{verb} {what}: {self.name} in account {self.account}"


def order(things: Iterable[Thing], *, retained: bool) -> tuple[Thing, ...]:
    """What to remove, first things first; equal every time for equal things.

    Args:
        things: What there is; doubles are taken once.
        retained: Whether what the project leaves behind is to go too.
    """
    wanted = {one for one in things if _removable(one) and (retained or not one.retained)}
    return tuple(sorted(wanted, key=lambda one: (one.kind, one.account, one.name)))


def kept(things: Iterable[Thing], *, retained: bool, going: str = "") -> tuple[Thing, ...]:
    """What stays: retained things that are not asked for, and what this command cannot remove.

    Args:
        things: What there is.
        retained: Whether what the project leaves behind is to go too.
        going: While the project lives, what the names of its resources begin with: of the kinds
            that no project retains, those go with its stack.
    """
    staying = {one for one in things if one.retained and not (retained and _removable(one))}
    if going:
        staying -= {one for one in staying if not _removable(one) and going in one.name}
    return tuple(sorted(staying, key=lambda one: (one.kind, one.account, one.name)))


def _removable(one: Thing) -> bool:
    return one.kind is not Kind.OTHER


def by_arn(arn: str) -> Thing:
    """A retained thing from the ARN under which a tag found it."""
    _, _, service, _, account, resource = arn.split(":", 5)
    kind, name = Kind.OTHER, arn
    match service:
        case "s3":
            kind, name = Kind.BUCKET, resource
        case "codecommit":
            kind, name = Kind.REPOSITORY, resource
        case "sagemaker" if resource.startswith("pipeline/"):
            kind, name = Kind.TRAINING, resource.partition("/")[2]
        case "sagemaker" if resource.startswith("model-package-group/"):
            kind, name = Kind.MODEL_GROUP, resource.partition("/")[2]
        case "logs":
            kind, name = Kind.LOG_GROUP, resource.removeprefix("log-group:").removesuffix(":*")
    return Thing(kind=kind, name=name, account=account, arn=arn)
