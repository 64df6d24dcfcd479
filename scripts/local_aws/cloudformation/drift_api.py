"""The CloudFormation API of drift: looking at a stack, and what was found.

A detection is done when it is answered. It looks at settled stacks only, and neither into nested
ones nor at types without a handler that reads (user guide, *Detect unmanaged configuration changes
to stacks and resources with drift detection*).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from moto.core.responses import BaseResponse
from moto.core.utils import utcnow

from local_aws.cloudformation import drift, store, views
from local_aws.cloudformation.api import operation, page
from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.model import Stack
from local_aws.cloudformation.requests import Params, place

DETECTABLE = frozenset(
    {"CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"}
)
"""Statuses of stacks that can be looked at (user guide, *What is drift?*)."""

_detections: dict[str, dict[str, Any]] = {}


def forget_all() -> None:
    """Nobody looked yet."""
    _detections.clear()


def detect(stack: Stack, names: Collection[str] = ()) -> dict[str, Any]:
    """Look at a stack's resources, all or those of these logical ids, and keep what is found.

    Returns:
        The detection, as DescribeStackDriftDetectionStatus shows it.

    Raises:
        ValidationError: It is in no state to be looked at, or has no such resource.
    """
    if stack.status not in DETECTABLE:
        raise ValidationError(
            f"Drift detection cannot be performed on stack [{stack.name}] while it is in "
            f"{stack.status} state"
        )
    for name in names:
        if name not in stack.resources:
            raise ValidationError(f"Resource {name} does not exist for stack {stack.name}")
    stack.looked = utcnow()
    for resource in stack.resources.values():
        if not names or resource.logical_id in names:
            resource.drift = drift.look(stack, resource)
    stack.drift = drift.of_stack(stack)
    return _noted(stack)


def _noted(stack: Stack) -> dict[str, Any]:
    states = [one.drift for one in stack.resources.values() if one.drift]
    reasons = sorted({each.reason for each in states if each.status == drift.UNKNOWN})
    identity = str(uuid.uuid4())
    shown: dict[str, Any] = {
        "StackId": stack.id,
        "StackDriftDetectionId": identity,
        "StackDriftStatus": stack.drift,
        "DetectionStatus": "DETECTION_FAILED" if reasons else "DETECTION_COMPLETE",
        "DriftedStackResourceCount": sum(
            each.status in {drift.MODIFIED, drift.DELETED} for each in states
        ),
        "Timestamp": stack.looked,
    }
    if reasons:
        shown["DetectionStatusReason"] = "; ".join(reasons)
    _detections[identity] = shown
    return shown


def _stack(caller: BaseResponse, params: Params) -> Stack:
    return store.get(*place(caller), str(params["StackName"]))


@operation("DetectStackDrift")
def _detect_stack_drift(caller: BaseResponse, params: Params) -> dict[str, Any]:
    done = detect(_stack(caller, params), params.get("LogicalResourceIds") or ())
    return {"StackDriftDetectionId": done["StackDriftDetectionId"]}


@operation("DescribeStackDriftDetectionStatus")
def _describe_detection(caller: BaseResponse, params: Params) -> dict[str, Any]:
    found = _detections.get(params["StackDriftDetectionId"])
    if found is None or store.find(*place(caller), found["StackId"]) is None:
        raise ValidationError(
            f"Drift detection with id {params['StackDriftDetectionId']} does not exist"
        )
    return found


@operation("DetectStackResourceDrift")
def _detect_resource_drift(caller: BaseResponse, params: Params) -> dict[str, Any]:
    stack, name = _stack(caller, params), params["LogicalResourceId"]
    detect(stack, [name])
    resource = stack.resources[name]
    if resource.drift is None:
        raise ValidationError(f"Drift detection is not supported for {resource.kind}")
    return {"StackResourceDrift": views.resource_drift(stack, resource, resource.drift)}


@operation("DescribeStackResourceDrifts")
def _describe_resource_drifts(caller: BaseResponse, params: Params) -> dict[str, Any]:
    stack, wanted = _stack(caller, params), params.get("StackResourceDriftStatusFilters")
    found = [
        views.resource_drift(stack, one, one.drift)
        for one in stack.resources.values()
        if one.drift and (not wanted or one.drift.status in wanted)
    ]
    return page(found, params, "StackResourceDrifts", int(params.get("MaxResults") or 100))
