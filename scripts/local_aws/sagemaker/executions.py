"""Executions of pipelines: the operations on them (API reference: StartPipelineExecution …).

An execution keeps the definition and the role it was started with; `running` carries it out.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from typing import Any

from local_aws import serial, work
from local_aws.sagemaker import definitions, pipelines, running, telling
from local_aws.sagemaker.calls import Call, Handler, answered
from local_aws.sagemaker.listing import listed
from local_aws.sagemaker.state import Shelf, Thing, invalid, missing, now

PATH = "pipeline-execution"
_ALPHABET = string.ascii_lowercase + string.digits


def _find(call: Call) -> Thing:
    arn = call.params["PipelineExecutionArn"]
    found = call.shelf.by_arn(arn)
    if found is None or found.kind != PATH:
        raise missing(f"Pipeline execution {arn} does not exist.")
    return found


def _start(call: Call) -> dict[str, Any]:
    params = call.params
    pipeline = pipelines.find(call, params["PipelineName"])
    token = params["ClientRequestToken"]
    for before in call.shelf.every(PATH):
        if before.hidden["token"] == token and before["PipelineArn"] == pipeline.arn:
            return {"PipelineExecutionArn": before.arn}
    definition = pipelines.read(pipeline["PipelineDefinition"])
    given = {one["Name"]: one["Value"] for one in params.get("PipelineParameters", ())}
    made = _made(call, pipeline, _values(definition, given), token)
    pipelines.ran(call, pipeline)
    shelf = call.shelf
    _put(shelf, made, "")
    work.start(f"pipeline execution {made.key}", lambda: _carry_out(shelf, made, definition))
    return {"PipelineExecutionArn": made.arn}


def _values(definition: definitions.Definition, given: Mapping[str, str]) -> dict[str, Any]:
    try:
        return definitions.values(definition, given)
    except ValueError as why:
        raise invalid(str(why)) from None


def _made(call: Call, pipeline: Thing, values: Mapping[str, Any], token: str) -> Thing:
    identifier = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    arn, moment, params = f"{pipeline.arn}/execution/{identifier}", now(), call.params
    name = params.get("PipelineExecutionDisplayName", f"execution-{round(moment.timestamp())}")
    fields = {
        "PipelineName": pipeline.key,
        "PipelineArn": pipeline.arn,
        "PipelineExecutionArn": arn,
        "PipelineExecutionDisplayName": name,
        "PipelineExecutionDescription": params.get("PipelineExecutionDescription"),
        "PipelineExecutionStatus": "Executing",
        "CreationTime": moment,
        "LastModifiedTime": moment,
        "StartTime": moment,
        "PipelineDefinition": pipeline["PipelineDefinition"],
        "RoleArn": params.get("RoleArn", pipeline["RoleArn"]),
    }
    hidden = {"token": token, "values": values, "steps": {}}
    key = f"{pipeline.key}/{identifier}"
    return Thing(kind=PATH, key=key, arn=arn, fields=fields, hidden=hidden)


def _put(shelf: Shelf, execution: Thing, before: str) -> None:
    status = execution["PipelineExecutionStatus"]
    shelf.put(execution)
    telling.execution(
        execution["PipelineArn"],
        execution.arn,
        {
            "pipelineExecutionDisplayName": execution["PipelineExecutionDisplayName"],
            "pipelineExecutionDescription": execution["PipelineExecutionDescription"],
            "currentPipelineExecutionStatus": status,
            "previousPipelineExecutionStatus": before or None,
            "executionStartTime": execution["StartTime"],
            "executionEndTime": None if status in running.GOING else now(),
        },
    )


def _carry_out(shelf: Shelf, execution: Thing, definition: definitions.Definition) -> None:
    """Run the steps, and note how it ended."""
    status, why = running.Run(shelf, execution, definition).run()
    with serial.turn():
        found = shelf.get(PATH, execution.key)
        assert found is not None  # noqa: S101 - nothing deletes an execution
        reason = {"FailureReason": why, "PipelineExecutionFailureReason": why} if why else {}
        ended = found.changed(PipelineExecutionStatus=status, **reason)
        _put(shelf, ended, found["PipelineExecutionStatus"])


def _describe(call: Call) -> dict[str, Any]:
    return answered("DescribePipelineExecution", _find(call).fields)


def _definition(call: Call) -> dict[str, Any]:
    return answered("DescribePipelineDefinitionForExecution", _find(call).fields)


def _parameters(call: Call) -> dict[str, Any]:
    values = _find(call).hidden["values"]
    listed = [{"Name": name, "Value": _text(value)} for name, value in values.items()]
    return {"PipelineParameters": listed}


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _list(call: Call) -> dict[str, Any]:
    pipeline = pipelines.find(call, call.params["PipelineName"])
    params = {**call.params, "PipelineName": pipeline.key}
    every = call.shelf.every(PATH)
    return listed(call.asking(params), "ListPipelineExecutions", every, descending=True)


def _steps(call: Call) -> dict[str, Any]:
    steps = _find(call).hidden["steps"].values()
    params = {k: v for k, v in call.params.items() if k != "PipelineExecutionArn"}
    name = "ListPipelineExecutionSteps"
    return listed(call.asking(params), name, steps, by="StartTime", descending=True)


def _stop(call: Call) -> dict[str, Any]:
    found = _find(call)
    status = found["PipelineExecutionStatus"]
    if status not in running.GOING:
        text = f"Pipeline execution {found.arn} is {status} and cannot be stopped."
        raise invalid(text)
    if status == "Executing":
        _put(call.shelf, found.changed(PipelineExecutionStatus="Stopping"), status)
    return {"PipelineExecutionArn": found.arn}


OPERATIONS: dict[str, Handler] = {
    "StartPipelineExecution": _start,
    "DescribePipelineExecution": _describe,
    "DescribePipelineDefinitionForExecution": _definition,
    "ListPipelineParametersForExecution": _parameters,
    "ListPipelineExecutions": _list,
    "ListPipelineExecutionSteps": _steps,
    "StopPipelineExecution": _stop,
}
