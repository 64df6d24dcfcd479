"""CloudFormation change sets: what a stack would become, told before it happens."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.aws.session import Service
from catalog.aws.stacks import LiveStack, Stacks
from catalog.aws.tags import to_list
from catalog.errors import ServiceFault
from catalog.stacks import ChangeSet, Effect, ResourceChange

NAME = "catalog"
"""Of every change set made here; one that a killed run left is made anew."""

_ABSENT = frozenset({"ChangeSetNotFound", "ChangeSetNotFoundException"})
_NOTHING = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSets:
    """Gateway to the change sets of one account and region.

    Args:
        service: Client of `cloudformation`.
        every: Seconds between two looks at a change set or stack.
        within: Seconds after which waiting ends.
    """

    service: Service
    every: float = 5.0
    within: float = 3600.0

    @property
    def stacks(self) -> Stacks:
        """Gateway to the stacks themselves."""
        return Stacks(service=self.service, every=self.every, within=self.within)

    def make(
        self,
        name: str,
        template: Mapping[str, str],
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        *,
        new: bool,
    ) -> ChangeSet:
        """Let CloudFormation work out what would happen to a stack; nothing does yet.

        Args:
            name: Of the stack.
            template: `{"TemplateBody": text}` or `{"TemplateURL": address}`.
            parameters: Values by name.
            tags: On the stack and what it makes.
            new: Whether there is no such stack yet.

        Raises:
            ServiceFault: CloudFormation refuses it.
        """
        self._drop(name)
        made = self.service.call(
            "create_change_set",
            f"stack {name}",
            StackName=name,
            ChangeSetName=NAME,
            ChangeSetType="CREATE" if new else "UPDATE",
            **template,
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
            ],
            Tags=to_list(tags),
            Capabilities=["CAPABILITY_NAMED_IAM"],
        )
        waiting = ChangeSet(id=made["Id"], stack=made["StackId"])
        answer = self._ready(waiting)
        if answer["Status"] == "FAILED":
            self.discard(waiting)
            reason = answer.get("StatusReason", "")
            if any(words in reason for words in _NOTHING):
                return ChangeSet(id="", stack=waiting.stack)
            remedy = "Mend the template or its parameters, then run this again."
            raise ServiceFault(f"Stack {name} cannot become this: {reason}", remedy)
        return ChangeSet(
            id=waiting.id, stack=waiting.stack, changes=tuple(self._changes(waiting, answer))
        )

    def execute(self, waiting: ChangeSet) -> LiveStack:
        """Do it and wait until the stack settled; one that failed is rolled back, not raised."""
        self.service.call("execute_change_set", f"stack {waiting.stack}", ChangeSetName=waiting.id)
        settled = self.stacks.settled(waiting.stack)
        if settled is None:
            raise ServiceFault(f"Stack {waiting.stack} is gone while it changes.", "Run it again.")
        return settled

    def discard(self, waiting: ChangeSet) -> None:
        """Forget a change set that was not executed, and the empty stack that stands for a new one.

        Those of a stack that was changed meanwhile are gone already.
        """
        try:
            answer = self._describe(waiting)
        except ServiceFault as fault:
            if fault.code in _ABSENT:
                return
            raise
        if answer["ExecutionStatus"] in {"AVAILABLE", "UNAVAILABLE", "OBSOLETE"}:
            self._drop(waiting.stack)

    def _drop(self, stack: str) -> None:
        found = self.stacks.find(stack)
        if found is None:
            return
        try:
            self.service.call(
                "delete_change_set", f"stack {stack}", StackName=stack, ChangeSetName=NAME
            )
        except ServiceFault as fault:
            if fault.code not in _ABSENT:
                raise
        if found.empty and (left := self.stacks.find(stack)) and left.empty:
            self.stacks.delete(left.id)

    def _ready(self, waiting: ChangeSet) -> Mapping[str, Any]:
        deadline = time.monotonic() + self.within
        while True:
            answer = self._describe(waiting)
            if answer["Status"] in {"CREATE_COMPLETE", "FAILED"}:
                return answer
            if time.monotonic() > deadline:
                raise ServiceFault(
                    f"The change set of {waiting.stack} is not there after {self.within:.0f} s.",
                    "Look at it in the CloudFormation console, then run this again.",
                )
            time.sleep(self.every)

    def _changes(self, waiting: ChangeSet, answer: Mapping[str, Any]) -> Iterator[ResourceChange]:
        """Every change, the pages after the first answer included."""
        while True:
            for each in answer.get("Changes", ()):
                if "ResourceChange" in each:
                    yield _told(each["ResourceChange"])
            if not answer.get("NextToken"):
                return
            answer = self._describe(waiting, NextToken=answer["NextToken"])

    def _describe(self, waiting: ChangeSet, **more: str) -> dict[str, Any]:
        return self.service.call(
            "describe_change_set", f"stack {waiting.stack}", ChangeSetName=waiting.id, **more
        )


def _told(change: Mapping[str, Any]) -> ResourceChange:
    effect = {"Add": Effect.ADD, "Import": Effect.ADD, "Remove": Effect.REMOVE}.get(
        change["Action"], Effect.CHANGE
    )
    if effect is Effect.CHANGE:
        replaced = {"True": Effect.REPLACE, "Conditional": Effect.MAY_REPLACE}
        effect = replaced.get(change.get("Replacement", ""), Effect.CHANGE)
    return ResourceChange(
        effect=effect,
        resource=change["LogicalResourceId"],
        type=change["ResourceType"],
        properties=tuple(_properties(change.get("Details", ()))),
        kept=change.get("PolicyAction", "").endswith(("Retain", "Snapshot")),
    )


def _properties(details: Iterable[Mapping[str, Any]]) -> list[str]:
    """Names of the properties, or of what else of a resource changes."""
    targets = [detail.get("Target", {}) for detail in details]
    return sorted({each.get("Name") or each.get("Attribute", "") for each in targets} - {""})
