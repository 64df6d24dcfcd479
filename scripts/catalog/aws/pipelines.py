"""Pipelines of a project: their state, their runs, the questions they ask (CodePipeline)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.aws.session import Service
from catalog.projects.values import Action, Approval, Pipeline, Run, Stage

PAGES = ("nextToken", "nextToken")
GOING_ON = frozenset({"InProgress", "Stopping"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipelines:
    """Gateway to one account and region.

    Args:
        service: Client of `codepipeline`.
    """

    service: Service

    def named(self, prefix: str) -> tuple[Pipeline, ...]:
        """Pipelines whose names begin with `prefix`, with their state and newest run."""
        listed = self.service.pages("list_pipelines", "pipelines", tokens=PAGES)
        names = sorted(one["name"] for one in listed if one["name"].startswith(prefix))
        return tuple(self._look(name) for name in names)

    def _look(self, name: str) -> Pipeline:
        state = self.service.call("get_pipeline_state", f"pipeline {name}", name=name)
        states = state.get("stageStates", ())
        runs = self.runs(name)
        done = {run: self._done(name, run) for run in {_run(each) for each in states} if run}
        return Pipeline(
            name=name,
            stages=tuple(_stage(each, done.get(_run(each), ())) for each in states),
            latest=runs[0] if runs else None,
        )

    def _done(self, name: str, run: str) -> tuple[Mapping[str, Any], ...]:
        """The actions of one run, each as it was tried last.

        GetPipelineState tells of an action that this run has not begun what an earlier one left.
        """
        listed = self.service.pages(
            "list_action_executions",
            "actionExecutionDetails",
            f"pipeline {name}",
            tokens=PAGES,
            pipelineName=name,
            filter={"pipelineExecutionId": run},
        )
        tried = sorted(listed, key=lambda one: one["startTime"])
        return tuple({(one["stageName"], one["actionName"]): one for one in tried}.values())

    def runs(self, name: str) -> tuple[Run, ...]:
        """The newest runs of a pipeline, newest first."""
        answer = self.service.call(
            "list_pipeline_executions", f"pipeline {name}", pipelineName=name, maxResults=20
        )
        return tuple(
            Run(id=one["pipelineExecutionId"], status=one["status"])
            for one in answer.get("pipelineExecutionSummaries", ())
        )

    def going_on(self, name: str) -> tuple[Run, ...]:
        """Runs that have not ended."""
        return tuple(run for run in self.runs(name) if run.status in GOING_ON)

    def stop(self, name: str, run: str, *, abandon: bool) -> None:
        """Stop a run; without `abandon`, actions under way end first."""
        self.service.call(
            "stop_pipeline_execution",
            f"run {run}",
            pipelineName=name,
            pipelineExecutionId=run,
            abandon=abandon,
            reason="The project is cleaned up",
        )

    def answer(self, approval: Approval, verdict: str, because: str) -> None:
        """Answer an approval (PutApprovalResult); `verdict` is Approved or Rejected."""
        self.service.call(
            "put_approval_result",
            f"approval {approval.action}",
            pipelineName=approval.pipeline,
            stageName=approval.stage,
            actionName=approval.action,
            token=approval.token,
            result={"status": verdict, "summary": because},
        )


def _run(state: Mapping[str, Any]) -> str:
    return str(state.get("latestExecution", {}).get("pipelineExecutionId", ""))


def _stage(state: Mapping[str, Any], done: Iterable[Mapping[str, Any]]) -> Stage:
    name = state["stageName"]
    tokens = {
        each["actionName"]: each.get("latestExecution", {}).get("token", "")
        for each in state.get("actionStates", ())
    }
    mine = {one["actionName"]: one for one in done if one["stageName"] == name}
    return Stage(
        name=name,
        status=state.get("latestExecution", {}).get("status", ""),
        run=_run(state),
        actions=tuple(_action(mine[each], tokens[each]) for each in tokens if each in mine),
    )


def _action(done: Mapping[str, Any], token: str) -> Action:
    given = done.get("input", {})
    result = done.get("output", {}).get("executionResult", {})
    built = given.get("actionTypeId", {}).get("provider") == "CodeBuild"
    return Action(
        name=done["actionName"],
        status=done["status"],
        summary=result.get("externalExecutionSummary", ""),
        error=result.get("errorDetails", {}).get("message", ""),
        question=given.get("resolvedConfiguration", {}).get("CustomData", ""),
        token=token,
        build=result.get("externalExecutionId", "") if built else "",
    )
