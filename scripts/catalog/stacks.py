"""What CloudFormation does to stacks, and how it left them, in our words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


def release_of(description: str) -> tuple[str, str]:
    """Product and version in a stack's description, which is `<product> <version>`; else nothing.

    A template of ours carries it, so the stack says what it was made from, by whichever door.
    """
    match description.split():
        case [product, version]:
            return product, version
    return "", ""


class Effect(StrEnum):
    """What a change does to a resource; `ADOPT` only to what CloudFormation remembers of it."""

    ADD = "adds"
    ADOPT = "takes as it is"
    CHANGE = "changes"
    MAY_REPLACE = "changes or replaces"
    REPLACE = "replaces"
    REMOVE = "removes"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceChange:
    """What would happen to one resource of a stack.

    Args:
        resource: Logical id in the template.
        type: Resource type, e.g. `AWS::S3::Bucket`.
        properties: Those that change.
        kept: Whether what is removed or replaced stays in the account, outside the stack.
    """

    effect: Effect
    resource: str
    type: str
    properties: tuple[str, ...] = ()
    kept: bool = False

    def __str__(self) -> str:
        signs = {Effect.ADD: "+", Effect.ADOPT: "=", Effect.CHANGE: "~", Effect.REMOVE: "-"}
        sign = signs.get(self.effect, "!")
        line = f"{sign} {self.effect} {self.resource} ({self.type})"
        line += f": {', '.join(self.properties)}" if self.properties else ""
        if self.effect in {Effect.ADD, Effect.ADOPT, Effect.CHANGE}:
            return line
        old = "it" if self.effect is Effect.REMOVE else "the old one"
        return f"{line}; {old} {'is kept' if self.kept else 'is deleted'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSet:
    """A change set that waits to be executed.

    Args:
        id: Its ARN; empty when there would be nothing to do.
        stack: ARN of its stack.
    """

    id: str
    stack: str
    changes: tuple[ResourceChange, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftedResource:
    """A resource that somebody deleted or changed behind its stack.

    Args:
        resource: Logical id in the template.
        type: Resource type, e.g. `AWS::IAM::Role`.
        properties: What differs, e.g. `Policies/0/PolicyDocument`, `Policies/1 added`; nothing when
            the resource is gone.
    """

    resource: str
    type: str
    properties: tuple[str, ...] = ()

    def __str__(self) -> str:
        what = "changed" if self.properties else "deleted"
        line = f"{self.resource} ({self.type}) was {what} by hand"
        return f"{line}: {', '.join(self.properties)}" if self.properties else line


_AGAIN = "its account cannot be entered, so its set deletes the stack and makes it again"
_CLOSED = (
    "its account cannot be entered, and a stack made again would lose hold of what it keeps; "
    "name a role that leads there with access_role"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """In what a stack's resources differ from what it made.

    Args:
        stack: Its id (an ARN).
        unknown: Why CloudFormation cannot tell of some.
        fault: How the last change to the stack of a set failed; what its plan says, too.
        closed: Whether its account cannot be entered to put them back.
        again: Whether its set makes the stack again instead.
    """

    stack: str
    resources: tuple[DriftedResource, ...] = ()
    unknown: str = ""
    fault: str = ""
    closed: bool = False
    again: bool = False

    @property
    def account(self) -> str:
        """The stack's account (12 digits)."""
        return self.stack.split(":")[4]

    @property
    def region(self) -> str:
        """The stack's region."""
        return self.stack.split(":")[3]

    @property
    def lines(self) -> tuple[str, ...]:
        """What was found, as people read it; nothing when all is as it was made."""
        unknown = f"CloudFormation cannot tell what else was changed by hand: {self.unknown}"
        return (
            *map(str, self.resources),
            *((_AGAIN if self.again else _CLOSED,) if self.closed else ()),
            *((unknown,) if self.unknown else ()),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StackInstance:
    """A stack of a set: account (12 digits), region, CloudFormation's status and reason."""

    account: str
    region: str
    status: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStackSet:
    """A stack set as it is.

    Args:
        template: Text.
        automatic: Whether accounts that join its OUs get a stack, and lose it when they leave.
        targets: Id of an OU -> regions.
    """

    template: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    automatic: bool = False
    targets: Mapping[str, frozenset[str]] = field(default_factory=dict)
    instances: tuple[StackInstance, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StackFailure:
    """A resource that CloudFormation could not create, update or delete, and why.

    Args:
        resource: Logical id in the template; the stack's name when no resource is to blame; account
            and region of a stack set's stack.
        type: Resource type, e.g. `AWS::S3::Bucket`.
        reason: CloudFormation's own words.
    """

    resource: str
    type: str
    reason: str

    def __str__(self) -> str:
        return f"{self.resource} ({self.type}): {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StackEnding:
    """What became of a stack that should be gone.

    Args:
        failures: Root causes, oldest first.
        retained: `type name` of each resource its DeletionPolicy left behind.
        gone: Whether the stack is deleted.
    """

    failures: tuple[StackFailure, ...] = ()
    retained: tuple[str, ...] = ()
    gone: bool = True
