"""What people see of delivery pipelines: runs, questions, approvals."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.rehearsing.people import PATIENCE, Actor, NotYet
from catalog.rehearsing.trouble import Unexpected

RUNNING = frozenset({"InProgress", "Stopping"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An approval that a pipeline waits for; `asks` is what the person reads."""

    pipeline: str
    stage: str
    action: str
    token: str
    asks: str
    run: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AtPipelines(Actor):
    """Verbs of whoever follows and approves deployments."""

    def runs(self, pipeline: str) -> list[dict[str, Any]]:
        """Executions, the newest first; no line of the timeline."""
        answer = self.call("codepipeline", "list_pipeline_executions", pipelineName=pipeline)
        return list(answer["pipelineExecutionSummaries"])

    def expects_run(
        self,
        pipeline: str,
        status: str = "Succeeded",
        *,
        number: int = 1,
        skipped: Collection[str] = (),
        because: str = "",
        patience: float = PATIENCE,
    ) -> None:
        """Wait for a run of a pipeline to end, and see how.

        Args:
            pipeline: Name.
            status: `Succeeded`, `Failed`, `Stopped`, `Superseded`.
            number: Which run, counted from 1 as they began.
            skipped: Stages passed over; all others were not.
            because: What the message of a failed action has to contain.
            patience: Seconds.
        """
        what = f"sees run {number} of {pipeline}: {status}"
        with self.step(what + (f", skipping {', '.join(skipped)}" if skipped else "")):
            run = self._ended(pipeline, number, patience)
            if run["status"] != status:
                raise Unexpected(f"run {number} of {pipeline} to be {status}", _told(run))
            stages = self._stages(pipeline, run["pipelineExecutionId"])
            passed_over = {name for name, seen in stages.items() if seen == "Skipped"}
            if passed_over != set(skipped):
                raise Unexpected(f"stages {sorted(skipped)} skipped", f"stages are {stages}")
            if because:
                self._because(pipeline, run["pipelineExecutionId"], because)

    def expects_question(
        self, pipeline: str, asks: str, *, number: int = 0, patience: float = PATIENCE
    ) -> Question:
        """Wait until a pipeline asks for approval.

        Args:
            pipeline: Name.
            asks: What the question has to contain.
            number: Of the run that asks, counted from 1; 0 for any.
            patience: Seconds.
        """
        with self.step(f"is asked: “{asks}”"):
            question = self.waits(
                f"{pipeline} to ask for approval",
                lambda: self._question(pipeline, number),
                patience=patience,
            )
            if asks not in question.asks:
                raise Unexpected(f"a question with “{asks}”", question.asks)
            return question

    def approves_deployment(self, pipeline: str, because: str = "It is good.") -> None:
        """Answer the pipeline's question with yes."""
        with self.step("approves the deployment"):
            self._answer(pipeline, "Approved", because)

    def approves_all(self, pipeline: str, because: str = "It is good.") -> None:
        """Answer yes to whatever is asked until no run is left; each succeeded or gave way."""
        with self.step("approves whatever is asked, until no run is left"):

            def look() -> list[str] | NotYet:
                if not isinstance(self._question(pipeline, 0), NotYet):
                    self._answer(pipeline, "Approved", because)
                statuses = [str(run["status"]) for run in self.runs(pipeline)]
                if RUNNING & {*statuses}:
                    return NotYet(f"runs are {', '.join(statuses)}")
                return statuses

            ended = self.waits(f"the runs of {pipeline} to end", look)
            if not {*ended} <= {"Succeeded", "Superseded"}:
                raise Unexpected("runs that succeeded or gave way", ", ".join(ended))

    def rejects_deployment(self, pipeline: str, because: str) -> None:
        """Answer the pipeline's question with no."""
        with self.step("rejects the deployment"):
            self._answer(pipeline, "Rejected", because)

    def retries(self, pipeline: str, stage: str) -> None:
        """Retry the failed actions of a stage, after the cause was mended."""
        with self.step(f"retries stage {stage}"):
            run = self.runs(pipeline)[0]["pipelineExecutionId"]
            self.call(
                "codepipeline",
                "retry_stage_execution",
                pipelineName=pipeline,
                stageName=stage,
                pipelineExecutionId=run,
                retryMode="FAILED_ACTIONS",
            )

    def _answer(self, pipeline: str, status: str, because: str) -> None:
        question = self.waits(
            f"{pipeline} to ask for approval", lambda: self._question(pipeline, 0)
        )
        self.call(
            "codepipeline",
            "put_approval_result",
            pipelineName=pipeline,
            stageName=question.stage,
            actionName=question.action,
            token=question.token,
            result={"summary": because, "status": status},
        )

    def _ended(self, pipeline: str, number: int, patience: float) -> Mapping[str, Any]:
        def look() -> Mapping[str, Any] | NotYet:
            runs = self.runs(pipeline)[::-1]
            if len(runs) < number:
                return NotYet(f"{pipeline} has begun {len(runs)} runs")
            run = runs[number - 1]
            if run["status"] not in RUNNING:
                return run
            state = self.call("codepipeline", "get_pipeline_state", name=pipeline)
            seen = (_listed(_passed(state, run["pipelineExecutionId"])), *questions(state))
            return NotYet(f"run {number} is {run['status']}: {'; '.join(seen)}")

        return self.waits(f"run {number} of {pipeline} to end", look, patience=patience)

    def _stages(self, pipeline: str, run: str) -> dict[str, str]:
        """Stage -> status, as this run left it or has it now."""
        state = self.call("codepipeline", "get_pipeline_state", name=pipeline)
        return _passed(state, run)

    def _question(self, pipeline: str, number: int) -> Question | NotYet:
        state = self.call("codepipeline", "get_pipeline_state", name=pipeline)
        runs = [each["pipelineExecutionId"] for each in self.runs(pipeline)[::-1]]
        for stage in state["stageStates"]:
            run = stage.get("latestExecution", {}).get("pipelineExecutionId", "")
            for action in stage.get("actionStates", ()):
                latest = action.get("latestExecution", {})
                if latest.get("token") and latest.get("status") == "InProgress":
                    if number and run != runs[number - 1 : number][0]:
                        continue
                    return Question(
                        pipeline=pipeline,
                        stage=stage["stageName"],
                        action=action["actionName"],
                        token=latest["token"],
                        asks=latest.get("summary", ""),
                        run=run,
                    )
        seen = {
            stage["stageName"]: stage.get("latestExecution", {}).get("status", "not begun")
            for stage in state["stageStates"]
        }
        failed = [name for name, status in seen.items() if status == "Failed"]
        if failed and runs and len(runs) >= number:
            raise Unexpected(f"{pipeline} to ask for approval", f"stage {failed[0]} failed")
        return NotYet(f"{len(runs)} runs; {_listed(seen)}")

    def expects_log(self, pipeline: str, says: str) -> None:
        """Read the logs of the builds that failed in the newest run; one of them says that."""
        with self.step(f"reads in the log: “{says}”"):
            run = self.runs(pipeline)[0]["pipelineExecutionId"]
            builds = [
                each["output"]["executionResult"]["externalExecutionId"]
                for each in self._failed(pipeline, run)
            ]
            lines = [line for build in builds for line in self._log(build)]
            if not any(says in line for line in lines):
                raise Unexpected(f"a log that says “{says}”", " / ".join(lines[-3:]) or "nothing")

    def _because(self, pipeline: str, run: str, because: str) -> None:
        told = [
            each.get("output", {}).get("executionResult", {})
            for each in self._failed(pipeline, run)
        ]
        texts = [
            f"{each.get('errorDetails', {}).get('message', '')} "
            f"{each.get('externalExecutionSummary', '')}"
            for each in told
        ]
        if not any(because in text for text in texts):
            raise Unexpected(f"an action that failed with “{because}”", "; ".join(texts) or "none")

    def _failed(self, pipeline: str, run: str) -> list[dict[str, Any]]:
        """The actions of a run that failed, as ListActionExecutions tells them."""
        answer = self.call(
            "codepipeline",
            "list_action_executions",
            pipelineName=pipeline,
            filter={"pipelineExecutionId": run},
        )
        return [each for each in answer["actionExecutionDetails"] if each["status"] == "Failed"]

    def _log(self, build: str) -> list[str]:
        (found,) = self.call("codebuild", "batch_get_builds", ids=[build])["builds"]
        answer = self.call(
            "logs",
            "get_log_events",
            logGroupName=found["logs"]["groupName"],
            logStreamName=found["logs"]["streamName"],
            startFromHead=True,
        )
        return [event["message"].rstrip() for event in answer["events"]]


def _passed(state: Mapping[str, Any], run: str) -> dict[str, str]:
    found = {}
    for stage in state["stageStates"]:
        latest = stage.get("latestExecution", {})
        if latest.get("pipelineExecutionId") == run:
            found[str(stage["stageName"])] = str(latest["status"])
    return found


def questions(state: Mapping[str, Any]) -> tuple[str, ...]:
    """What the approvals of a pipeline wait to be told, for somebody who waits for its end."""
    return tuple(
        f"{action['actionName']} waits for an answer: “{latest.get('summary', '')}”"
        for stage in state["stageStates"]
        for action in stage.get("actionStates", ())
        if (latest := action.get("latestExecution", {})).get("token")
        and latest.get("status") == "InProgress"
    )


def _told(run: Mapping[str, Any]) -> str:
    reason = run.get("statusSummary", "")
    return f"it is {run['status']}" + (f": {reason}" if reason else "")


def _listed(stages: Mapping[str, str]) -> str:
    return ", ".join(f"{name} {status}" for name, status in stages.items()) or "no stage begun"
