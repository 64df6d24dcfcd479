"""What AWS recorded that can explain a failure, read after it, as plain values.

Pipelines, builds, stacks and logs are asked through their APIs, as an administrator would; refused
calls and lost events come from the embedded AWS's own records.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from catalog.aws import Service
from catalog.errors import ServiceFault
from catalog.rehearsing.ground import Ground
from catalog.rehearsing.nearness import unmet
from catalog.rehearsing.recorded import Facts, FailedAction, FailedResource

LAST = 12
"""Lines of a log that are shown."""

_WRONG = ("FAILED", "ROLLBACK")


def gather(ground: Ground) -> Facts:
    """Read them all, from every account."""
    accounts = sorted(ground.accounts.values())
    return Facts(
        denials=ground.denials(),
        deliveries=ground.deliveries(),
        actions=tuple(each for account in accounts for each in _actions(ground, account)),
        resources=tuple(each for account in accounts for each in _resources(ground, account)),
        functions=tuple(each for account in accounts for each in _functions(ground, account)),
        unmet=unmet(ground),
        faults=ground.failures(),
        under_way=ground.under_way(),
    )


def _actions(ground: Ground, account: str) -> Iterator[FailedAction]:
    pipelines = ground.service("codepipeline", account)
    for pipeline in pipelines.call("list_pipelines")["pipelines"]:
        name = pipeline["name"]
        for stage in pipelines.call("get_pipeline_state", name, name=name)["stageStates"]:
            for action in stage.get("actionStates", ()):
                latest = action.get("latestExecution", {})
                if latest.get("status") == "Failed":
                    group, log = _build(ground, account, latest.get("externalExecutionId", ""))
                    yield FailedAction(
                        account=account,
                        pipeline=name,
                        stage=stage["stageName"],
                        action=action["actionName"],
                        message=latest.get("errorDetails", {}).get("message", "")
                        or latest.get("summary", ""),
                        log=log,
                        group=group,
                    )


def _build(ground: Ground, account: str, build: str) -> tuple[str, tuple[str, ...]]:
    """Log group of a build, or of one that failed its batch, and the end of its log."""
    if ":" not in build:
        return "", ()
    codebuild = ground.service("codebuild", account)
    for each in _builds(codebuild, [build]) or _builds(codebuild, _failed_of(codebuild, build)):
        logs = each.get("logs", {})
        if logs.get("groupName"):
            group, stream = logs["groupName"], logs.get("streamName", "")
            return group, tuple(log(ground.service("logs", account), group, stream)[-LAST:])
    return "", ()


def _builds(codebuild: Service, ids: list[str]) -> list[Any]:
    if not ids:
        return []
    return list(codebuild.call("batch_get_builds", ids[0], ids=ids)["builds"])


def _failed_of(codebuild: Service, batch: str) -> list[str]:
    """The builds of a batch that failed, if it is one; those that are ignored come last."""
    found = codebuild.call("batch_get_build_batches", batch, ids=[batch])["buildBatches"]
    groups = sorted(
        (group for each in found for group in each["buildGroups"]),
        key=lambda group: bool(group["ignoreFailure"]),
    )
    begun = [group["currentBuildSummary"] for group in groups if "currentBuildSummary" in group]
    return [build["arn"] for build in begun if build["buildStatus"] != "SUCCEEDED"]


def _resources(ground: Ground, account: str) -> Iterator[FailedResource]:
    cloudformation = ground.service("cloudformation", account)
    pages = cloudformation.pages("list_stacks", "StackSummaries", tokens=("NextToken", "NextToken"))
    for stack in pages:
        if any(word in stack["StackStatus"] for word in _WRONG):
            yield from _failed_in(cloudformation, account, stack)


def _failed_in(cloudformation: Service, account: str, stack: Any) -> Iterator[FailedResource]:
    try:
        events = cloudformation.call("describe_stack_events", StackName=stack["StackId"])
    except ServiceFault:
        return  # removed meanwhile
    for event in reversed(events["StackEvents"]):
        reason = event.get("ResourceStatusReason", "")
        own = event["LogicalResourceId"] != stack["StackName"]
        if own and reason and event["ResourceStatus"].endswith("_FAILED"):
            yield FailedResource(
                account=account,
                stack=stack["StackName"],
                resource=event["LogicalResourceId"],
                type=event["ResourceType"],
                reason=reason,
            )


def _functions(ground: Ground, account: str) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Log group and last lines of every function that wrote of an error."""
    logs = ground.service("logs", account)
    for group in groups(logs, "/aws/lambda/"):
        lines = [line for stream in streams(logs, group) for line in log(logs, group, stream)]
        if any("Traceback" in line or "Error" in line for line in lines):
            yield group, tuple(lines[-LAST:])


def groups(logs: Service, prefix: str = "/") -> list[str]:
    """Log groups of an account."""
    pages = logs.pages(
        "describe_log_groups",
        "logGroups",
        tokens=("nextToken", "nextToken"),
        logGroupNamePrefix=prefix,
    )
    return [each["logGroupName"] for each in pages]


def streams(logs: Service, group: str) -> list[str]:
    """Log streams of a group."""
    pages = logs.pages(
        "describe_log_streams", "logStreams", tokens=("nextToken", "nextToken"), logGroupName=group
    )
    return [each["logStreamName"] for each in pages]


def log(logs: Service, group: str, stream: str) -> list[str]:
    """Every line of a log stream."""
    try:
        answer = logs.call(
            "get_log_events", group, logGroupName=group, logStreamName=stream, startFromHead=True
        )
    except ServiceFault:
        return []  # it ended before it wrote anything
    return [line for event in answer["events"] for line in event["message"].splitlines()]
