"""The events of pipelines, stages and actions (user guide, *Monitoring CodePipeline events*)."""

from __future__ import annotations

from typing import Any

from local_aws import events
from local_aws.codepipeline.state import ActionRun, Execution, home

_STAMP = "%Y-%m-%dT%H:%M:%SZ"


def _emit(execution: Execution, what: str, detail: dict[str, Any]) -> None:
    arn = home(execution).arn(execution.pipeline)
    events.emit(
        execution.account,
        execution.region,
        source="aws.codepipeline",
        detail_type=f"CodePipeline {what} Execution State Change",
        detail={
            "pipeline": execution.pipeline,
            "execution-id": execution.id,
            "version": float(execution.declaration["version"]),
            "pipeline-execution-attempt": float(execution.attempt),
            **detail,
        },
        resources=[arn],
    )


def pipeline(execution: Execution, state: str) -> None:
    """An execution started, resumed, succeeded, failed, was superseded, is stopping or stopped."""
    kind, detail = execution.trigger
    trigger = {"trigger-type": kind, "trigger-detail": detail}
    started = execution.started.strftime(_STAMP)
    facts = {"state": state, "start-time": started, "execution-trigger": trigger}
    _emit(execution, "Pipeline", facts)


def stage(execution: Execution, name: str, state: str) -> None:
    """A stage started, resumed, succeeded, failed, was stopped or skipped."""
    started = execution.stages[name].entered.strftime(_STAMP)
    _emit(execution, "Stage", {"stage": name, "state": state, "start-time": started})


def action(execution: Execution, run: ActionRun, state: str) -> None:
    """An action started, succeeded, failed or was abandoned."""
    kind = run.declaration["actionTypeId"]
    detail: dict[str, Any] = {
        "stage": run.stage,
        "action": run.action,
        "action-execution-id": run.id,
        "state": state,
        "region": run.declaration.get("region", execution.region),
        "start-time": run.started.strftime(_STAMP),
        "type": {key: kind[key] for key in ("owner", "provider", "category", "version")},
        "input-artifacts": [_artifact(one) for one in run.inputs],
        "output-artifacts": [_artifact(one) for one in run.outputs],
    }
    if state != "STARTED":
        detail["execution-result"] = {
            "external-execution-url": run.url,
            "external-execution-summary": run.summary or run.message,
            "external-execution-id": run.external,
            **({"error-code": run.code} if run.code else {}),
        }
    _emit(execution, "Action", detail)


def _artifact(one: Any) -> dict[str, Any]:
    return {"name": one.name, "s3location": {"bucket": one.bucket, "key": one.key}}
