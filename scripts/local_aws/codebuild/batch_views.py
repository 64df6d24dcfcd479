"""A batch build as the API shows it."""

from __future__ import annotations

from typing import Any

from local_aws.codebuild import views
from local_aws.codebuild.state import IN_PROGRESS, Account, Batch, Build, Group

_COPIED = (
    "cache",
    "secondarySources",
    "serviceRole",
    "queuedTimeoutInMinutes",
    "encryptionKey",
    "buildBatchConfig",
)


def batch(account: Account, one: Batch) -> dict[str, Any]:
    """The API's `BuildBatch`."""
    shown = {
        "id": one.id,
        "arn": one.arn,
        "startTime": one.started,
        "currentPhase": one.phases[-1].name if one.phases else "SUBMITTED",
        "buildBatchStatus": one.status,
        "projectName": one.project["name"],
        "phases": [views.phase(each) for each in one.phases],
        "source": dict(one.project["source"]),
        "artifacts": views.artifacts(one),
        "environment": dict(one.project["environment"]),
        "buildTimeoutInMinutes": one.project["timeoutInMinutes"],
        "complete": one.status != IN_PROGRESS,
        "initiator": one.initiator,
        "buildBatchNumber": one.number,
        "buildGroups": [_group(account, group) for group in one.groups],
        **{name: one.project[name] for name in _COPIED if name in one.project},
    }
    optional = {
        "endTime": one.ended,
        "sourceVersion": one.source_version,
        "resolvedSourceVersion": one.resolved_version,
    }
    return shown | {name: value for name, value in optional.items() if value}


def _group(account: Account, group: Group) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "identifier": group.identifier,
        "dependsOn": list(group.after),
        "ignoreFailure": group.ignore_failure,
    }
    if build := account.builds.get(group.build):
        shown["currentBuildSummary"] = _summary(build, group)
    return shown


def _summary(build: Build, group: Group) -> dict[str, Any]:
    place = views.artifacts(build)["location"]
    kind = str(build.project["artifacts"]["type"])
    primary = {"type": kind, "location": place} if place else {"type": kind}
    return {
        "arn": build.arn,
        "requestedOn": group.requested,
        "buildStatus": build.status,
        "primaryArtifact": primary,
    }
