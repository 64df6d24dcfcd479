"""An execution from stage to stage; each is a job of `local_aws.work`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from local_aws import serial
from local_aws import work as jobs
from local_aws.codepipeline import notices, queueing, stages
from local_aws.codepipeline.queueing import Turn
from local_aws.codepipeline.state import (
    FAILED,
    IN_PROGRESS,
    SKIPPED,
    STOPPED,
    SUCCEEDED,
    SUPERSEDED,
    Account,
    Execution,
    Pipeline,
    StageRun,
    Transition,
    changed,
    changed_stage,
    current,
    home,
)

_EVENTS = {STOPPED: "STOPPED", FAILED: "FAILED", SUCCEEDED: "SUCCEEDED", SUPERSEDED: "SUPERSEDED"}


def start(
    account: Account, pipeline: Pipeline, trigger: tuple[str, str], variables: Mapping[str, str]
) -> Execution:
    """Begin an execution of a pipeline as it is now.

    Args:
        account: Where the pipeline is.
        pipeline: What is executed.
        trigger: Type and detail, e.g. `("StartPipelineExecution", <ARN of the caller>)`.
        variables: The pipeline's variables, every one of them.
    """
    earlier = account.of(pipeline.name)
    execution = Execution(
        number=earlier[0].number + 1 if earlier else 1,
        pipeline=pipeline.name,
        account=account.account_id,
        region=account.region_name,
        declaration=pipeline.declaration,
        trigger=trigger,
        variables=variables,
    )
    account.executions[execution.id] = execution
    go_on(execution, first="", told="STARTED")
    return execution


def go_on(execution: Execution, *, first: str, told: str) -> None:
    """Let an execution run from a stage on, in the background.

    Args:
        execution: What runs.
        first: Name of a stage it is in already, or empty: it begins at the first.
        told: State to tell of the pipeline: STARTED or RESUMED.
    """

    def job() -> None:
        notices.pipeline(current(execution), told)
        try:
            status = _through(execution, first)
        except jobs.Ended:
            raise
        except Exception:  # a fault of the embedded AWS; an execution does not hang in it
            for stage, run in current(execution).stages.items():
                if run.status == IN_PROGRESS:
                    changed_stage(execution, stage, status=FAILED)
            _end(execution, FAILED)
            raise
        _end(execution, status)

    jobs.start(f"pipeline {execution.pipeline}, execution {execution.id}", job)


def _through(execution: Execution, first: str) -> str:
    """Go from stage to stage; the status the execution ends with."""
    declared = list(execution.declaration["stages"])
    names = [stage["name"] for stage in declared]
    for stage in declared[names.index(first) if first else 0 :]:
        name = stage["name"]
        if name != first:
            jobs.until(lambda name=name: _entered_or_over(execution, name))  # type: ignore[misc]
            if name not in current(execution).stages:
                return STOPPED if current(execution).stop else SUPERSEDED
        notices.stage(current(execution), name, "RESUMED" if name == first else "STARTED")
        status = stages.run(execution, stage)
        if status not in (SUCCEEDED, SKIPPED):
            return STOPPED if current(execution).stop and status != FAILED else status
        if current(execution).stop:
            return STOPPED
    return SUCCEEDED


def _entered_or_over(execution: Execution, stage: str) -> bool:
    """Try to enter a stage; whether waiting is over, one way or the other."""
    with serial.turn():
        one = current(execution)
        account = home(execution)
        if one.stop:
            changed(execution, waiting="")
            return True
        pipeline = account.pipelines.get(one.pipeline)
        if pipeline is None:
            raise jobs.Ended
        open_ = pipeline.transitions.get(stage, Transition()).enabled
        others = [other for other in account.of(one.pipeline) if other.id != one.id]
        turn = queueing.turn(one, stage, others, open_=open_)
        if turn is Turn.ENTER:
            changed(execution, waiting="", stages={**one.stages, stage: StageRun()})
        elif turn is Turn.GIVE_WAY:
            changed(execution, waiting="")
        elif one.waiting != stage:
            changed(execution, waiting=stage)
        return turn is not Turn.WAIT


def _end(execution: Execution, status: str) -> None:
    """End an attempt; where the stage is tried again already, the next attempt goes on."""
    with serial.turn():
        ended = current(execution)
        if ended.attempt == execution.attempt:
            ended = changed(execution, status=status, waiting="")
    notices.pipeline(replace(ended, attempt=execution.attempt), _EVENTS[status])
