"""CloudFormation stacks: read, deleted, and what went wrong with them.

Waits ask DescribeStacks until a stack has settled; they are bounded by `within` seconds.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from catalog.aws.session import Service
from catalog.aws.tags import from_list
from catalog.errors import ServiceFault
from catalog.stacks import StackEnding, StackFailure

BODY_LIMIT = 51_200
"""Bytes of a template in the request itself; a larger one lies in S3 (CloudFormation quotas)."""

_TOKENS = ("NextToken", "NextToken")
_STACK = "AWS::CloudFormation::Stack"
_CONSEQUENCES = ("Resource creation cancelled", "Resource update cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveStack:
    """A stack as DescribeStacks shows it; parameters under NoEcho read `****`."""

    id: str
    name: str
    status: str
    reason: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def settled(self) -> bool:
        """Whether CloudFormation is done with it for now."""
        return not self.status.endswith("_IN_PROGRESS")

    @property
    def empty(self) -> bool:
        """Whether it only stands for a change set that was never executed."""
        return self.status == "REVIEW_IN_PROGRESS"

    @property
    def usable(self) -> bool:
        """Whether it was created and can be updated."""
        return self.status in {
            "CREATE_COMPLETE",
            "UPDATE_COMPLETE",
            "UPDATE_ROLLBACK_COMPLETE",
            "IMPORT_COMPLETE",
            "IMPORT_ROLLBACK_COMPLETE",
        }

    @property
    def lost(self) -> bool:
        """Whether it was never created, or is half deleted: it can only be made again."""
        return self.status in {
            "CREATE_FAILED",
            "ROLLBACK_COMPLETE",
            "ROLLBACK_FAILED",
            "DELETE_FAILED",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedStack:
    """A stack as ListStacks shows it: without parameters and tags.

    Args:
        description: Of its template; empty when it has none.
        since: When it was created.
    """

    name: str
    description: str
    status: str
    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Stacks:
    """Gateway to the stacks of one account and region.

    Args:
        service: Client of `cloudformation`.
        every: Seconds between two looks at a stack that is being changed.
        within: Seconds after which waiting ends.
    """

    service: Service
    every: float = 5.0
    within: float = 3600.0

    def find(self, stack: str) -> LiveStack | None:
        """A stack by name, or by id, under which deleted ones stay visible; None without one."""
        try:
            answer = self.service.call("describe_stacks", f"stack {stack}", StackName=stack)
        except ServiceFault as fault:
            # CloudFormation has no error of its own for a stack that does not exist.
            if fault.code == "ValidationError" and "does not exist" in fault.what:
                return None
            raise
        return _live(answer["Stacks"][0])

    def template(self, stack: str) -> str:
        """The text a stack was made from (GetTemplate)."""
        answer = self.service.call("get_template", f"stack {stack}", StackName=stack)
        body = answer["TemplateBody"]
        return body if isinstance(body, str) else json.dumps(body)

    def tagged(self, key: str, value: str) -> tuple[LiveStack, ...]:
        """Stacks that exist and carry a tag (DescribeStacks, every page)."""
        listed = self.service.pages("describe_stacks", "Stacks", tokens=_TOKENS)
        return tuple(stack for each in listed if (stack := _live(each)).tags.get(key) == value)

    def list(self) -> Iterator[ListedStack]:
        """Stacks that exist and are no part of another one (ListStacks, every page).

        It answers those that were deleted in the last 90 days, too.
        """
        listed = self.service.pages("list_stacks", "StackSummaries", tokens=_TOKENS)
        return (
            _listed(each)
            for each in listed
            if each["StackStatus"] != "DELETE_COMPLETE" and not each.get("ParentId")
        )

    def delete(self, stack: str) -> StackEnding:
        """Delete a stack by id, wait, and tell what became of it."""
        self.service.call("delete_stack", f"stack {stack}", StackName=stack)
        return self.ending(stack)

    def ending(self, stack: str) -> StackEnding:
        """What became of a stack (by id) that is deleted or being deleted."""
        found = self.settled(stack)
        events = tuple(self._events(stack))
        return StackEnding(
            failures=tuple(_failures(events)),
            retained=tuple(_retained(events)),
            gone=found is None or found.status == "DELETE_COMPLETE",
        )

    def failures(self, stack: str) -> tuple[StackFailure, ...]:
        """Why the last creation or update failed, oldest first; else the stack's own words."""
        found = tuple(_failures(tuple(_latest(self._events(stack)))))
        if found:
            return found
        live = self.find(stack)
        reason = live.reason or live.status if live else "it does not exist"
        name = live.name if live else stack
        return (StackFailure(resource=name, type=_STACK, reason=reason),)

    def settled(self, stack: str) -> LiveStack | None:
        """A stack, by id, once CloudFormation is done with it; None when it is gone."""
        deadline = time.monotonic() + self.within
        while (found := self.find(stack)) and not found.settled:
            if time.monotonic() > deadline:
                raise ServiceFault(
                    f"Stack {found.name} is still {found.status} after {self.within:.0f} seconds.",
                    "Look at its events in the CloudFormation console, then run this again.",
                )
            time.sleep(self.every)
        return found

    def _events(self, stack: str) -> Iterator[dict[str, Any]]:
        """Newest first (DescribeStackEvents)."""
        return self.service.pages(
            "describe_stack_events",
            "StackEvents",
            f"stack {stack}",
            tokens=_TOKENS,
            StackName=stack,
        )


def _live(stack: Mapping[str, Any]) -> LiveStack:
    return LiveStack(
        id=stack["StackId"],
        name=stack["StackName"],
        status=stack["StackStatus"],
        reason=stack.get("StackStatusReason", ""),
        parameters={
            each["ParameterKey"]: each.get("ParameterValue", "")
            for each in stack.get("Parameters", ())
        },
        outputs={each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", ())},
        tags=from_list(stack.get("Tags", ())),
    )


def _listed(stack: Mapping[str, Any]) -> ListedStack:
    return ListedStack(
        name=stack["StackName"],
        description=stack.get("TemplateDescription", ""),
        status=stack["StackStatus"],
        since=stack["CreationTime"],
    )


def _latest(events: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Events, newest first, back to the start of the last creation or update."""
    for event in events:
        yield event
        if _own(event) and event["ResourceStatus"] in {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS"}:
            return


def _own(event: Mapping[str, Any]) -> bool:
    """Whether an event is the stack's own, not one of its resources'."""
    return bool(event.get("PhysicalResourceId") == event["StackId"])


def _failures(events: tuple[dict[str, Any], ...]) -> Iterator[StackFailure]:
    """Resources that failed by themselves; those that only stopped because of them are left out."""
    told: set[tuple[str, str]] = set()
    for event in reversed(events):
        name, reason = event["LogicalResourceId"], event.get("ResourceStatusReason", "")
        failed = event["ResourceStatus"].endswith("_FAILED")
        if _own(event) or not failed or reason in _CONSEQUENCES:
            continue
        if (name, reason) not in told:
            told.add((name, reason))
            yield StackFailure(resource=name, type=event["ResourceType"], reason=reason)


def _retained(events: tuple[dict[str, Any], ...]) -> Iterator[str]:
    """Resources that a deletion skipped, as their DeletionPolicy says."""
    for event in reversed(events):
        if event["ResourceStatus"] == "DELETE_SKIPPED":
            yield f"{event['ResourceType']} {event.get('PhysicalResourceId', '')}".strip()
