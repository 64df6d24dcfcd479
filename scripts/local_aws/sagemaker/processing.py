"""Processing jobs (API reference: CreateProcessingJob …): scripts in plain Python really run.

The job brings its inputs and takes its outputs under its own role, which the script works under
too. `scripts` says which jobs run here. What the script says is in CloudWatch Logs, as far as the
role may write there.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from local_aws import log_streams, serial, work
from local_aws.sagemaker import containers, scripts, telling
from local_aws.sagemaker.calls import Call, Handler
from local_aws.sagemaker.containers import Container
from local_aws.sagemaker.jobs import JobFailed, brought, taken
from local_aws.sagemaker.kinds import Kind
from local_aws.sagemaker.outside import Under, assumable
from local_aws.sagemaker.state import Shelf, Thing, invalid, now

KIND = Kind(
    noun="ProcessingJob",
    path="processing-job",
    words="processing job",
    modern=True,
    status="ProcessingJobStatus",
)
LOG_GROUP = "/aws/sagemaker/ProcessingJobs"
_A_DAY = {"MaxRuntimeInSeconds": 86400}
_SAID = 1024
"""Bytes of an ExitMessage (developer guide, *Save and Access Metadata …*)."""


def _create(call: Call) -> dict[str, Any]:
    params = call.params
    scripts.check(params)
    role = params["RoleArn"]
    if not assumable(role, call.account):
        raise invalid(
            f"Could not assume role {role}. Please ensure that the role exists and allows "
            "principal 'sagemaker.amazonaws.com' to assume the role."
        )
    made = KIND.make(
        call,
        ProcessingJobStatus="InProgress",
        StoppingCondition=params.get("StoppingCondition", _A_DAY),
    )
    telling.processing_job(made)
    shelf = call.shelf
    work.start(f"processing job {made.key}", lambda: _run(shelf, made))
    return {KIND.arn: made.arn}


def _stop(call: Call) -> dict[str, Any]:
    found = KIND.find(call)
    if found["ProcessingJobStatus"] != "InProgress":
        raise invalid(f"The request was rejected because {found.arn} is not in progress.")
    telling.processing_job(call.shelf.put(found.changed(ProcessingJobStatus="Stopping")))
    return {}


def _run(shelf: Shelf, job: Thing) -> None:
    began = now()
    with containers.container() as place:
        try:
            status, reason = _worked(shelf, job, place), None
        except JobFailed as why:
            status, reason = "Failed", str(why)
        said = scripts.local(scripts.MESSAGE, place.root)
        message = said.read_bytes() if said.is_file() else b""
    with serial.turn():
        found = shelf.get(KIND.path, job.key)
        if found is not None and found.number == job.number:
            ended = found.changed(
                ProcessingJobStatus=status,
                FailureReason=reason,
                ExitMessage=message[:_SAID].decode(errors="ignore") or None,
                ProcessingStartTime=began,
                ProcessingEndTime=now(),
            )
            telling.processing_job(shelf.put(ended))


def _worked(shelf: Shelf, job: Thing, place: Container) -> str:
    """Do what the job is for; the status it ends with.

    Raises:
        JobFailed: It fails.
    """
    _, _, _, region, account, _ = job.arn.split(":", 5)
    under = Under(account=account, region=region, role=job["RoleArn"])
    specification = job["AppSpecification"]
    if not under.pull(specification["ImageUri"]):
        raise JobFailed(
            f"ClientError: Please make sure that the image {specification['ImageUri']} exists and "
            f"that the role {under.role} has permissions to pull it."
        )
    for one in job["ProcessingInputs"] or ():
        _bring(under, one["S3Input"], place.root)
    outputs = [one["S3Output"] for one in (job["ProcessingOutputConfig"] or {}).get("Outputs", ())]
    for output in outputs:
        scripts.local(output["LocalPath"], place.root).mkdir(parents=True, exist_ok=True)
    status = _ran(shelf, job, place, under)
    if status is None:
        return "Stopped"
    if status:
        raise JobFailed("AlgorithmError: See job logs for more information")
    for output in outputs:
        _take(under, output, place.root)
    return "Completed"


def _bring(under: Under, source: Mapping[str, Any], root: Path) -> None:
    folder = scripts.local(source["LocalPath"], root)
    for key, body in brought(under, source["S3Uri"]).items():
        try:
            file = folder / scripts.below(source["S3Uri"], key)
        except LookupError:
            raise JobFailed(
                "not implemented in the embedded AWS: inputs whose S3Uri is the beginning of "
                f"other names, as {source['S3Uri']} is of {key}"
            ) from None
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(body)


def _take(under: Under, output: Mapping[str, Any], root: Path) -> None:
    folder = scripts.local(output["LocalPath"], root)
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            name = file.relative_to(folder).as_posix()
            taken(under, f"{output['S3Uri'].rstrip('/')}/{name}", file.read_bytes())


def _ran(shelf: Shelf, job: Thing, place: Container, under: Under) -> int | None:
    """The exit status of the job's script; None when it was ended."""
    command = scripts.command(job["AppSpecification"], place.root)
    if named := scripts.naming_paths(Path(command[0]).parent):
        raise JobFailed(
            f"not implemented in the embedded AWS: {named} names paths below {scripts.ROOT} "
            "itself; let it take them as arguments"
        )
    own = {
        name: scripts.translated(value, place.root)
        for name, value in (job["Environment"] or {}).items()
    }
    scripts.local(scripts.MESSAGE, place.root).parent.mkdir(parents=True, exist_ok=True)
    try:
        return place.run(
            command,
            containers.environment(under, "SageMaker") | own,
            job["StoppingCondition"]["MaxRuntimeInSeconds"],
            lambda: _stopping(shelf, job),
        )
    finally:
        _keep_log(under, job.key, place.log)


def _stopping(shelf: Shelf, job: Thing) -> bool:
    with serial.turn():
        return shelf.get(KIND.path, job.key) is not job


def _keep_log(under: Under, name: str, log: Path) -> None:
    """Write what the script said to its stream, as far as the role may; else it is lost."""
    moment = int(time.time() * 1000)
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    client = under.client("logs")
    with suppress(ClientError):
        names = log_streams.opened(client, LOG_GROUP, f"{name}/algo-1-{moment}")
        if entries := [{"timestamp": moment, "message": line} for line in lines]:
            client.put_log_events(**names, logEvents=entries)


OPERATIONS: dict[str, Handler] = {
    name: handler for name, handler in KIND.operations().items() if not name.startswith("Delete")
} | {"CreateProcessingJob": _create, "StopProcessingJob": _stop}
