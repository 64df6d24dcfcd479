"""Pipelines (API reference: CreatePipeline …): a definition and a role."""

from __future__ import annotations

from typing import Any

from local_aws.errors import Refusal
from local_aws.sagemaker import definitions
from local_aws.sagemaker.calls import Call, Handler, answered
from local_aws.sagemaker.kinds import Kind
from local_aws.sagemaker.listing import listed
from local_aws.sagemaker.state import Thing, invalid, now

KIND = Kind(
    noun="Pipeline",
    path="pipeline",
    words="pipeline",
    modern=True,
    descending=True,
)


def find(call: Call, name: str) -> Thing:
    """A pipeline by name or ARN.

    Raises:
        Refusal: ResourceNotFound.
    """
    return KIND.find(call, PipelineName=name)


def read(text: str) -> definitions.Definition:
    """A definition.

    Raises:
        Refusal: It is none.
    """
    try:
        return definitions.read(text)
    except ValueError as why:
        raise invalid(f"Invalid pipeline definition: {why}") from None


def _create(call: Call) -> dict[str, Any]:
    params = call.params
    name, token = params["PipelineName"], params["ClientRequestToken"]
    before = call.shelf.get(KIND.path, name)
    if before and before.hidden["token"] == token:
        return {KIND.arn: before.arn}
    if before:
        raise invalid(
            "Pipeline names must be unique within an AWS account and region. "
            f"Pipeline with name ({name}) already exists."
        )
    _check(call)
    made = KIND.make(
        call,
        {"token": token},
        PipelineStatus="Active",
        PipelineDisplayName=params.get("PipelineDisplayName", name),
    )
    return {KIND.arn: made.arn}


def _check(call: Call) -> None:
    if "PipelineDefinitionS3Location" in call.params:
        raise Refusal(
            "NotImplementedException",
            "not implemented in the embedded AWS: pipeline definitions in S3",
        )
    if "PipelineDefinition" in call.params:
        read(call.params["PipelineDefinition"])
    elif "ClientRequestToken" in call.params:
        raise invalid("A pipeline needs a PipelineDefinition.")


def _update(call: Call) -> dict[str, Any]:
    found = find(call, call.params["PipelineName"])
    _check(call)
    call.shelf.put(found.changed(**{**call.params, "PipelineName": found.key}))
    return {KIND.arn: found.arn}


def _describe(call: Call) -> dict[str, Any]:
    return answered("DescribePipeline", find(call, call.params["PipelineName"]).fields)


def _delete(call: Call) -> dict[str, Any]:
    found = find(call, call.params["PipelineName"])
    executions = [
        one
        for one in call.shelf.every("pipeline-execution")
        if one["PipelineName"] == found.key and one["PipelineExecutionStatus"] == "Executing"
    ]
    if executions:
        raise Refusal("ConflictException", f"Pipeline {found.arn} has an execution in progress.")
    call.shelf.remove(found)
    return {KIND.arn: found.arn}


def _list(call: Call) -> dict[str, Any]:
    params = dict(call.params)
    prefix = params.pop("PipelineNamePrefix", "")
    things = [one for one in call.shelf.every(KIND.path) if one.key.startswith(prefix)]
    return listed(call.asking(params), "ListPipelines", things, descending=True)


def ran(call: Call, pipeline: Thing) -> None:
    """Note that a pipeline was started."""
    moment = now()
    call.shelf.put(pipeline.noting(LastRunTime=moment, LastExecutionTime=moment))


OPERATIONS: dict[str, Handler] = {
    "CreatePipeline": _create,
    "UpdatePipeline": _update,
    "DescribePipeline": _describe,
    "DeletePipeline": _delete,
    "ListPipelines": _list,
}
