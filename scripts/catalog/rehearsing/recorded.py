"""What AWS recorded that can explain a failure, as values."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Denial:
    """A call that IAM refused.

    Args:
        role: Name of the role, or the principal of a service.
        why: Which kind of policy denied it.
    """

    account: str
    role: str
    action: str
    resource: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An event that did not reach what it was meant for.

    Args:
        event: Its detail type.
        rule: Name of the rule that matched it, or that nearly did; empty where none came near.
        why: What went wrong.
    """

    account: str
    event: str
    rule: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmet:
    """An event that no rule meant, though one came near.

    Args:
        event: Its detail type and source.
        rule: Name of the rule that came nearest.
        wanted: What that rule wants and the event does not have, as `detail.state: ["STARTED"]`.
    """

    account: str
    event: str
    rule: str
    wanted: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedAction:
    """An action of a pipeline that failed in its newest run.

    Args:
        log: Last lines of its build's log; empty where it is no build.
        group: Log group of that build.
    """

    account: str
    pipeline: str
    stage: str
    action: str
    message: str
    log: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedResource:
    """A resource of a stack that CloudFormation could not bring where it was wanted."""

    account: str
    stack: str
    resource: str
    type: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that may explain a failure."""

    denials: tuple[Denial, ...]
    deliveries: tuple[Delivery, ...]
    actions: tuple[FailedAction, ...]
    resources: tuple[FailedResource, ...]
    functions: tuple[tuple[str, tuple[str, ...]], ...]
    unmet: tuple[Unmet, ...]
    faults: tuple[str, ...]
    under_way: tuple[str, ...]
