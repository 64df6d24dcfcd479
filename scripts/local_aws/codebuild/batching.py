"""One batch build, from its buildspec to its combined artifacts; a job of `local_aws.work`.

The batch's own role starts and stops the builds; the service role of the builds fetches the
buildspec and combines their artifacts (CodeBuild user guide, *Batch builds*).
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import ClientError

from local_aws import inside, sandbox, work
from local_aws.codebuild import batch_artifacts, batchspec, projects, reading, sources, starting
from local_aws.codebuild.phases import Failed
from local_aws.codebuild.state import (
    FAILED,
    FAULT,
    IN_PROGRESS,
    STOPPED,
    SUCCEEDED,
    TIMED_OUT,
    Batch,
    Group,
    Phase,
    accounts,
    changed,
    current,
    now,
)
from local_aws.errors import Refusal

_EIGHT_HOURS = 480
"""Minutes a batch may take unless its configuration says otherwise."""
_LAST = {SUCCEEDED: SUCCEEDED, STOPPED: STOPPED}
"""Name of a batch's last phase by its status; FAILED for the others."""


def run(batch: Batch) -> None:
    """Run a batch to its end, whatever that is."""
    try:
        status = _run(batch)
    except work.Ended:
        raise
    except Exception:  # a fault of the embedded AWS ends the batch, too: others wait for it
        _end(batch, FAULT)
        raise
    _end(batch, status)


def _run(batch: Batch) -> str:
    try:
        with _phase(batch, "SUBMITTED"):
            _assume(batch)
        with _phase(batch, "DOWNLOAD_BATCHSPEC"):
            spec = _read(batch)
        with _phase(batch, "IN_PROGRESS"):
            _Builds(batch, spec).run()
        if batch.config.get("combineArtifacts"):
            with _phase(batch, "COMBINE_ARTIFACTS"):
                _combine(batch)
    except Failed as failure:
        return failure.status
    return SUCCEEDED


def _end(batch: Batch, status: str) -> None:
    moment = now()
    last = Phase(name=_LAST.get(status, FAILED), status=status, started=moment, ended=moment)
    phases = (*current(batch).phases, last)
    changed(batch, phases=phases, status=status, ended=moment)


@contextmanager
def _phase(batch: Batch, name: str) -> Iterator[None]:
    """Note how the phase that goes on within ends."""
    begun, earlier = Phase(name=name), current(batch).phases
    changed(batch, phases=(*earlier, begun))
    try:
        yield
    except Failed as failure:
        how = {"status": failure.status, "code": failure.code, "message": failure.message}
        changed(batch, phases=(*earlier, replace(begun, ended=now(), **how)))  # type: ignore[arg-type]
        raise
    changed(batch, phases=(*earlier, replace(begun, ended=now(), status=SUCCEEDED)))


def _assume(batch: Batch) -> None:
    for role in (batch.config["serviceRole"], batch.role):
        try:
            projects.assume(batch.project["arn"], role)
        except Refusal as refusal:
            raise Failed("ACCESS_DENIED", refusal.message) from refusal


def _read(batch: Batch) -> batchspec.Batch:
    source, folder = batch.project["source"], sandbox.folder("batch")
    try:
        found = sources.fetch(batch, source, batch.source_version, folder)
        spec = batchspec.parse(reading.found(str(source.get("buildspec") or ""), folder))
    except sources.NoSource as error:
        raise Failed("CLIENT_ERROR", str(error)) from error
    except reading.Unreadable as error:
        raise Failed("YAML_FILE_ERROR", str(error)) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    _check_restrictions(batch, spec)
    groups = tuple(
        Group(identifier=task.identifier, after=task.after, ignore_failure=task.ignore_failure)
        for task in spec.tasks
    )
    changed(batch, groups=groups, resolved_version=batch.resolved_version or found)
    return spec


def _check_restrictions(batch: Batch, spec: batchspec.Batch) -> None:
    restrictions = batch.config.get("restrictions") or {}
    most = restrictions.get("maximumBuildsAllowed", batchspec.MOST_BUILDS)
    if len(spec.tasks) > most:
        text = f"{len(spec.tasks)} builds are more than the maximumBuildsAllowed of {most}"
        raise Failed("CLIENT_ERROR", text)
    if allowed := restrictions.get("computeTypesAllowed"):
        default = batch.project["environment"]["computeType"]
        for task in spec.tasks:
            if (kind := task.overrides.get("computeTypeOverride", default)) not in allowed:
                text = f"{task.identifier}: {kind} is none of the computeTypesAllowed"
                raise Failed("CLIENT_ERROR", text)


def _combine(batch: Batch) -> None:
    builds = accounts[batch.account][batch.region].builds
    groups = current(batch).groups
    done = [one.identifier for one in groups if builds[one.build].status == SUCCEEDED]
    try:
        batch_artifacts.combine(batch, done)
    except batch_artifacts.NotCombined as error:
        raise Failed("CLIENT_ERROR", str(error)) from error


@dataclass(slots=True)
class _Builds:
    """The builds of a batch on their way."""

    batch: Batch
    spec: batchspec.Batch

    def run(self) -> None:
        """Run all builds in their order, side by side where none waits for another.

        Raises:
            Failed: One failed that is not to be ignored, or the batch is to end.
        """
        minutes = self.batch.config.get("timeoutInMins", _EIGHT_HOURS)
        deadline = time.monotonic() + 60 * minutes
        while self._under_way():
            if current(self.batch).stopping:
                self._stop(STOPPED, "The batch was stopped")
            if time.monotonic() > deadline:
                self._stop(TIMED_OUT, f"The batch took longer than {minutes} minutes")
            if self.spec.fast_fail and (failed := self._failed()):
                self._stop(FAILED, _failing(failed))
            work.pause(0.05)
        if failed := self._failed():
            raise Failed("BUILD_FAILED", _failing(failed))

    def _under_way(self) -> list[str]:
        """Start what may run; identifiers of the builds that the batch waits for."""
        for task in self.spec.tasks:
            begun = self._status(task.identifier)
            if not begun and all(self._is_done(one) for one in task.after):
                self._start(task)
        names = [task.identifier for task in self.spec.tasks]
        return [name for name in names if self._status(name) == IN_PROGRESS]

    def _status(self, identifier: str) -> str:
        """How a build stands; empty when it has not begun."""
        build = accounts[self.batch.account][self.batch.region].builds.get(
            self._group(identifier).build
        )
        return build.status if build else ""

    def _group(self, identifier: str) -> Group:
        groups = current(self.batch).groups
        return next(one for one in groups if one.identifier == identifier)

    def _is_done(self, identifier: str) -> bool:
        """Whether what waits for a build may begin."""
        status = self._status(identifier)
        ignored = self._group(identifier).ignore_failure
        return status == SUCCEEDED or (ignored and status not in ("", IN_PROGRESS))

    def _failed(self) -> list[str]:
        """Identifiers of builds that ended badly and are not to be ignored."""
        good = ("", IN_PROGRESS, SUCCEEDED)
        groups = [one for one in current(self.batch).groups if not one.ignore_failure]
        return [one.identifier for one in groups if self._status(one.identifier) not in good]

    def _start(self, task: batchspec.Task) -> None:
        batch, identifiers = self.batch, frozenset(one.identifier for one in self.spec.tasks)
        given = batch.request.get("environmentVariablesOverride", ())
        variables = [{"name": name, "value": value} for name, value in task.variables.items()]
        kept = [one for one in given if one["name"] not in task.variables]
        try:
            order: Mapping[str, Any] = {
                **batch.request,
                **task.overrides,
                **batch_artifacts.of_build(batch, task.identifier, identifiers),
                "environmentVariablesOverride": [*kept, *variables],
            }
            with starting.commissioned(
                batch.initiator,
                current(batch).resolved_version,
                batch=batch.arn,
                batch_identifier=task.identifier,
            ):
                build = self._client().start_build(**order)["build"]["id"]
        except (ClientError, batch_artifacts.NotCombined) as error:
            self._stop(FAILED, f"{task.identifier} could not be started: {error}")
        begun = replace(self._group(task.identifier), build=build, requested=now())
        groups = current(batch).groups
        changed(
            batch,
            groups=tuple(begun if one.identifier == task.identifier else one for one in groups),
        )

    def _stop(self, status: str, why: str) -> None:
        """Stop what runs, and end.

        Raises:
            Failed: Always.
        """
        for group in current(self.batch).groups:
            if self._status(group.identifier) == IN_PROGRESS:
                self._client().stop_build(id=group.build)
        work.until(
            lambda: all(
                self._status(one.identifier) != IN_PROGRESS for one in current(self.batch).groups
            )
        )
        raise Failed("BUILD_FAILED" if status == FAILED else status, why, status)

    def _client(self) -> Any:
        batch = self.batch
        role = str(batch.config["serviceRole"])
        return inside.client("codebuild", batch.account, batch.region, role)


def _failing(identifiers: list[str]) -> str:
    return f"Builds failed: {', '.join(identifiers)}"
