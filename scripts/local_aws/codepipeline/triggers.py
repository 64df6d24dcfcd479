"""What starts executions besides people: rules, and pushes through a connection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from local_aws import causes, connections, serial
from local_aws.codepipeline import executions
from local_aws.codepipeline.state import Account, Pipeline, accounts
from local_aws.errors import Refusal


def trigger(caller: str) -> tuple[str, str]:
    """The trigger of an execution that `caller` (an ARN) starts now, and its detail."""
    cause = causes.current()
    return (cause.kind, cause.detail) if cause else ("StartPipelineExecution", caller)


def pushed(full_repository_id: str, branch: str, commit: str) -> None:
    """Start every pipeline that follows a branch at a Git provider.

    A pipeline follows the branch of its source action: unless `DetectChanges` is false (action
    structure reference, *CodeStarSourceConnection*), or when it has a trigger without filter (user
    guide, *Automate starting pipelines using triggers and filtering*). A connection that nobody
    completed brings no push.
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
    triggered = {
        one["gitConfiguration"]["sourceActionName"]
        for one in pipeline.declaration.get("triggers") or ()
    }
    for action in pipeline.declaration["stages"][0]["actions"]:
        configuration = action["configuration"]
        asked = (configuration.get("FullRepositoryId"), configuration.get("BranchName"))
        follows = action["name"] in triggered or configuration.get("DetectChanges") != "false"
        if asked == (repository, branch) and follows and _open(configuration["ConnectionArn"]):
            yield action


def _open(connection_arn: str) -> bool:
    try:
        connections.usable(connection_arn)
    except Refusal:
        return False
    return True
