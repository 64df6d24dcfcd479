"""What CloudFormation remembers of a stack. These values change as a stack does."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from moto.core.utils import utcnow

from local_aws.cloudformation.differences import Difference
from local_aws.cloudformation.providers.base import Made
from local_aws.cloudformation.template import Template

STACK = "AWS::CloudFormation::Stack"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What a request to create or update a stack says, template already fetched.

    Args:
        template: Text.
        parameters: Name -> value as text.
        on_failure: `ROLLBACK`, `DO_NOTHING` or `DELETE`.
        limit: Most bytes the template may have: less in a request than by URL.
    """

    name: str
    template: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ()
    role_arn: str | None = None
    notification_arns: tuple[str, ...] = ()
    on_failure: str = "ROLLBACK"
    limit: int = 1_000_000
    termination_protection: bool = False
    parent: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How a resource stood when it was looked at.

    Args:
        status: `IN_SYNC`, `MODIFIED`, `DELETED` or `UNKNOWN`.
        reason: Why it is not known.
        expected: The properties that were compared; empty where it is gone.
        actual: Those it has.
    """

    status: str
    at: datetime
    reason: str = ""
    expected: Mapping[str, Any] = field(default_factory=dict)
    actual: Mapping[str, Any] = field(default_factory=dict)
    found: tuple[Difference, ...] = ()


@dataclass(slots=True, kw_only=True)
class Resource:
    """One resource of a stack.

    Args:
        properties: Resolved, as it was last made with.
        depends: Logical ids it must outlive nobody of: it is deleted before them.
        metadata: The template's, as JSON-able values.
    """

    logical_id: str
    kind: str
    properties: Mapping[str, Any]
    depends: frozenset[str]
    deletion_policy: str
    replace_policy: str
    metadata: Any = None
    made: Made | None = None
    status: str = ""
    reason: str = ""
    changed: datetime = field(default_factory=utcnow)
    drift: Drift | None = None

    @property
    def physical_id(self) -> str:
        """The resource's id in its service; empty before it is made."""
        return self.made.physical_id if self.made else ""

    def copy(self) -> Resource:
        """The same resource, to come back to when an update is rolled back."""
        return replace(self)


@dataclass(slots=True, kw_only=True)
class Stack:
    """A stack, also a deleted one."""

    id: str
    account: str
    region: str
    ask: Ask
    template: Template
    values: Mapping[str, Any]
    status: str = ""
    reason: str = ""
    failure: str = ""
    began: int = 0
    created: datetime = field(default_factory=utcnow)
    updated: datetime | None = None
    deleted: datetime | None = None
    resources: dict[str, Resource] = field(default_factory=dict)
    outputs: list[dict[str, str]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)
    policy: str = ""
    change_set: str = ""
    drift: str = "NOT_CHECKED"
    looked: datetime | None = None

    @property
    def name(self) -> str:
        """The stack's name."""
        return self.ask.name

    @property
    def status_reason(self) -> str:
        """Why the stack is in its status; what failed and why, when something did."""
        return self.failure or self.reason

    @property
    def exports(self) -> dict[str, str]:
        """Export name -> value."""
        named = (output for output in self.outputs if "ExportName" in output)
        return {output["ExportName"]: output["OutputValue"] for output in named}

    def turn(self, status: str, reason: str = "") -> None:
        """Take a status, with its event."""
        self.status, self.reason = status, reason
        if status.endswith("_IN_PROGRESS") and "ROLLBACK" not in status:
            self.failure, self.began = "", len(self.events)
        elif reason:
            events = self.events[self.began :]
            causes = (event for event in events if event["ResourceStatus"].endswith("FAILED"))
            cause = next(causes, {"ResourceStatusReason": ""}).get("ResourceStatusReason", "")
            self.failure = f"{reason} {cause}".strip()
        self._event(self.name, self.id, STACK, status, reason)

    def note(self, resource: Resource, status: str, reason: str = "") -> None:
        """Give a resource a status, with its event."""
        resource.status, resource.reason, resource.changed = status, reason, utcnow()
        self._event(resource.logical_id, resource.physical_id, resource.kind, status, reason)

    def _event(self, logical: str, physical: str, kind: str, status: str, reason: str) -> None:
        event = {
            "StackId": self.id,
            "EventId": f"{logical}-{status}-{uuid.uuid4()}" if kind != STACK else str(uuid.uuid4()),
            "StackName": self.name,
            "LogicalResourceId": logical,
            "PhysicalResourceId": physical,
            "ResourceType": kind,
            "Timestamp": utcnow(),
            "ResourceStatus": status,
        }
        self.events.append(event | ({"ResourceStatusReason": reason} if reason else {}))


def new_id(account: str, region: str, name: str) -> str:
    """A stack id (an ARN)."""
    return f"arn:aws:cloudformation:{region}:{account}:stack/{name}/{uuid.uuid4()}"
