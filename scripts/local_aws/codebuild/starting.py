"""A build as its project and the request order it (API reference, *StartBuild*)."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from local_aws.codebuild.state import Account, Build
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Commission:
    """What a service that starts a build says beside the request.

    Args:
        initiator: E.g. `codepipeline/<pipeline>`.
        resolved_version: The revision its source has, e.g. a commit id.
    """

    initiator: str = ""
    resolved_version: str = ""


_NOBODY = Commission()
_commission: ContextVar[Commission] = ContextVar("commission", default=_NOBODY)


@contextmanager
def commissioned(initiator: str, resolved_version: str) -> Iterator[None]:
    """Builds started within are started by a service of the embedded AWS."""
    token = _commission.set(
        Commission(initiator=initiator, resolved_version=resolved_version),
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
    for part in ("source", "artifacts"):
        if wanted[part]["type"] == "CODEPIPELINE" and not wanted[part].get("location"):
            name = {"source": "Source", "artifacts": "Artifacts"}[part]
            text = f"{name}Override must be set when using {name.lower()} type CodePipelines"
            raise Refusal("InvalidInputException", text)
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
    )


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
