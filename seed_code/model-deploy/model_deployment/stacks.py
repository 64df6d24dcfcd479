"""One CloudFormation stack in one target account, brought to what the build decided.

Doing it twice is harmless: a stack that is as it should be is left alone, one that never came up is
removed and made again, one that is being changed by an earlier run is waited for.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from model_deployment.failure import Failure

logger = logging.getLogger(__name__)

UNUSABLE = {"ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED", "DELETE_FAILED"}
"""Stacks that can only be deleted (CloudFormation user guide, *Stack status codes*)."""

GOOD = {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
ABSENT = ""


class Stack:
    """A stack by name, seen through a CloudFormation client of its account.

    Args:
        cloudformation: The client.
        name: Name of the stack.
        pause: Seconds between two looks.
        patience: Seconds after which waiting ends; a target's credentials last an hour.
    """

    def __init__(
        self, cloudformation: Any, name: str, *, pause: float = 15, patience: float = 3000
    ) -> None:
        self.cloudformation = cloudformation
        self.name = name
        self.pause = pause
        self.patience = patience

    def status(self) -> str:
        """Its status, or the empty text when there is no such stack."""
        try:
            found = self.cloudformation.describe_stacks(StackName=self.name)["Stacks"]
        except ClientError as problem:
            if "does not exist" in str(problem):
                return ABSENT
            raise
        return str(found[0]["StackStatus"])

    def begin(self, template: str, parameters: Mapping[str, str], tags: Mapping[str, str]) -> bool:
        """Start creating or updating it.

        Returns:
            Whether there is anything to wait for.
        """
        status = self.settled()
        if status in UNUSABLE:
            logger.info("%s is %s; it is removed and made again", self.name, status)
            self.cloudformation.delete_stack(StackName=self.name)
            status = self.settled()
        request = {
            "StackName": self.name,
            "TemplateBody": template,
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
            ],
            "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        }
        if status == ABSENT:
            self.cloudformation.create_stack(**request)
            return True
        try:
            self.cloudformation.update_stack(**request)
        except ClientError as problem:
            if "No updates are to be performed" in str(problem):
                return False
            raise
        return True

    def settled(self) -> str:
        """Its status once nothing is in progress.

        Raises:
            Failure: It is still in progress after `patience` seconds.
        """
        end = time.monotonic() + self.patience
        while (status := self.status()).endswith("_IN_PROGRESS"):
            if time.monotonic() > end:
                raise Failure(f"stack {self.name} is still {status} after {self.patience:.0f} s")
            time.sleep(self.pause)
        return status

    def finish(self) -> None:
        """Wait until it is as it should be.

        Raises:
            Failure: It did not come up; the message holds CloudFormation's reasons.
        """
        status = self.settled()
        if status not in GOOD:
            raise Failure(f"stack {self.name} is {status or 'gone'}: {self._reasons()}")

    def _reasons(self) -> str:
        try:
            events = self.cloudformation.describe_stack_events(StackName=self.name)["StackEvents"]
        except ClientError:
            return "it was deleted meanwhile"
        # Newest first; the last failures in the list came first and caused the others.
        reasons = [
            f"{event['LogicalResourceId']}: {event['ResourceStatusReason']}"
            for event in events
            if event["ResourceStatus"].endswith("_FAILED") and event.get("ResourceStatusReason")
        ]
        return "; ".join(reversed(reasons[-3:])) or "CloudFormation gave no reason"
