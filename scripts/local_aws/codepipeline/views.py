"""Executions, stages and actions as the API shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from local_aws.codepipeline.state import (
    IN_PROGRESS,
    SUCCEEDED,
    ActionRun,
    Artifact,
    ConditionRun,
    Execution,
    Pipeline,
    RuleRun,
    StageRun,
    Transition,
)

_CONDITIONS = {"beforeEntry": "beforeEntryConditionState", "onSuccess": "onSuccessConditionState"}

View = dict[str, Any]


def filled(view: Mapping[str, Any]) -> View:
    """A view without what has no value."""
    return {name: value for name, value in view.items() if value not in ("", None, {}, [], ())}


def execution(one: Execution) -> View:
    """The API's `PipelineExecution`."""
    sources = [run for run in one.actions if run.revision]
    revisions = [
        filled(
            {
                "name": artifact.name,
                "revisionId": run.revision,
                "revisionSummary": run.revision_summary,
                "revisionUrl": run.revision_url,
                "created": run.updated,
            }
        )
        for run in sources
        for artifact in run.outputs
    ]
    variables = [{"name": key, "resolvedValue": value} for key, value in one.variables.items()]
    return {
        "pipelineName": one.pipeline,
        "pipelineVersion": one.declaration["version"],
        "pipelineExecutionId": one.id,
        "artifactRevisions": revisions,
        "variables": variables,
        **_how(one),
    } | filled({"statusSummary": one.summary})


def _how(one: Execution) -> View:
    return {
        "status": one.status,
        "trigger": {"triggerType": one.trigger[0], "triggerDetail": one.trigger[1]},
        "executionMode": one.mode,
        "executionType": "STANDARD",
    }


def summary(one: Execution) -> View:
    """The API's `PipelineExecutionSummary`."""
    revisions = [
        filled(
            {
                "actionName": run.action,
                "revisionId": run.revision,
                "revisionSummary": run.revision_summary,
                "revisionUrl": run.revision_url,
            }
        )
        for run in one.actions
        if run.revision
    ]
    shown = {
        "pipelineExecutionId": one.id,
        "startTime": one.started,
        "lastUpdateTime": one.updated,
        "sourceRevisions": revisions,
        **_how(one),
    }
    stopped = {"stopTrigger": {"reason": one.stop_reason}} if one.stop else {}
    return shown | stopped | filled({"statusSummary": one.summary})


def action(one: Execution, run: ActionRun) -> View:
    """The API's `ActionExecutionDetail`."""
    kind = run.declaration["actionTypeId"]
    given = {
        "actionTypeId": kind,
        "configuration": run.declaration.get("configuration") or {},
        "resolvedConfiguration": dict(run.resolved),
        "region": run.declaration.get("region", one.region),
        "inputArtifacts": [_artifact(each) for each in run.inputs],
        **filled(
            {
                "roleArn": run.declaration.get("roleArn"),
                "namespace": run.declaration.get("namespace"),
            }
        ),
    }
    result = filled(
        {
            "externalExecutionId": run.external or run.revision,
            "externalExecutionSummary": run.summary or run.revision_summary,
            "externalExecutionUrl": run.url or run.revision_url,
            "errorDetails": filled({"code": run.code, "message": run.message}),
        }
    )
    shown = {
        "pipelineExecutionId": one.id,
        "actionExecutionId": run.id,
        "pipelineVersion": one.declaration["version"],
        "stageName": run.stage,
        "actionName": run.action,
        "startTime": run.started,
        "lastUpdateTime": run.updated,
        "status": run.status,
        "input": given,
        "output": {
            "outputArtifacts": [_artifact(each) for each in run.outputs],
            "executionResult": result,
            "outputVariables": dict(run.variables),
        },
    }
    return shown | filled({"updatedBy": run.by})


def _artifact(one: Artifact) -> View:
    return {"name": one.name, "s3location": {"bucket": one.bucket, "key": one.key}}


def rule(one: Execution, stage: str, run: RuleRun) -> View:
    """The API's `RuleExecutionDetail`."""
    return {
        "pipelineExecutionId": one.id,
        "ruleExecutionId": run.id,
        "pipelineVersion": one.declaration["version"],
        "stageName": stage,
        "ruleName": run.name,
        "startTime": run.at,
        "lastUpdateTime": run.at,
        "status": run.status,
        "input": {
            "ruleTypeId": run.declaration["ruleTypeId"],
            "configuration": run.declaration.get("configuration") or {},
            "resolvedConfiguration": dict(run.resolved),
            "region": one.region,
        },
        "output": {"executionResult": {"externalExecutionSummary": run.message}},
    }


def state(pipeline: Pipeline, executions: Iterable[Execution]) -> View:
    """What GetPipelineState answers."""
    executions = list(executions)
    declared = pipeline.declaration["stages"]
    return {
        "pipelineName": pipeline.name,
        "pipelineVersion": pipeline.declaration["version"],
        "stageStates": [
            _stage(pipeline, stage, executions, first=index == 0)
            for index, stage in enumerate(declared)
        ],
        "created": pipeline.created,
        "updated": pipeline.updated,
    }


def _stage(
    pipeline: Pipeline, stage: Mapping[str, Any], executions: list[Execution], *, first: bool
) -> View:
    name = stage["name"]
    actions = [_action_state(one["name"], name, executions) for one in stage["actions"]]
    shown: View = {"stageName": name, "actionStates": actions}
    waiting = [one for one in executions if one.waiting == name and not one.ended]
    if waiting:
        inbound = [_short(one, one.status) for one in waiting]
        shown |= {"inboundExecution": inbound[0], "inboundExecutions": inbound}
    if not first:
        shown["inboundTransitionState"] = _transition(pipeline.transitions.get(name))
    entered = [one for one in executions if name in one.stages]
    if entered:
        last = max(entered, key=lambda one: one.stages[name].entered)
        run = last.stages[name]
        shown["latestExecution"] = _short(last, run.status)
        shown |= _conditions(run)
        if run.retries:
            key = {"AutomatedStageRetry": "autoStageRetryAttempt"}.get(run.retried_by)
            attempts = {key or "manualStageRetryAttempt": run.retries}
            shown["retryStageMetadata"] = {**attempts, "latestRetryTrigger": run.retried_by}
    return shown


def _short(one: Execution, status: str) -> View:
    return {"pipelineExecutionId": one.id, "status": status, "type": "STANDARD"}


def _transition(transition: Transition | None) -> View:
    if transition is None:
        return {"enabled": True}
    shown = {"enabled": transition.enabled, "lastChangedAt": transition.at}
    return shown | filled({"lastChangedBy": transition.by, "disabledReason": transition.reason})


def _action_state(action_name: str, stage: str, executions: list[Execution]) -> View:
    runs = [
        run
        for one in executions
        for run in one.actions
        if (run.stage, run.action) == (stage, action_name)
    ]
    if not runs:
        return {"actionName": action_name}
    run = max(runs, key=lambda each: each.started)
    pending = {"token": run.token} if run.status == IN_PROGRESS else {}
    latest = {
        "actionExecutionId": run.id,
        "status": run.status,
        "lastStatusChange": run.updated,
        **filled(
            {
                "summary": run.summary or run.revision_summary,
                "lastUpdatedBy": run.by,
                "externalExecutionId": run.external,
                "externalExecutionUrl": run.url,
                "errorDetails": filled({"code": run.code, "message": run.message}),
                **pending,
            }
        ),
    }
    shown = {"actionName": action_name, "latestExecution": latest}
    if run.revision:
        revision = {"revisionId": run.revision, "revisionChangeId": run.revision}
        shown["currentRevision"] = {**revision, "created": run.updated}
    return shown


def _conditions(run: StageRun) -> View:
    shown = {}
    for kind, name in _CONDITIONS.items():
        conditions = run.conditions.get(kind)
        if not conditions:
            continue
        met = all(one.status == SUCCEEDED for one in conditions)
        status = "Overridden" if kind in run.overridden else SUCCEEDED if met else "Failed"
        states = [_condition(one) for one in conditions]
        shown[name] = {"latestExecution": {"status": status}, "conditionStates": states}
    return shown


def _condition(one: ConditionRun) -> View:
    rules = [
        {
            "ruleName": rule_.name,
            "latestExecution": {
                "ruleExecutionId": rule_.id,
                "status": rule_.status,
                "lastStatusChange": rule_.at,
                **filled({"summary": rule_.message}),
            },
        }
        for rule_ in one.rules
    ]
    return {"latestExecution": {"status": one.status}, "ruleStates": rules}
