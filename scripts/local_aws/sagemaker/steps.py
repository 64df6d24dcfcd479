"""What the steps of a pipeline do, under the role of its execution.

Each kind of step takes its resolved arguments as the request of the operation it stands for, and
leaves what that thing's Describe answers, which later steps refer to.
"""

from __future__ import annotations

import operator
import re
import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from local_aws import work
from local_aws.sagemaker.definitions import Step

_ALPHABET = string.ascii_letters + string.digits


class StepFailed(Exception):
    """A step failed; the text is its FailureReason."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a step runs.

    Args:
        client: SageMaker as the execution's role.
        execution: ARN of the execution.
        stopping: Whether somebody stops it.
    """

    client: Any
    execution: str
    stopping: Callable[[], bool]

    def name(self, step: Step) -> str:
        """A name as pipelines give their jobs: `pipelines-<execution>-<step>-<random>`."""
        suffix = "".join(secrets.choice(_ALPHABET) for _ in range(10))
        identifier = self.execution.rpartition("/")[2]
        short = re.sub(r"[^a-zA-Z0-9-]", "-", step.name)[: 63 - 24 - len(identifier)].strip("-")
        return f"pipelines-{identifier}-{short}-{suffix}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What a step leaves.

    Args:
        metadata: What ListPipelineExecutionSteps shows of it.
        outcome: What other steps may refer to.
        branch: Further steps that now run, as they are written down.
    """

    metadata: Mapping[str, Any]
    outcome: Mapping[str, Any] = field(default_factory=dict)
    branch: tuple[Mapping[str, Any], ...] = ()


def _training(place: Place, step: Step, arguments: Mapping[str, Any]) -> Left:
    name = place.name(step)
    arn = place.client.create_training_job(TrainingJobName=name, **arguments)["TrainingJobArn"]
    job = _ended(place, "training_job", "TrainingJob", name)
    return Left(metadata={"TrainingJob": {"Arn": arn}}, outcome=job)


def _processing(place: Place, step: Step, arguments: Mapping[str, Any]) -> Left:
    name = place.name(step)
    made = place.client.create_processing_job(ProcessingJobName=name, **arguments)
    job = _ended(place, "processing_job", "ProcessingJob", name)
    config = job.get("ProcessingOutputConfig", {})
    outputs = {one["OutputName"]: one for one in config.get("Outputs", ())}
    files = {
        name: f"{outputs[file['OutputName']]['S3Output']['S3Uri'].rstrip('/')}/{file['FilePath']}"
        for name, file in step.property_files.items()
    }
    # Definitions find an output by its name: `ProcessingOutputConfig.Outputs['evaluation']`.
    outcome = {**job, "ProcessingOutputConfig": {**config, "Outputs": outputs}}
    return Left(
        metadata={"ProcessingJob": {"Arn": made["ProcessingJobArn"]}},
        outcome={**outcome, "PropertyFiles": files},
    )


def _ended(place: Place, verb: str, noun: str, name: str) -> dict[str, Any]:
    """What a job is once it has ended; one that is stopped from elsewhere fails its step."""
    which, job, status = {f"{noun}Name": name}, dict[str, Any](), f"{noun}Status"

    def ended() -> bool:
        job.update(getattr(place.client, f"describe_{verb}")(**which))
        if place.stopping() and job[status] == "InProgress":
            getattr(place.client, f"stop_{verb}")(**which)
        return job[status] in ("Completed", "Failed", "Stopped")

    work.until(ended)
    if job[status] == "Failed":
        raise StepFailed(job["FailureReason"])
    if job[status] == "Stopped" and not place.stopping():
        raise StepFailed(f"The job {name} was stopped.")
    return job


def _register(place: Place, _step: Step, arguments: Mapping[str, Any]) -> Left:
    wanted = {"MetadataProperties": {"GeneratedBy": place.execution}, **arguments}
    arn = place.client.create_model_package(**wanted)["ModelPackageArn"]
    package = place.client.describe_model_package(ModelPackageName=arn)
    return Left(metadata={"RegisterModel": {"Arn": arn}}, outcome=package)


def _model(place: Place, step: Step, arguments: Mapping[str, Any]) -> Left:
    name = place.name(step)
    arn = place.client.create_model(ModelName=name, **arguments)["ModelArn"]
    model = place.client.describe_model(ModelName=name)
    return Left(metadata={"Model": {"Arn": arn}}, outcome=model)


def _condition(_place: Place, _step: Step, arguments: Mapping[str, Any]) -> Left:
    holds = all(_holds(one) for one in arguments["Conditions"])
    branch = arguments.get("IfSteps" if holds else "ElseSteps", [])
    outcome = {"Outcome": str(holds)}
    return Left(metadata={"Condition": outcome}, outcome=outcome, branch=tuple(branch))


_COMPARE = {
    "Equals": operator.eq,
    "GreaterThan": operator.gt,
    "GreaterThanOrEqualTo": operator.ge,
    "LessThan": operator.lt,
    "LessThanOrEqualTo": operator.le,
}


def _holds(condition: Mapping[str, Any]) -> bool:
    match condition["Type"]:
        case "Not":
            return not _holds(condition["Expression"])
        case "Or":
            return any(_holds(one) for one in condition["Conditions"])
        case "In":
            return condition["QueryValue"] in condition["Values"]
        case kind if kind in _COMPARE:
            compared = _COMPARE[kind](condition["LeftValue"], condition["RightValue"])
            return bool(compared)
        case kind:
            raise NotImplementedError(f"conditions of type {kind}")


def _fail(_place: Place, _step: Step, arguments: Mapping[str, Any]) -> Left:
    raise StepFailed(str(arguments.get("ErrorMessage", "")))


KINDS: Mapping[str, Callable[[Place, Step, Mapping[str, Any]], Left]] = {
    "Training": _training,
    "Processing": _processing,
    "RegisterModel": _register,
    "Model": _model,
    "CreateModel": _model,
    "Condition": _condition,
    "Fail": _fail,
}


def run(place: Place, step: Step, arguments: Mapping[str, Any]) -> Left:
    """Do one step.

    Raises:
        StepFailed: It failed.
        ClientError: A call of it was refused.
        NotImplementedError: A kind of step that does not run here.
    """
    if step.kind not in KINDS:
        raise NotImplementedError(f"pipeline steps of type {step.kind}")
    return KINDS[step.kind](place, step, arguments)
