"""One execution of a pipeline carried out: step after step, under the role of the pipeline.

A step runs when all that it depends on has succeeded; one that depends on a branch not taken does
not run. The first failure ends the execution. What is not evaluated here fails it by name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws import serial, work
from local_aws.sagemaker import telling
from local_aws.sagemaker.definitions import Definition, Step, resolve, steps_of
from local_aws.sagemaker.outside import Under, assumable
from local_aws.sagemaker.state import Shelf, Thing, now
from local_aws.sagemaker.steps import Left, Place, StepFailed, run

GOING = frozenset({"Executing", "Stopping"})

_BRANCHES = ("IfSteps", "ElseSteps")
_SETTLING = 0.05


class _Stopped(Exception):
    """Somebody stops the execution."""


class Run:
    """The progress of one execution."""

    def __init__(self, shelf: Shelf, execution: Thing, definition: Definition) -> None:
        self._shelf, self._execution = shelf, execution
        self._waiting = list(definition.steps)
        self._outcomes: dict[str, Mapping[str, Any]] = {}

    def run(self) -> tuple[str, str]:
        """Carry it out; how it ended, and why when it failed."""
        role = self._execution["RoleArn"]
        if not assumable(role, self._shelf.account_id):
            return "Failed", (
                f"Unable to assume role {role}: it does not exist or does not trust "
                "sagemaker.amazonaws.com."
            )
        try:
            while step := self._next():
                self._do(step)
        except _Stopped:
            return "Stopped", ""
        except StepFailed as why:
            return "Failed", f"Step failure: One or multiple steps failed. ({why})"
        return "Succeeded", ""

    def _next(self) -> Step | None:
        """A step that may run; None when none is left."""
        work.pause(_SETTLING)
        if self._stopping():
            raise _Stopped
        ready = (step for step in self._waiting if step.after <= set(self._outcomes))
        found = next(ready, None)
        if found:
            self._waiting.remove(found)
        return found

    def _stopping(self) -> bool:
        with serial.turn():
            found = self._shelf.get(self._execution.kind, self._execution.key)
        return found is not None and found["PipelineExecutionStatus"] == "Stopping"

    def _do(self, step: Step) -> None:
        began = now()
        self._note(step, "Executing", StartTime=began)
        try:
            left = self._left(step)
        except (StepFailed, ClientError, BotoCoreError, LookupError) as error:
            self._note(step, "Failed", StartTime=began, EndTime=now(), FailureReason=str(error))
            raise StepFailed(f"{step.name}: {error}") from error
        except NotImplementedError as error:
            text = f"not implemented in the embedded AWS: {error}"
            self._note(step, "Failed", StartTime=began, EndTime=now(), FailureReason=text)
            raise StepFailed(f"{step.name}: {text}") from error
        if self._stopping():
            self._note(step, "Stopped", StartTime=began, EndTime=now(), Metadata=left.metadata)
            raise _Stopped
        self._outcomes[step.name] = left.outcome
        self._waiting += steps_of(list(left.branch))
        self._note(step, "Succeeded", StartTime=began, EndTime=now(), Metadata=left.metadata)

    def _left(self, step: Step) -> Left:
        known = {
            "Parameters": self._execution.hidden["values"],
            "Steps": self._outcomes,
            "Execution": self._about(),
        }
        shelf = self._shelf
        under = Under(
            account=shelf.account_id, region=shelf.region_name, role=self._execution["RoleArn"]
        )
        arguments = {
            name: value if name in _BRANCHES else resolve(value, known, under.fetch)
            for name, value in step.arguments.items()
        }
        place = Place(
            client=under.client("sagemaker"),
            execution=self._execution.arn,
            stopping=self._stopping,
        )
        return run(place, step, arguments)

    def _about(self) -> dict[str, Any]:
        """What `Get: Execution.…` may ask for."""
        execution = self._execution
        return {
            "PipelineName": execution["PipelineName"],
            "PipelineExecutionId": execution.arn.rpartition("/")[2],
            "PipelineExecutionArn": execution.arn,
            "StartDateTime": execution["StartTime"].isoformat(),
            "CurrentDateTime": now().isoformat(),
        }

    def _note(self, step: Step, status: str, **fields: Any) -> None:
        """Write a step's state into the execution, and tell it."""
        with serial.turn():
            execution = self._shelf.get(self._execution.kind, self._execution.key)
            assert execution is not None  # noqa: S101 - nothing deletes an execution
            before = execution.hidden["steps"].get(step.name)
            known = {"StepName": step.name, "StepStatus": status, "AttemptCount": 1, **fields}
            noted = Thing(kind="step", key=step.name, arn=execution.arn, fields=known)
            steps = {**execution.hidden["steps"], step.name: noted}
            self._shelf.put(execution.hiding(steps=steps))
        telling.step(
            execution["PipelineArn"],
            execution.arn,
            {
                "metadata": _spelt(fields.get("Metadata", {})),
                "stepName": step.name,
                "stepType": step.kind,
                "stepStartTime": fields["StartTime"],
                "stepEndTime": fields.get("EndTime"),
                "previousStepStatus": before["StepStatus"] if before else "Starting",
                "currentStepStatus": status,
                "failureReason": fields.get("FailureReason"),
            },
        )


def _spelt(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Metadata as events spell it: `trainingJob: {arn: …}`."""
    return {
        key[:1].lower() + key[1:]: {name[:1].lower() + name[1:]: one for name, one in inner.items()}
        for key, inner in metadata.items()
    }
