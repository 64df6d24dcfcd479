"""The operations that people and services steer executions with."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from moto.core.responses import BaseResponse

from local_aws import validation
from local_aws.codepipeline import definition, executions, notices, triggers
from local_aws.codepipeline.pipelines import existing, here, who
from local_aws.codepipeline.state import (
    ABANDONED,
    FAILED,
    IN_PROGRESS,
    STOPPED,
    STOPPING,
    SUCCEEDED,
    Account,
    ActionRun,
    Execution,
    Transition,
    amended,
    changed,
    changed_action,
    changed_stage,
    current,
    now,
)
from local_aws.errors import Refusal

Params = dict[str, Any]


def execution_of(account: Account, params: Params) -> Execution:
    """The execution a request names.

    Raises:
        Refusal: There is no such pipeline or execution.
    """
    existing(account, params["pipelineName"])
    found = account.executions.get(params["pipelineExecutionId"])
    if found is None or found.pipeline != params["pipelineName"]:
        text = f"Pipeline {params['pipelineName']} has no execution {params['pipelineExecutionId']}"
        raise Refusal("PipelineExecutionNotFoundException", text)
    return found


def _start(response: BaseResponse, params: Params) -> Params:
    account = here(response)
    pipeline = existing(account, params["name"])
    if params.get("sourceRevisions"):
        raise NotImplementedError("codepipeline:StartPipelineExecution with sourceRevisions")
    token = (pipeline.name, params.get("clientRequestToken", ""))
    if token[1] and token in account.answers:
        return {"pipelineExecutionId": account.answers[token]}
    values = _variables(pipeline.declaration, params.get("variables") or [])
    trigger = triggers.trigger(who(response))
    made = executions.start(account, pipeline, trigger, values)
    account.answers[token] = made.id
    return {"pipelineExecutionId": made.id}


def _variables(declaration: Any, given: list[dict[str, str]]) -> dict[str, str]:
    """Values of the pipeline's variables: those given, else the defaults.

    Raises:
        Refusal: A variable is unknown or has no value.
    """
    declared = {one["name"] for one in declaration.get("variables") or ()}
    values = triggers.defaults(declaration) | {one["name"]: one["value"] for one in given}
    if unknown := sorted(set(values) - declared):
        raise Refusal("ValidationException", f"The pipeline has no variable {unknown[0]}")
    if missing := sorted(declared - set(values)):
        raise Refusal("ValidationException", f"Variable {missing[0]} has no value")
    return values


def _stop(response: BaseResponse, params: Params) -> Params:
    execution = execution_of(here(response), params)
    if execution.status == STOPPING and execution.stop == "abandon":
        text = f"Execution {execution.id} is being stopped already"
        raise Refusal("DuplicatedStopRequestException", text)
    if execution.ended:
        text = f"Execution {execution.id} is {execution.status} and cannot be stopped"
        raise Refusal("PipelineExecutionNotStoppableException", text)
    how = "abandon" if params.get("abandon") else "wait"
    stopping = changed(execution, status=STOPPING, stop=how, stop_reason=params.get("reason", ""))
    for stage, entered in stopping.stages.items():
        if entered.status == IN_PROGRESS:
            changed_stage(execution, stage, status=STOPPING)
    notices.pipeline(current(execution), "STOPPING")
    if how == "abandon":
        for run in stopping.actions:
            if run.status == IN_PROGRESS:
                ended = changed_action(execution, run.id, status=ABANDONED)
                notices.action(current(execution), ended, "ABANDONED")
    return {"pipelineExecutionId": execution.id}


def _approve(response: BaseResponse, params: Params) -> Params:
    account = here(response)
    pipeline = existing(account, params["pipelineName"])
    stage = definition.stage_of(pipeline.declaration, params["stageName"])
    if params["actionName"] not in {action["name"] for action in stage["actions"]}:
        text = f"Stage {stage['name']} has no action {params['actionName']}"
        raise Refusal("ActionNotFoundException", text)
    execution, run = _asked(account, params)
    if run.verdict or run.status != IN_PROGRESS:
        text = f"The approval of {run.action} was answered already"
        raise Refusal("ApprovalAlreadyCompletedException", text)
    result = params["result"]
    changed_action(
        execution,
        run.id,
        verdict=result["status"],
        summary=result["summary"],
        by=who(response),
    )
    return {"approvedAt": now()}


def _asked(account: Account, params: Params) -> tuple[Execution, ActionRun]:
    """The approval a token names.

    Raises:
        Refusal: None was asked for with this token.
    """
    for execution in account.of(params["pipelineName"]):
        for run in execution.actions:
            where = (run.stage, run.action, run.token)
            if where == (params["stageName"], params["actionName"], params["token"]):
                return execution, run
    text = f"The approval token {params['token']} is not valid"
    raise Refusal("InvalidApprovalTokenException", text)


def _latest_in(account: Account, params: Params) -> Execution:
    """The execution a request names, if it is the last that entered the stage.

    Raises:
        Refusal: It is not.
    """
    pipeline = existing(account, params["pipelineName"])
    definition.stage_of(pipeline.declaration, params["stageName"])
    execution = execution_of(account, params)
    stage = params["stageName"]
    entered = [one for one in account.of(pipeline.name) if stage in one.stages]
    last = max(entered, key=lambda one: one.stages[stage].entered, default=None)
    if last is None or last.id != execution.id:
        text = f"Execution {execution.id} is not the latest in stage {stage}"
        raise Refusal("NotLatestPipelineExecutionException", text)
    return execution


def _retry(response: BaseResponse, params: Params) -> Params:
    execution, stage = _latest_in(here(response), params), params["stageName"]
    run = execution.stages[stage]
    if run.status not in (FAILED, STOPPED):
        text = f"Stage {stage} is {run.status}; only a failed or stopped stage is retried"
        raise Refusal("StageNotRetryableException", text)
    if (
        execution.declaration["version"]
        != existing(here(response), execution.pipeline).declaration["version"]
    ):
        text = f"Stage {stage} cannot be retried: the pipeline was changed since the execution"
        raise Refusal("StageNotRetryableException", text)
    if params["retryMode"] == "ALL_ACTIONS":
        amended(execution, lambda one: replace(one, actions=_undone(one, stage)))
    _resume(execution, stage, retries=run.retries + 1, retried_by="ManualStageRetry")
    return {"pipelineExecutionId": execution.id}


def _undone(execution: Execution, stage: str) -> tuple[ActionRun, ...]:
    """Its action runs; those of the stage count as not done."""
    return tuple(
        replace(run, status=ABANDONED) if run.stage == stage and run.status == SUCCEEDED else run
        for run in execution.actions
    )


def _resume(execution: Execution, stage: str, **noted: Any) -> None:
    changed_stage(execution, stage, status=IN_PROGRESS, **noted)
    again = changed(
        execution, status=IN_PROGRESS, stop="", stop_reason="", attempt=execution.attempt + 1
    )
    executions.go_on(again, first=stage, told="RESUMED")


def _override(response: BaseResponse, params: Params) -> Params:
    execution, stage = _latest_in(here(response), params), params["stageName"]
    kind = {"BEFORE_ENTRY": "beforeEntry", "ON_SUCCESS": "onSuccess"}[params["conditionType"]]
    run = execution.stages[stage]
    failed = any(one.status == FAILED for one in run.conditions.get(kind, ()))
    if run.status != FAILED or not failed:
        text = f"Stage {stage} has no failed condition {params['conditionType']} to override"
        raise Refusal("ConditionNotOverridableException", text)
    _resume(execution, stage, overridden=(*run.overridden, kind))
    return {}


def _switched(response: BaseResponse, params: Params, transition: Transition) -> Params:
    account = here(response)
    pipeline = existing(account, params["pipelineName"])
    names = [stage["name"] for stage in pipeline.declaration["stages"]]
    definition.stage_of(pipeline.declaration, params["stageName"])
    position = names.index(params["stageName"])
    if params["transitionType"] == "Outbound":
        position += 1
    if not 0 < position < len(names):
        text = f"Stage {params['stageName']} has no {params['transitionType']} transition"
        raise Refusal("ValidationException", text)
    changed_ = {**pipeline.transitions, names[position]: transition}
    account.pipelines[pipeline.name] = replace(pipeline, transitions=changed_)
    return {}


def _enable(response: BaseResponse, params: Params) -> Params:
    return _switched(response, params, Transition(by=who(response)))


def _disable(response: BaseResponse, params: Params) -> Params:
    reason = params["reason"]
    closed = Transition(enabled=False, reason=reason, by=who(response))
    return _switched(response, params, closed)


OPERATIONS: dict[str, validation.Handler] = {
    "DisableStageTransition": _disable,
    "EnableStageTransition": _enable,
    "OverrideStageCondition": _override,
    "PutApprovalResult": _approve,
    "RetryStageExecution": _retry,
    "StartPipelineExecution": _start,
    "StopPipelineExecution": _stop,
}
