"""One service-managed stack set for all accounts of an organizational unit.

It is driven here, from a build, because CodePipeline's own stack set action does so only in the
organization's management account; a delegated administrator says CallAs DELEGATED_ADMIN.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from model_deployment.failure import Failure

logger = logging.getLogger(__name__)

CALL_AS = "DELEGATED_ADMIN"
RUNNING = {"RUNNING", "QUEUED", "STOPPING"}
AT_ONCE = {"MaxConcurrentPercentage": 100, "ConcurrencyMode": "SOFT_FAILURE_TOLERANCE"}
"""All accounts together; without the mode, StackSets takes one after the other, because it keeps
concurrency within the number of failures it may meet (API reference, *OperationPreferences*)."""


class StackSet:
    """A stack set by name.

    Args:
        cloudformation: A CloudFormation client of the delegated administrator account.
        name: Name of the stack set.
        pause: Seconds between two looks.
        patience: Seconds after which waiting ends.
    """

    def __init__(
        self, cloudformation: Any, name: str, *, pause: float = 15, patience: float = 6000
    ) -> None:
        self.cloudformation = cloudformation
        self.name = name
        self.pause = pause
        self.patience = patience

    def deploy(
        self,
        template: str,
        parameters: Mapping[str, str],
        tags: Mapping[str, str],
        unit: str,
        region: str,
    ) -> None:
        """Bring the set and its instances in `unit` to the template, and wait.

        Raises:
            Failure: An operation failed in some account; the message names account and reason.
        """
        body = {
            "TemplateBody": template,
            "Parameters": [
                {"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()
            ],
            "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        }
        present = self._describe()
        if present is None:
            self._call(
                "create_stack_set",
                **body,
                PermissionModel="SERVICE_MANAGED",
                AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": False},
            )
        elif _differs(present, body) or self._behind(unit):
            started = self._when_free("update_stack_set", **body, OperationPreferences=AT_ONCE)
            self._finish(started["OperationId"])
        else:
            logger.info("stack set %s is as it should be", self.name)
        if not self._instances(unit):
            started = self._when_free(
                "create_stack_instances",
                DeploymentTargets={"OrganizationalUnitIds": [unit]},
                Regions=[region],
                OperationPreferences=AT_ONCE,
            )
            self._finish(started["OperationId"])
        if behind := self._behind(unit):
            raise Failure(f"stack set {self.name}: {behind}")

    def _call(self, operation: str, **arguments: Any) -> Any:
        arguments = {"StackSetName": self.name, "CallAs": CALL_AS, **arguments}
        return getattr(self.cloudformation, operation)(**arguments)

    def _describe(self) -> Mapping[str, Any] | None:
        try:
            found: Mapping[str, Any] = self._call("describe_stack_set")["StackSet"]
        except ClientError as problem:
            if problem.response["Error"]["Code"] == "StackSetNotFoundException":
                return None
            raise
        return found

    def _instances(self, unit: str) -> list[Mapping[str, Any]]:
        pages = self.cloudformation.get_paginator("list_stack_instances").paginate(
            StackSetName=self.name, CallAs=CALL_AS
        )
        every = [each for page in pages for each in page["Summaries"]]
        return [each for each in every if each.get("OrganizationalUnitId") == unit]

    def _behind(self, unit: str) -> str:
        """The accounts that an earlier operation left behind the set, with their reasons."""
        return "; ".join(
            f"account {each['Account']}: {each.get('StatusReason', each['Status'])}"
            for each in self._instances(unit)
            if each["Status"] != "CURRENT"
        )

    def _when_free(self, operation: str, **arguments: Any) -> Mapping[str, str]:
        # A set does one operation at a time; an earlier run's may still be under way.
        end = time.monotonic() + self.patience
        while True:
            try:
                started: Mapping[str, str] = self._call(operation, **arguments)
            except ClientError as problem:
                busy = problem.response["Error"]["Code"] == "OperationInProgressException"
                if not busy or time.monotonic() > end:
                    raise
                time.sleep(self.pause)
            else:
                return started

    def _finish(self, operation: str) -> None:
        end = time.monotonic() + self.patience
        while True:
            status = self._call("describe_stack_set_operation", OperationId=operation)[
                "StackSetOperation"
            ]["Status"]
            if status not in RUNNING:
                break
            if time.monotonic() > end:
                raise Failure(f"operation {operation} of {self.name} still runs; look at it there")
            time.sleep(self.pause)
        if status != "SUCCEEDED":
            raise Failure(f"stack set {self.name} {status}: {self._reasons(operation)}")

    def _reasons(self, operation: str) -> str:
        results = self._call("list_stack_set_operation_results", OperationId=operation)["Summaries"]
        reasons = [
            f"account {each['Account']}: {each.get('StatusReason', each['Status'])}"
            for each in results
            if each["Status"] != "SUCCEEDED"
        ]
        return "; ".join(reasons) or "no account gave a reason"


def _differs(present: Mapping[str, Any], wanted: Mapping[str, Any]) -> bool:
    def values(found: Mapping[str, Any]) -> dict[str, str]:
        return {
            each["ParameterKey"]: each["ParameterValue"] for each in found.get("Parameters", [])
        }

    return present.get("TemplateBody") != wanted["TemplateBody"] or values(present) != values(
        wanted
    )
