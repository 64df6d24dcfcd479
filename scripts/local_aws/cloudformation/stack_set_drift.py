"""The CloudFormation API of drift in stack sets: the stack of each instance is looked at.

An instance drifted when its stack did, and a set when an instance did. Nothing of this reverts
anything; an update of the set compares templates (user guide, *Performing drift detection on
CloudFormation StackSets*).
"""

from __future__ import annotations

from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import BaseResponse
from moto.core.utils import utcnow

from local_aws.cloudformation import drift_api, stack_instances, stack_set_operations, views
from local_aws.cloudformation.api import operation, page
from local_aws.cloudformation.requests import Params
from local_aws.cloudformation.stack_set_api import CloudFormation
from local_aws.cloudformation.stack_sets import Instance, StackSet, get, owner_of
from local_aws.errors import Refusal

__all__ = ["CloudFormation"]

DRIFTED = "DRIFTED"


@operation("DetectStackSetDrift")
def _detect(caller: BaseResponse, params: Params) -> dict[str, Any]:
    one = get(owner_of(caller, params), params["StackSetName"])
    instances = list(one.instances.values())
    with stack_set_operations.under_way(one, "DETECT_DRIFT", params) as operation:
        operation.results.extend(map(_looked_at, instances))
        one.looked = _details(instances, operation.results)
        one.operations[operation.id]["StackSetDriftDetectionDetails"] = one.looked
        one.drifts[operation.id] = {
            (instance.account, instance.region): _drifts(instance) for instance in instances
        }
    return {"OperationId": operation.id}


def _looked_at(instance: Instance) -> dict[str, Any]:
    """Look at the stack of an instance; how that went, as an operation's result."""
    shown = {"Account": instance.account, "Region": instance.region, "Status": "SUCCEEDED"}
    shown |= {"OrganizationalUnitId": instance.unit} if instance.unit else {}
    if instance.stack is None:
        return shown | {"Status": "FAILED", "StatusReason": "It has no stack"}
    try:
        with stack_instances.by_nobody():
            found = drift_api.detect(instance.stack)
    except ServiceException as error:
        return shown | {"Status": "FAILED", "StatusReason": error.message}
    instance.drift, instance.looked = found["StackDriftStatus"], found["Timestamp"]
    if found["DetectionStatus"] == "DETECTION_FAILED":
        return shown | {"Status": "FAILED", "StatusReason": found["DetectionStatusReason"]}
    return shown


def _details(instances: list[Instance], results: list[dict[str, Any]]) -> dict[str, Any]:
    """What a set knows of its drift (API reference, *StackSetDriftDetectionDetails*)."""
    failed = sum(result["Status"] == "FAILED" for result in results)
    drifted = sum(instance.drift == DRIFTED for instance in instances)
    return {
        "DriftStatus": DRIFTED if drifted else "IN_SYNC",
        "DriftDetectionStatus": "PARTIAL_SUCCESS" if failed else "COMPLETED",
        "LastDriftCheckTimestamp": utcnow(),
        "TotalStackInstancesCount": len(instances),
        "DriftedStackInstancesCount": drifted,
        "InSyncStackInstancesCount": sum(each.drift == "IN_SYNC" for each in instances),
        "InProgressStackInstancesCount": 0,
        "FailedStackInstancesCount": failed,
    }


def _drifts(instance: Instance) -> list[dict[str, Any]]:
    """The resources of an instance's stack that were looked at."""
    names = ("ExpectedProperties", "ActualProperties", "DriftStatusReason")
    return [
        {
            key: value
            for key, value in views.resource_drift(instance.stack, each, each.drift).items()
            if key not in names
        }
        for each in (instance.stack.resources.values() if instance.stack else ())
        if instance.stack and each.drift
    ]


@operation("ListStackInstanceResourceDrifts")
def _list(caller: BaseResponse, params: Params) -> dict[str, Any]:
    one = get(owner_of(caller, params), params["StackSetName"])
    looked = _operation(one, params["OperationId"])
    place = params["StackInstanceAccount"], params["StackInstanceRegion"]
    if place not in looked:
        text = "The specified stack instance doesn't exist."
        raise Refusal("StackInstanceNotFoundException", text)
    wanted = params.get("StackInstanceResourceDriftStatuses")
    found = [
        each for each in looked[place] if not wanted or each["StackResourceDriftStatus"] in wanted
    ]
    return page(found, params, "Summaries", int(params.get("MaxResults") or 100))


def _operation(one: StackSet, identity: str) -> dict[tuple[str, str], list[dict[str, Any]]]:
    if identity not in one.drifts:
        raise Refusal("OperationNotFoundException", "The operation does not exist")
    return one.drifts[identity]
