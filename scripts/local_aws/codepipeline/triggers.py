"""What starts executions besides people: rules, and pushes through a connection."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator, Mapping
from typing import Any

from local_aws import causes, serial
from local_aws.codepipeline import executions
from local_aws.codepipeline.state import Account, Pipeline, accounts


def trigger(caller: str) -> tuple[str, str]:
    """The trigger of an execution that `caller` (an ARN) starts now, and its detail."""
    cause = causes.current()
    return (cause.kind, cause.detail) if cause else ("StartPipelineExecution", caller)


def pushed(full_repository_id: str, branch: str, commit: str) -> None:
    """Start every pipeline that follows a branch at a Git provider.

    A pipeline of type V2 with triggers follows what they say, any other the branch of its source
    action unless `DetectChanges` is false (action structure reference,
    *CodeStarSourceConnection*).
    """
    with serial.turn():
        for account in _everywhere():
            for pipeline in list(account.pipelines.values()):
                for action in _following(pipeline, full_repository_id, branch):
                    arn = action["configuration"]["ConnectionArn"]
                    detail = f"{arn}:{full_repository_id}:{branch}:{commit}"
                    values = defaults(pipeline.declaration)
                    executions.start(account, pipeline, ("WebhookV2", detail), values)
                    break


def defaults(declaration: Mapping[str, Any]) -> dict[str, str]:
    """The pipeline's variables that have a default."""
    return {
        one["name"]: one["defaultValue"]
        for one in declaration.get("variables") or ()
        if "defaultValue" in one
    }


def _everywhere() -> list[Account]:
    return [account for _, _, account in list(accounts.iter_backends())]


def _following(pipeline: Pipeline, repository: str, branch: str) -> Iterator[Mapping[str, Any]]:
    declared = {
        one["gitConfiguration"]["sourceActionName"]: one["gitConfiguration"]
        for one in pipeline.declaration.get("triggers") or ()
    }
    for action in pipeline.declaration["stages"][0]["actions"]:
        configuration = action["configuration"]
        if configuration.get("FullRepositoryId") != repository:
            continue
        if action["name"] in declared:
            if _wanted(declared[action["name"]], branch):
                yield action
        elif _detects(configuration) and configuration["BranchName"] == branch:
            yield action


def _detects(configuration: Mapping[str, str]) -> bool:
    return configuration.get("DetectChanges", "true") != "false"


def _wanted(git: Mapping[str, Any], branch: str) -> bool:
    """Whether a trigger's push filters let a branch through; without filters every push counts."""
    filters = git.get("push")
    return not filters or any(_passes(one.get("branches") or {}, branch) for one in filters)


def _passes(branches: Mapping[str, Any], branch: str) -> bool:
    excluded, included = branches.get("excludes") or (), branches.get("includes") or ()
    if any(fnmatch.fnmatchcase(branch, pattern) for pattern in excluded):
        return False
    return not included or any(fnmatch.fnmatchcase(branch, pattern) for pattern in included)
