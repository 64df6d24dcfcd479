"""The events SageMaker sends.

Developer guide, *Events that Amazon SageMaker AI sends to Amazon EventBridge*.
Times are texts in events about model packages and pipelines, and milliseconds in those about
endpoints and jobs; an endpoint's status is spelt `IN_SERVICE` there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from local_aws import events
from local_aws.sagemaker.state import Thing, shelf

_PACKAGE = (
    "ModelPackageGroupName",
    "ModelPackageVersion",
    "ModelPackageArn",
    "ModelPackageDescription",
    "CreationTime",
    "InferenceSpecification",
    "ModelPackageStatus",
    "ModelPackageStatusDetails",
    "CertifyForMarketplace",
    "ModelApprovalStatus",
    "ApprovalDescription",
    "MetadataProperties",
    "ModelMetrics",
    "CustomerMetadataProperties",
    "ModelLifeCycle",
    "LastModifiedTime",
)
_ENDPOINT = (
    "EndpointName",
    "EndpointArn",
    "EndpointConfigName",
    "EndpointStatus",
    "FailureReason",
    "CreationTime",
    "LastModifiedTime",
)
_TRAINING = (
    "TrainingJobName",
    "TrainingJobArn",
    "TrainingJobStatus",
    "SecondaryStatus",
    "FailureReason",
    "HyperParameters",
    "AlgorithmSpecification",
    "RoleArn",
    "InputDataConfig",
    "OutputDataConfig",
    "ResourceConfig",
    "StoppingCondition",
    "CreationTime",
    "LastModifiedTime",
)
_PROCESSING = (
    "ProcessingInputs",
    "ProcessingOutputConfig",
    "ProcessingJobName",
    "ProcessingResources",
    "StoppingCondition",
    "AppSpecification",
    "Environment",
    "RoleArn",
    "ExperimentConfig",
    "ProcessingJobArn",
    "ProcessingJobStatus",
    "FailureReason",
    "ExitMessage",
    "LastModifiedTime",
    "CreationTime",
)


def package(thing: Thing, *updated: str) -> None:
    """Tell that a model package was made, or that the members `updated` were set."""
    detail = _detail(thing, _PACKAGE, text)
    if updated:
        detail["UpdatedModelPackageFields"] = list(updated)
    _send(thing.arn, "SageMaker Model Package State Change", detail)


def endpoint(thing: Thing) -> None:
    """Tell an endpoint's status."""
    status = re.sub(r"(?<!^)(?=[A-Z])", "_", thing["EndpointStatus"]).upper()
    variants = [
        {
            "VariantName": each["VariantName"],
            "DesiredWeight": each["DesiredWeight"],
            "DesiredInstanceCount": each["DesiredInstanceCount"],
        }
        for each in thing["ProductionVariants"] or ()
    ]
    detail = _detail(thing, _ENDPOINT, _milliseconds)
    detail |= {"EndpointStatus": status, "ProductionVariants": variants, "Tags": _tags(thing)}
    _send(thing.arn, "SageMaker Endpoint State Change", detail)


def training_job(thing: Thing) -> None:
    """Tell a training job's status."""
    detail = _detail(thing, _TRAINING, _milliseconds) | {"Tags": _tags(thing)}
    _send(thing.arn, "SageMaker Training Job State Change", detail)


def processing_job(thing: Thing) -> None:
    """Tell a processing job's status."""
    detail = _detail(thing, _PROCESSING, _milliseconds) | {"Tags": _tags(thing)}
    _send(thing.arn, "SageMaker Processing Job State Change", detail)


def execution(pipeline: str, arn: str, detail: Mapping[str, Any]) -> None:
    """Tell the status of a pipeline's execution; `detail` holds what the caller knows."""
    known = {"pipelineArn": pipeline, "pipelineExecutionArn": arn, **_texts(detail)}
    name = "SageMaker Model Building Pipeline Execution Status Change"
    _send(arn, name, known, pipeline, arn)


def step(pipeline: str, arn: str, detail: Mapping[str, Any]) -> None:
    """Tell the status of one step of an execution."""
    known = {"pipelineArn": pipeline, "pipelineExecutionArn": arn, **_texts(detail)}
    name = "SageMaker Model Building Pipeline Execution Step Status Change"
    _send(arn, name, known, pipeline, arn)


def text(moment: datetime) -> str:
    """A moment as events write it: `2021-02-24T17:00:14Z`."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _texts(detail: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: text(value) if isinstance(value, datetime) else value
        for name, value in detail.items()
        if value is not None
    }


def _detail(thing: Thing, names: tuple[str, ...], write: Any) -> dict[str, Any]:
    found = {name: thing[name] for name in names if thing[name] is not None}
    return {
        name: write(value) if isinstance(value, datetime) else value
        for name, value in found.items()
    }


def _tags(thing: Thing) -> dict[str, str]:
    _, _, _, region, account, _ = thing.arn.split(":", 5)
    return dict(shelf(account, region).tags.get(thing.arn, {}))


def _send(arn: str, name: str, detail: Mapping[str, Any], *resources: str) -> None:
    _, _, _, region, account, _ = arn.split(":", 5)
    events.emit(
        account,
        region,
        source="aws.sagemaker",
        detail_type=name,
        detail=dict(detail),
        resources=list(resources or (arn,)),
    )
