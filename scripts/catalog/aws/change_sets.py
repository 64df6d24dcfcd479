"""CloudFormation change sets: what a stack would become, told before it happens."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.aws.session import Service
from catalog.aws.stacks import LiveStack, Stacks
from catalog.aws.tags import to_list
from catalog.errors import ServiceFault
from catalog.stacks import ChangeSet, Effect, ResourceChange

PREFIX = "catalog"
"""Begins the name of every change set made here.

The rest is random, so that two who deploy at once do not take each other's away. One that a killed
run left goes with the next that is executed (API reference, *ExecuteChangeSet*). Each request has a
token, so that one whose answer was lost is known when boto3 makes it again.
"""

_ABSENT = frozenset({"ChangeSetNotFound", "ChangeSetNotFoundException"})
_STALE = frozenset({"InvalidChangeSetStatus", "InvalidChangeSetStatusException"})
_TOKENS = ("NextToken", "NextToken")
_BACK = {"DeploymentMode": "REVERT_DRIFT"}
"""Of change sets that look at the resources, too (user guide, *Drift-aware change sets*)."""

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

        Of a stack that exists, what was changed behind it is put back as well.

        Args:
            name: Of the stack.
            template: `{"TemplateBody": text}` or `{"TemplateURL": address}`.
            parameters: Values by name.
            tags: On the stack and what it makes.
            new: Whether there is no such stack yet.

        Raises:
            ServiceFault: CloudFormation refuses it.
        """
        return self._made(
            name,
            ChangeSetType="CREATE" if new else "UPDATE",
            **({} if new else _BACK),
            **template,
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
            ],
            Tags=to_list(tags),
        )

    def revert(self, live: LiveStack) -> ChangeSet:
        """Let CloudFormation work out what would bring a stack's resources back; nothing does yet.

        Template, parameters and tags are those it has.

        Raises:
            ServiceFault: CloudFormation refuses it.
        """
        kept = [{"ParameterKey": key, "UsePreviousValue": True} for key in live.parameters]
        return self._made(live.id, UsePreviousTemplate=True, Parameters=kept, **_BACK)

    def _made(self, name: str, **request: object) -> ChangeSet:
        token = secrets.token_hex(6)
        made = self.service.call(
            "create_change_set",
            f"stack {name}",
            StackName=name,
            ChangeSetName=f"{PREFIX}-{token}",
            ClientToken=token,
            Capabilities=["CAPABILITY_NAMED_IAM"],
            **request,
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
        """Do it and wait until the stack settled; one that failed is rolled back, not raised.

        Raises:
            ServiceFault: Somebody else changed the stack since the change set was made.
        """
        try:
            self.service.call(
                "execute_change_set",
                f"stack {waiting.stack}",
                ChangeSetName=waiting.id,
                ClientRequestToken=waiting.id.rpartition("/")[2],
            )
        except ServiceFault as fault:
            if fault.code not in _ABSENT | _STALE:
                raise
            raise ServiceFault(
                f"Somebody else changed stack {waiting.stack} since this was shown; run it again.",
                "The next run shows what is left to do.",
            ) from fault
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
            self._drop(waiting)

    def _drop(self, waiting: ChangeSet) -> None:
        subject = f"stack {waiting.stack}"
        try:
            self.service.call("delete_change_set", subject, ChangeSetName=waiting.id)
        except ServiceFault as fault:
            if fault.code not in _ABSENT:
                raise
        found = self.stacks.find(waiting.stack)
        if found and found.empty and not self._others(waiting.stack):
            self.stacks.delete(found.id)

    def _others(self, stack: str) -> bool:
        """Whether change sets of others wait for an empty stack, which would go with it."""
        listed = self.service.pages(
            "list_change_sets", "Summaries", f"stack {stack}", tokens=_TOKENS, StackName=stack
        )
        return any(True for _ in listed)

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
    known = {
        "Add": Effect.ADD,
        "Import": Effect.ADD,
        "Remove": Effect.REMOVE,
        "SyncWithActual": Effect.ADOPT,
    }
    effect = known.get(change["Action"], Effect.CHANGE)
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
