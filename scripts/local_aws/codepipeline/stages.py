"""One stage of one execution: its conditions, its actions in their order, how it ends."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from local_aws import work as jobs
from local_aws.codepipeline import conditions, definition, notices, roles, variables
from local_aws.codepipeline.actions import PERFORM, Failed, Outcome, Work
from local_aws.codepipeline.state import (
    ABANDONED,
    FAILED,
    IN_PROGRESS,
    SKIPPED,
    STOPPED,
    SUCCEEDED,
    ActionRun,
    Artifact,
    Execution,
    amended,
    changed_action,
    changed_stage,
    current,
    now,
)
from local_aws.errors import Refusal

_DENIED = frozenset(
    {"AccessDenied", "AccessDeniedException", "AuthorizationError", "InvalidStructureException"}
)

Declared = Mapping[str, Any]


def known(execution: Execution) -> dict[str, Mapping[str, str]]:
    """Every variable that has a value now, by namespace."""
    return {
        **execution.outputs,
        variables.OF_THE_PIPELINE: execution.variables,
        variables.OF_THE_EXECUTION: {"PipelineExecutionId": execution.id},
    }


def run(execution: Execution, stage: Declared) -> str:
    """Run a stage that was entered; the status it ends with."""
    name = stage["name"]
    status = _conditions(execution, stage, "beforeEntry")
    if status == SUCCEEDED:
        status = _actions(execution, stage)
        retry = (stage.get("onFailure") or {}).get("result") == "RETRY"
        if status == FAILED and retry and not current(execution).stages[name].retries:
            changed_stage(execution, name, retries=1, retried_by="AutomatedStageRetry")
            status = _actions(execution, stage)
        if status == SUCCEEDED:
            status = _conditions(execution, stage, "onSuccess")
    changed_stage(execution, name, status=status)
    notices.stage(current(execution), name, status.upper())
    return status


def _conditions(execution: Execution, stage: Declared, kind: str) -> str:
    """What the conditions of a stage make of it."""
    name = stage["name"]
    declared = (stage.get(kind) or {}).get("conditions") or ()
    if kind in current(execution).stages[name].overridden:
        return SUCCEEDED
    runs = [conditions.evaluated(one, known(current(execution))) for one in declared]
    found = {**current(execution).stages[name].conditions, kind: tuple(runs)}
    changed_stage(execution, name, conditions=found)
    for one, run_ in zip(declared, runs, strict=True):
        if run_.status != SUCCEEDED:
            return SKIPPED if one.get("result") == "SKIP" else FAILED
    return SUCCEEDED


def _actions(execution: Execution, stage: Declared) -> str:
    """Run what has not succeeded yet, order by order."""
    for _, actions in definition.in_order(stage["actions"]):
        left = [one for one in actions if not _done(execution, stage["name"], one["name"])]
        _side_by_side(execution, stage["name"], left)
        ends = {latest(current(execution), stage["name"], one["name"]).status for one in actions}
        if FAILED in ends:
            return FAILED
        if ABANDONED in ends or current(execution).stop:
            return STOPPED
    return SUCCEEDED


def _done(execution: Execution, stage: str, action: str) -> bool:
    runs = [one for one in current(execution).actions if (one.stage, one.action) == (stage, action)]
    return bool(runs) and runs[-1].status == SUCCEEDED


def latest(execution: Execution, stage: str, action: str) -> ActionRun:
    """The last run of an action."""
    runs = [one for one in execution.actions if (one.stage, one.action) == (stage, action)]
    return runs[-1]


def _side_by_side(execution: Execution, stage: str, actions: list[Declared]) -> None:
    if len(actions) == 1:
        _perform(execution, stage, actions[0])
        return
    ended: list[str] = []

    def one(action: Declared) -> None:
        try:
            _perform(execution, stage, action)
        finally:
            ended.append(action["name"])

    for action in actions:
        what = f"action {action['name']} of pipeline {execution.pipeline}"
        jobs.start(what, lambda action=action: one(action))  # type: ignore[misc]
    jobs.until(lambda: len(ended) == len(actions))


def _perform(execution: Execution, stage: str, action: Declared) -> None:
    run_ = ActionRun(stage=stage, action=action["name"], declaration=action)
    amended(execution, lambda one: replace(one, actions=(*one.actions, run_)))
    notices.action(current(execution), run_, "STARTED")
    try:
        outcome = _outcome(execution, run_)
        changes = {"status": SUCCEEDED, **outcome.changes}
    except Failed as failure:
        outcome = Outcome()
        changes = {"status": FAILED, "code": failure.code, "message": failure.message}
    except jobs.Ended:
        raise
    except Exception as error:  # a fault of the embedded AWS must not leave people waiting
        told = {"code": "InternalError", "message": f"{type(error).__name__}: {error}"}
        _end(execution, run_, Outcome(), {"status": FAILED, **told})
        raise
    ended = _end(execution, run_, outcome, changes)
    if ended.status != ABANDONED:
        notices.action(current(execution), ended, ended.status.upper())


def _end(
    execution: Execution, run_: ActionRun, outcome: Outcome, changes: Mapping[str, Any]
) -> ActionRun:
    """Keep what an action left, unless it was abandoned meanwhile."""
    namespace = run_.declaration.get("namespace", "")

    def change(one: Execution) -> Execution:
        if one.action_run(run_.id).status != IN_PROGRESS:
            return one
        runs = tuple(
            replace(
                each,
                updated=now(),
                outputs=outcome.outputs,
                variables=outcome.variables,
                **changes,
            )
            if each.id == run_.id
            else each
            for each in one.actions
        )
        made = {artifact.name: artifact for artifact in outcome.outputs}
        outputs = {namespace: outcome.variables} if namespace else {}
        return replace(
            one,
            actions=runs,
            artifacts={**one.artifacts, **made},
            outputs={**one.outputs, **outputs},
        )

    return amended(execution, change).action_run(run_.id)


def _outcome(execution: Execution, run_: ActionRun) -> Outcome:
    """Do what an action is for.

    Raises:
        Failed: It failed; with the code and message people see.
    """
    action = run_.declaration
    kind = action["actionTypeId"]

    def report(**changes: Any) -> ActionRun:
        return changed_action(execution, run_.id, **changes)

    try:
        found = variables.resolved(action.get("configuration") or {}, known(current(execution)))
        roles.assume_for(execution, action.get("roleArn", ""))
        begun = report(resolved=found, inputs=_inputs(current(execution), action))
        work = Work(execution=current(execution), run=begun, report=report)
        return PERFORM[kind["category"], kind["provider"]](work)
    except variables.Unresolved as error:
        raise Failed("ConfigurationError", f"Action {run_.action}: {error}") from error
    except (ClientError, Refusal) as error:
        raise _told(error) from error


def _inputs(execution: Execution, action: Declared) -> tuple[Artifact, ...]:
    names = [one["name"] for one in action.get("inputArtifacts") or ()]
    missing = [name for name in names if name not in execution.artifacts]
    if missing:
        text = f"Input artifact {missing[0]} was not made by the action that should make it"
        raise Failed("ConfigurationError", text)
    return tuple(execution.artifacts[name] for name in names)


def _told(error: ClientError | Refusal) -> Failed:
    """An error of a service as CodePipeline reports it."""
    if isinstance(error, ClientError):
        code, text = (str(error.response["Error"][key]) for key in ("Code", "Message"))
    else:
        code, text = str(error.code), str(error.message)
    if code in _DENIED:
        lead = "The service role or action role does not have the permissions required. Error: "
        return Failed("PermissionError", lead + text)
    return Failed("ConfigurationError", f"{code}: {text}")
