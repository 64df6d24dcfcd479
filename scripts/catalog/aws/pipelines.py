"""Pipelines of a project: their state, their runs, the questions they ask (CodePipeline)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
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
        runs = self.runs(name)
        found = Pipeline(
            name=name,
            stages=tuple(_stage(each) for each in state.get("stageStates", ())),
            latest=runs[0] if runs else None,
        )
        return replace(found, questions=self._questions(name)) if found.approvals else found

    def _questions(self, name: str) -> dict[str, str]:
        """What approvals under way ask, by action: its CustomData with variables filled in."""
        listed = self.service.pages(
            "list_action_executions",
            "actionExecutionDetails",
            f"pipeline {name}",
            tokens=PAGES,
            pipelineName=name,
        )
        return {
            one["actionName"]: one.get("input", {})
            .get("resolvedConfiguration", {})
            .get("CustomData", "")
            for one in listed
            if one["status"] == "InProgress"
        }

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


def _stage(state: Mapping[str, Any]) -> Stage:
    return Stage(
        name=state["stageName"],
        status=state.get("latestExecution", {}).get("status", ""),
        actions=tuple(_action(each) for each in state.get("actionStates", ())),
    )


def _action(state: Mapping[str, Any]) -> Action:
    latest = state.get("latestExecution", {})
    return Action(
        name=state["actionName"],
        status=latest.get("status", ""),
        summary=latest.get("summary", ""),
        error=latest.get("errorDetails", {}).get("message", ""),
        token=latest.get("token", ""),
    )
