"""Stack sets of a project, as the delegated administrator that made them (CloudFormation)."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.aws.session import Service
from catalog.errors import ServiceFault

PAGES = ("NextToken", "NextToken")
CALL_AS = "DELEGATED_ADMIN"
RUNNING = frozenset({"RUNNING", "QUEUED", "STOPPING"})


@dataclass(frozen=True, slots=True, kw_only=True)
class StackSets:
    """Gateway to service-managed stack sets of one account and region.

    Args:
        service: Client of `cloudformation`.
        every: Seconds between two looks at an operation.
        within: Seconds after which waiting ends.
    """

    service: Service
    every: float = 5.0
    within: float = 3600.0

    def named(self, prefix: str) -> tuple[str, ...]:
        """Names of the active stack sets that begin with `prefix`."""
        listed = self.service.pages(
            "list_stack_sets", "Summaries", tokens=PAGES, Status="ACTIVE", CallAs=CALL_AS
        )
        return tuple(sorted(n for each in listed if (n := each["StackSetName"]).startswith(prefix)))

    def instances(self, name: str) -> tuple[Mapping[str, Any], ...]:
        """Its stack instances."""
        return tuple(
            self.service.pages(
                "list_stack_instances",
                "Summaries",
                f"stack set {name}",
                tokens=PAGES,
                StackSetName=name,
                CallAs=CALL_AS,
            )
        )

    def delete(self, name: str, units: tuple[str, ...], regions: tuple[str, ...]) -> None:
        """Delete a stack set after every one of its instances; one that is gone is no failure.

        Raises:
            ServiceFault: The instances did not go; the accounts where, and why, are named.
        """
        if units:
            self._operate(name, units, regions)
        try:
            self.service.call(
                "delete_stack_set", f"stack set {name}", StackSetName=name, CallAs=CALL_AS
            )
        except ServiceFault as fault:
            if fault.code != "StackSetNotFoundException":
                raise

    def _operate(self, name: str, units: tuple[str, ...], regions: tuple[str, ...]) -> None:
        begun = self.service.call(
            "delete_stack_instances",
            f"stack set {name}",
            StackSetName=name,
            CallAs=CALL_AS,
            DeploymentTargets={"OrganizationalUnitIds": list(units)},
            Regions=list(regions),
            RetainStacks=False,
        )["OperationId"]
        deadline = time.monotonic() + self.within
        while (status := self._status(name, begun)) in RUNNING:
            if time.monotonic() > deadline:
                raise ServiceFault(
                    f"The instances of {name} are still being deleted after {self.within:.0f} s.",
                    "Wait for the operation in the CloudFormation console, then run this again.",
                )
            time.sleep(self.every)
        if status != "SUCCEEDED":
            raise ServiceFault(
                f"The instances of stack set {name} are not gone: {self._reasons(name, begun)}.",
                "Mend what the accounts say, then run this again.",
            )

    def _status(self, name: str, operation: str) -> str:
        answer = self.service.call(
            "describe_stack_set_operation",
            f"stack set {name}",
            StackSetName=name,
            OperationId=operation,
            CallAs=CALL_AS,
        )
        return str(answer["StackSetOperation"]["Status"])

    def _reasons(self, name: str, operation: str) -> str:
        listed = self.service.pages(
            "list_stack_set_operation_results",
            "Summaries",
            f"stack set {name}",
            tokens=PAGES,
            StackSetName=name,
            OperationId=operation,
            CallAs=CALL_AS,
        )
        failed = [each for each in listed if each["Status"] != "SUCCEEDED"]
        reasons = (f"{each['Account']}: {each.get('StatusReason', '')}" for each in failed)
        return "; ".join(reasons) or "no account gave a reason"
