"""A build as the API shows it."""

from __future__ import annotations

from typing import Any

from local_aws.codebuild.state import IN_PROGRESS, Batch, Build, Phase

_COPIED = (
    "cache",
    "secondarySources",
    "serviceRole",
    "timeoutInMinutes",
    "queuedTimeoutInMinutes",
    "encryptionKey",
)


def build(one: Build) -> dict[str, Any]:
    """The API's `Build`."""
    done = one.status != IN_PROGRESS
    shown = {
        "id": one.id,
        "arn": one.arn,
        "buildNumber": one.number,
        "startTime": one.started,
        "currentPhase": one.phases[-1].name if one.phases else "QUEUED",
        "buildStatus": one.status,
        "projectName": one.project["name"],
        "phases": [phase(each) for each in one.phases],
        "source": dict(one.project["source"]),
        "artifacts": artifacts(one),
        "environment": {
            **one.project["environment"],
            "environmentVariables": [dict(variable) for variable in one.variables],
        },
        "logs": logs(one),
        "buildComplete": done,
        "initiator": one.initiator,
        "exportedEnvironmentVariables": [
            {"name": name, "value": value} for name, value in one.exported.items()
        ],
        **{name: one.project[name] for name in _COPIED if name in one.project},
    }
    optional = {
        "endTime": one.ended,
        "sourceVersion": one.source_version,
        "resolvedSourceVersion": one.resolved_version,
        "buildBatchArn": one.batch,
    }
    return shown | {name: value for name, value in optional.items() if value}


def phase(one: Phase) -> dict[str, Any]:
    """The API's `BuildPhase`."""
    shown: dict[str, Any] = {"phaseType": one.name, "startTime": one.started}
    if one.name == "COMPLETED":
        return shown
    if one.ended:
        seconds = int((one.ended - one.started).total_seconds())
        shown |= {"endTime": one.ended, "durationInSeconds": seconds}
        shown |= {"contexts": [{"statusCode": one.code, "message": one.message}]}
    return shown | {"phaseStatus": one.status}


def artifacts(one: Build | Batch) -> dict[str, Any]:
    """The API's `BuildArtifacts`."""
    given = one.project["artifacts"]
    where = "/".join(given[part] for part in ("location", "path") if given.get(part))
    return {"location": f"arn:aws:s3:::{where}" if where else ""}


def logs(one: Build) -> dict[str, Any]:
    """Where the log lies (API reference, *LogsLocation*)."""
    settings = (one.project.get("logsConfig") or {}).get("cloudWatchLogs") or {"status": "ENABLED"}
    if not one.log_group:
        return {"cloudWatchLogs": settings}
    where = f"{one.region}:{one.account}:log-group:{one.log_group}:log-stream:{one.log_stream}"
    console = f"https://console.aws.amazon.com/cloudwatch/home?region={one.region}"
    return {
        "groupName": one.log_group,
        "streamName": one.log_stream,
        "deepLink": f"{console}#logEvent:group={one.log_group};stream={one.log_stream}",
        "cloudWatchLogsArn": f"arn:aws:logs:{where}",
        "cloudWatchLogs": settings,
    }
