"""A build as its project and the request order it (API reference, *StartBuild*)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from local_aws.codebuild.state import Account, Batch, Build
from local_aws.codebuild.variables import merged
from local_aws.errors import Refusal

_SOURCE = {
    "sourceTypeOverride": "type",
    "sourceLocationOverride": "location",
    "buildspecOverride": "buildspec",
    "sourceAuthOverride": "auth",
    "gitCloneDepthOverride": "gitCloneDepth",
    "insecureSslOverride": "insecureSsl",
    "reportBuildStatusOverride": "reportBuildStatus",
}
_ENVIRONMENT = {
    "imageOverride": "image",
    "computeTypeOverride": "computeType",
    "environmentTypeOverride": "type",
    "privilegedModeOverride": "privilegedMode",
    "certificateOverride": "certificate",
}
_PROJECT = {
    "artifactsOverride": "artifacts",
    "secondaryArtifactsOverride": "secondaryArtifacts",
    "secondarySourcesOverride": "secondarySources",
    "cacheOverride": "cache",
    "serviceRoleOverride": "serviceRole",
    "timeoutInMinutesOverride": "timeoutInMinutes",
    "queuedTimeoutInMinutesOverride": "queuedTimeoutInMinutes",
    "encryptionKeyOverride": "encryptionKey",
    "logsConfigOverride": "logsConfig",
}
_TAKEN = {
    *_SOURCE,
    *_ENVIRONMENT,
    *_PROJECT,
    "projectName",
    "idempotencyToken",
    "environmentVariablesOverride",
    "sourceVersion",
}
_OF_BATCHES = frozenset({"buildBatchConfigOverride", "idempotencyToken"})
_OF_BUILDS = {"buildTimeoutInMinutesOverride": "timeoutInMinutesOverride"}
_TAKEN_BY_BATCHES = (_TAKEN - {"timeoutInMinutesOverride"}) | _OF_BATCHES | set(_OF_BUILDS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission:
    """What a service that starts a build says beside the request.

    Args:
        initiator: E.g. `codepipeline/<pipeline>`.
        resolved_version: The revision its source has, e.g. a commit id.
        batch: ARN of the batch that starts it; `batch_identifier` is its name there.
    """

    initiator: str = ""
    resolved_version: str = ""
    batch: str = ""
    batch_identifier: str = ""


_NOBODY = Commission()
_commission: ContextVar[Commission] = ContextVar("commission", default=_NOBODY)


@contextmanager
def commissioned(
    initiator: str, resolved_version: str, *, batch: str = "", batch_identifier: str = ""
) -> Iterator[None]:
    """Builds and batches started within are started by a service of the embedded AWS."""
    token = _commission.set(
        Commission(
            initiator=initiator,
            resolved_version=resolved_version,
            batch=batch,
            batch_identifier=batch_identifier,
        ),
    )
    try:
        yield
    finally:
        _commission.reset(token)


def ordered(account: Account, project: Mapping[str, Any], params: Any, caller: str) -> Build:
    """The build a request orders.

    Args:
        account: Where.
        project: As it stands.
        params: The request.
        caller: `<role>/<session>` of whoever asks.

    Raises:
        Refusal: The request uses what the embedded AWS does not have, or a source or artifact of
            CodePipeline without CodePipeline.
    """
    if unknown := sorted(set(params) - _TAKEN):
        raise NotImplementedError(f"codebuild:StartBuild with {', '.join(unknown)}")
    wanted = _overridden(project, params)
    _check_places(wanted)
    run = str(uuid.uuid4())
    identifier = f"{project['name']}:{run}"
    group, stream = _log(wanted, run)
    commission = _commission.get()
    number = account.numbers[project["name"]] = account.numbers.get(project["name"], 0) + 1
    return Build(
        id=identifier,
        arn=account.arn("build", identifier),
        number=number,
        account=account.account_id,
        region=account.region_name,
        project=wanted,
        variables=merged(
            wanted["environment"].get("environmentVariables") or (),
            params.get("environmentVariablesOverride") or (),
        ),
        initiator=commission.initiator or caller,
        source_version=params.get("sourceVersion") or project.get("sourceVersion", ""),
        resolved_version=commission.resolved_version,
        log_group=group,
        log_stream=stream,
        batch=commission.batch,
        batch_identifier=commission.batch_identifier,
    )


def ordered_batch(account: Account, project: Mapping[str, Any], params: Any, caller: str) -> Batch:
    """The batch a request orders (API reference, *StartBuildBatch*).

    Raises:
        Refusal: As `ordered`, or the project has no batch configuration.
    """
    if unknown := sorted(set(params) - _TAKEN_BY_BATCHES):
        raise NotImplementedError(f"codebuild:StartBuildBatch with {', '.join(unknown)}")
    config = {**project.get("buildBatchConfig", {}), **params.get("buildBatchConfigOverride", {})}
    if not config.get("serviceRole"):
        text = "Project does not have a batch configuration with a service role: buildBatchConfig"
        raise Refusal("InvalidInputException", text)
    request = {
        _OF_BUILDS.get(name, name): value
        for name, value in params.items()
        if name not in _OF_BATCHES
    }
    wanted = {**_overridden(project, request), "buildBatchConfig": config}
    _check_places(wanted)
    identifier = f"{project['name']}:{uuid.uuid4()}"
    commission, name = _commission.get(), project["name"]
    number = account.batch_numbers[name] = account.batch_numbers.get(name, 0) + 1
    return Batch(
        id=identifier,
        arn=account.arn("build-batch", identifier),
        number=number,
        account=account.account_id,
        region=account.region_name,
        project=wanted,
        request=request,
        initiator=commission.initiator or caller,
        source_version=params.get("sourceVersion") or project.get("sourceVersion", ""),
        resolved_version=commission.resolved_version,
    )


def _check_places(wanted: Mapping[str, Any]) -> None:
    for part in ("source", "artifacts"):
        if wanted[part]["type"] == "CODEPIPELINE" and not wanted[part].get("location"):
            name = {"source": "Source", "artifacts": "Artifacts"}[part]
            text = f"{name}Override must be set when using {name.lower()} type CodePipelines"
            raise Refusal("InvalidInputException", text)


def _overridden(project: Mapping[str, Any], params: Mapping[str, Any]) -> dict[str, Any]:
    source = dict(project["source"])
    if "sourceTypeOverride" in params and params["sourceTypeOverride"] != source["type"]:
        source.pop("location", None)
    source |= _picked(params, _SOURCE)
    environment = {**project["environment"], **_picked(params, _ENVIRONMENT)}
    whole = {**project, "source": source, "environment": environment}
    return whole | _picked(params, _PROJECT)


def _picked(params: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names[name]: value for name, value in params.items() if name in names}


def _log(project: Mapping[str, Any], run: str) -> tuple[str, str]:
    """Log group and stream (API reference, *CloudWatchLogsConfig*); empty when switched off."""
    settings = (project.get("logsConfig") or {}).get("cloudWatchLogs") or {"status": "ENABLED"}
    if settings["status"] != "ENABLED":
        return "", ""
    group = settings.get("groupName") or f"/aws/codebuild/{project['name']}"
    prefix = settings.get("streamName", "")
    return group, f"{prefix}/{run}" if prefix else run
