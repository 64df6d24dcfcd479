"""What was changed behind CloudFormation: detected by it, in one stack or in those of a set.

Only properties that a template sets are compared, and types without a handler that reads are left
out; CloudFormation reads each resource with the permissions of whoever asks (user guide, *Detect
unmanaged configuration changes to stacks and resources with drift detection*).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.aws.session import Service
from catalog.aws.stack_sets import StackSets
from catalog.aws.stacks import LiveStack
from catalog.errors import ServiceFault
from catalog.stacks import Drift, DriftedResource

_TOKENS = ("NextToken", "NextToken")
_CHANGED = ["MODIFIED", "DELETED"]
_DETECTABLE = frozenset(
    {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"}
)
"""Statuses of stacks that can be looked at (user guide, *What is drift?*)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Drifts:
    """Gateway to CloudFormation's drift detection in one account and region.

    Args:
        service: Client of `cloudformation`.
        every: Seconds between two looks at a detection.
        within: Seconds after which waiting ends.
    """

    service: Service
    every: float = 5.0
    within: float = 3600.0

    def of_stack(self, live: LiveStack) -> Drift:
        """Look at every resource of a stack, if it is in a state in which that can be done.

        Raises:
            ServiceFault: The caller may not, or somebody else looks at this moment.
        """
        stack = live.id
        if live.status not in _DETECTABLE:
            return Drift(stack=stack, unknown=f"the stack is {live.status}")
        begun = self.service.call("detect_stack_drift", f"stack {stack}", StackName=stack)
        done = self._done(stack, begun["StackDriftDetectionId"])
        unknown = done.get("DetectionStatusReason", "it does not say why")
        failed = done["DetectionStatus"] == "DETECTION_FAILED"
        found: Iterable[Mapping[str, Any]] = ()
        if failed or done.get("StackDriftStatus") == "DRIFTED":
            found = self.service.pages(
                "describe_stack_resource_drifts",
                "StackResourceDrifts",
                f"stack {stack}",
                tokens=_TOKENS,
                StackName=stack,
                StackResourceDriftStatusFilters=_CHANGED,
            )
        return Drift(stack=stack, resources=_drifted(found), unknown=unknown if failed else "")

    def _done(self, stack: str, detection: str) -> Mapping[str, Any]:
        deadline = time.monotonic() + self.within
        while True:
            answer = self.service.call(
                "describe_stack_drift_detection_status",
                f"stack {stack}",
                StackDriftDetectionId=detection,
            )
            if answer["DetectionStatus"] != "DETECTION_IN_PROGRESS":
                return answer
            if time.monotonic() > deadline:
                raise ServiceFault(
                    f"CloudFormation still looks at stack {stack} after {self.within:.0f} s.",
                    "Wait for it in the CloudFormation console, then run this again.",
                )
            time.sleep(self.every)


def of_set(sets: StackSets, name: str) -> tuple[Drift, ...]:
    """Look at the stacks of a set; those that failed, that differ, or that cannot be told.

    Of a stack that failed, why CloudFormation cannot look into it says nothing more.

    Args:
        sets: Gateway of the account whose set it is.
        name: Of the set.
    """
    operation, failures = sets.detect_drift(name)
    reasons = {each.resource: each.reason for each in failures}
    found = []
    for each in sets.instances(name):
        place = f"{each['Account']} {each['Region']}"
        unknown = reasons.get(place, reasons.get(name, ""))
        fault = _fault(each)
        drifted = each.get("DriftStatus") == "DRIFTED"
        if "StackId" in each and (drifted or unknown or fault):
            resources = sets.drifts(name, each, operation, _CHANGED) if drifted else ()
            found.append(
                Drift(
                    stack=each["StackId"],
                    resources=_drifted(resources),
                    unknown="" if fault else unknown,
                    fault=fault,
                )
            )
    return tuple(found)


def _fault(instance: Mapping[str, Any]) -> str:
    """How the last change to a stack of a set failed; nothing when it is as the set is."""
    if instance["Status"] == "CURRENT":
        return ""
    reason = instance.get("StatusReason", "")
    return f"it is {instance['Status']}{f': {reason}' if reason else ''}"


def _drifted(found: Iterable[Mapping[str, Any]]) -> tuple[DriftedResource, ...]:
    return tuple(
        DriftedResource(
            resource=each["LogicalResourceId"],
            type=each["ResourceType"],
            properties=tuple(map(_differs, each.get("PropertyDifferences", ()))),
        )
        for each in found
    )


def _differs(difference: Mapping[str, str]) -> str:
    path = difference["PropertyPath"].removeprefix("/")
    return path + {"ADD": " added", "REMOVE": " gone"}.get(difference["DifferenceType"], "")
