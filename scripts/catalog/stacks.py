"""How CloudFormation left the stacks that we launched, in our words."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StackFailure:
    """A resource that CloudFormation could not create, update or delete, and why.

    Args:
        resource: Logical id in the template; the stack's name when no resource is to blame.
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
