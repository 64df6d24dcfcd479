"""Training jobs (API reference: CreateTrainingJob …): a declared algorithm learns from real data.

The job reads its channels and writes `model.tar.gz` under its own role. Only images known to
`local_aws.sagemaker.algorithms` train; the reason of a failure is worded like SageMaker's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_aws import serial, work
from local_aws.sagemaker import algorithms, telling
from local_aws.sagemaker.calls import Call, Handler
from local_aws.sagemaker.jobs import JobFailed, brought, taken
from local_aws.sagemaker.kinds import Kind
from local_aws.sagemaker.outside import Under, assumable, pack
from local_aws.sagemaker.state import Shelf, Thing, invalid, now

KIND = Kind(
    noun="TrainingJob",
    path="training-job",
    words="training job",
    modern=True,
    status="TrainingJobStatus",
)
_SETTLING = 0.05
"""Seconds that each change of a job takes here."""


def _create(call: Call) -> dict[str, Any]:
    params = call.params
    if not params.get("AlgorithmSpecification", {}).get("TrainingImage"):
        raise invalid("AlgorithmSpecification names no TrainingImage.")
    role = params["RoleArn"]
    if not assumable(role, call.account):
        raise invalid(
            f"Could not assume role {role}. Please ensure that the role exists and allows "
            "principal 'sagemaker.amazonaws.com' to assume the role."
        )
    output = params["OutputDataConfig"]["S3OutputPath"].rstrip("/")
    url = f"{output}/{params['TrainingJobName']}/output/model.tar.gz"
    made = KIND.make(
        call,
        TrainingJobStatus="InProgress",
        SecondaryStatus="Starting",
        ModelArtifacts={"S3ModelArtifacts": url},
        StoppingCondition=params.get("StoppingCondition", {"MaxRuntimeInSeconds": 86400}),
    )
    telling.training_job(made)
    shelf = call.shelf
    work.start(f"training job {made.key}", lambda: _run(shelf, made))
    return {KIND.arn: made.arn}


def _stop(call: Call) -> dict[str, Any]:
    found = KIND.find(call)
    if found["TrainingJobStatus"] != "InProgress":
        raise invalid(f"The request was rejected because {found.arn} is not in progress.")
    stopping = found.changed(TrainingJobStatus="Stopping", SecondaryStatus="Stopping")
    shelf = call.shelf
    telling.training_job(shelf.put(stopping))
    work.start(f"training job {found.key} stops", lambda: _settle(shelf, stopping, "Stopped"))
    return {}


def _run(shelf: Shelf, job: Thing) -> None:
    work.pause(_SETTLING)
    try:
        _train(job)
    except JobFailed as why:
        _settle(shelf, job, "Failed", FailureReason=str(why))
    else:
        _settle(shelf, job, "Completed")


def _settle(shelf: Shelf, before: Thing, status: str, **fields: Any) -> None:
    """Put a job's last state, unless something else has happened to it meanwhile."""
    with serial.turn():
        if shelf.get(KIND.path, before.key) is before:
            times = {"TrainingStartTime": before["CreationTime"], "TrainingEndTime": now()}
            fields |= times
            ended = before.changed(TrainingJobStatus=status, SecondaryStatus=status, **fields)
            telling.training_job(shelf.put(ended))


def _train(job: Thing) -> None:
    _, _, _, region, account, _ = job.arn.split(":", 5)
    under = Under(account=account, region=region, role=job["RoleArn"])
    image = job["AlgorithmSpecification"]["TrainingImage"]
    algorithm = algorithms.of(image)
    if algorithm is None or not under.pull(image):
        raise JobFailed(
            f"ClientError: Please make sure that the training image {image} exists and that the "
            f"role {under.role} has permissions to pull it."
        )
    channels = {
        channel["ChannelName"]: _channel(under, channel) for channel in job["InputDataConfig"] or ()
    }
    try:
        files = algorithm.train(channels, job["HyperParameters"] or {})
    except ValueError as why:
        raise JobFailed(f"AlgorithmError: {why}, exit code: 1") from why
    taken(under, job["ModelArtifacts"]["S3ModelArtifacts"], pack(files))


def _channel(under: Under, channel: Mapping[str, Any]) -> list[bytes]:
    source = channel["DataSource"].get("S3DataSource")
    if source is None:
        raise JobFailed("not implemented in the embedded AWS: channels that are not in S3")
    return list(brought(under, source["S3Uri"]).values())


OPERATIONS: dict[str, Handler] = {
    name: handler for name, handler in KIND.operations().items() if not name.startswith("Delete")
} | {"CreateTrainingJob": _create, "StopTrainingJob": _stop}
