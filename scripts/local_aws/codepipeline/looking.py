"""The operations that show executions, stages, actions and rules."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from moto.core.responses import BaseResponse

from local_aws import validation
from local_aws.codepipeline import views
from local_aws.codepipeline.control import execution_of
from local_aws.codepipeline.pipelines import existing, here
from local_aws.codepipeline.state import SUCCEEDED, Execution
from local_aws.errors import Refusal

Params = dict[str, Any]

_PAGE = 100


def _execution(response: BaseResponse, params: Params) -> Params:
    return {"pipelineExecution": views.execution(execution_of(here(response), params))}


def _executions(response: BaseResponse, params: Params) -> Params:
    account = here(response)
    found = account.of(existing(account, params["pipelineName"]).name)
    wanted = (params.get("filter") or {}).get("succeededInStage")
    if wanted:
        stage = wanted["stageName"]
        found = [
            one for one in found if stage in one.stages and one.stages[stage].status == SUCCEEDED
        ]
    return _page("pipelineExecutionSummaries", [views.summary(one) for one in found], params)


def _state(response: BaseResponse, params: Params) -> Params:
    account = here(response)
    pipeline = existing(account, params["name"])
    return views.state(pipeline, account.of(pipeline.name))


def _actions(response: BaseResponse, params: Params) -> Params:
    """Action runs, the newest first."""
    runs = [(one, run) for one in _filtered(response, params) for run in one.actions]
    runs.sort(key=lambda pair: pair[1].started, reverse=True)
    shown = [views.action(one, run) for one, run in runs]
    return _page("actionExecutionDetails", shown, params)


def _rules(response: BaseResponse, params: Params) -> Params:
    shown = [
        views.rule(one, stage, run)
        for one in _filtered(response, params)
        for stage, entered in one.stages.items()
        for conditions in entered.conditions.values()
        for condition in conditions
        for run in condition.rules
    ]
    return _page("ruleExecutionDetails", shown[::-1], params)


def _filtered(response: BaseResponse, params: Params) -> Iterable[Execution]:
    account = here(response)
    pipeline = existing(account, params["pipelineName"])
    chosen = params.get("filter") or {}
    latest = chosen.get("latestInPipelineExecution") or {}
    identifier = chosen.get("pipelineExecutionId") or latest.get("pipelineExecutionId")
    if not identifier:
        return account.of(pipeline.name)
    request = {"pipelineName": pipeline.name, "pipelineExecutionId": identifier}
    return [execution_of(account, request)]


def _page(name: str, found: list[Any], params: Params) -> Params:
    token = params.get("nextToken") or "0"
    if not token.isdigit():
        raise Refusal("InvalidNextTokenException", f"The next token {token} is not valid")
    start, size = int(token), params.get("maxResults", _PAGE)
    more = {"nextToken": str(start + size)} if len(found) > start + size else {}
    return {name: found[start : start + size], **more}


OPERATIONS: dict[str, validation.Handler] = {
    "GetPipelineExecution": _execution,
    "GetPipelineState": _state,
    "ListActionExecutions": _actions,
    "ListPipelineExecutions": _executions,
    "ListRuleExecutions": _rules,
}
