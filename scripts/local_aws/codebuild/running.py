"""One build, from its source to its artifacts; a job of `local_aws.work`."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_aws import work
from local_aws.codebuild import (
    artifacts,
    buildspec,
    caches,
    logs,
    notices,
    phases,
    projects,
    reading,
    shell,
    sources,
    surroundings,
    variables,
)
from local_aws.codebuild.buildspec import PHASES, Buildspec, Files
from local_aws.codebuild.logs import Log
from local_aws.codebuild.phases import Failed, phase
from local_aws.codebuild.state import (
    FAILED,
    FAULT,
    STOPPED,
    SUCCEEDED,
    TIMED_OUT,
    Build,
    Phase,
    changed,
    current,
    now,
)
from local_aws.errors import Refusal

_BEGINNING = ("SUBMITTED", "QUEUED", "PROVISIONING")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """What belongs to one run: the build, its folders, its log, and when its time is over."""

    build: Build
    around: surroundings.Place
    log: Log
    deadline: float

    def interruption(self) -> str:
        """Why the build is to end now; empty while it may go on."""
        work.pause(0)
        if current(self.build).stopping:
            return STOPPED
        return TIMED_OUT if time.monotonic() > self.deadline else ""


def run(build: Build) -> None:
    """Run a build to its end, whatever that is."""
    notices.state_changed(build)
    try:
        status = _run(build)
    except work.Ended:
        raise
    except Exception:  # a fault of the embedded AWS ends the build, too: others wait for it
        _end(build, FAULT)
        raise
    _end(build, status)


def _run(build: Build) -> str:
    minutes = int(build.project["timeoutInMinutes"])
    deadline = time.monotonic() + 60 * minutes
    with surroundings.place() as around:
        log = Log(build, around.log)
        return _outcome(_Run(build=build, around=around, log=log, deadline=deadline))


def _end(build: Build, status: str) -> None:
    moment = now()
    last = (
        Phase(name="FINALIZING", status=SUCCEEDED, started=moment, ended=moment),
        Phase(name="COMPLETED", status=SUCCEEDED, started=moment),
    )
    phases = (*current(build).phases, *last)
    notices.state_changed(changed(build, phases=phases, status=status, ended=moment))


def _outcome(one: _Run) -> str:
    """The status the build ends with."""
    try:
        _begin(one)
        return _through(one)
    except Failed as failure:
        return failure.status


def _begin(one: _Run) -> None:
    for name in _BEGINNING:
        moment = now()
        passed = Phase(name=name, status=SUCCEEDED, started=moment, ended=moment)
        if name == "PROVISIONING":
            _come_up(one, moment)
        changed(one.build, phases=(*current(one.build).phases, passed))


def _come_up(one: _Run, moment: Any) -> None:
    try:
        projects.assume(one.build.project["arn"], one.build.role)
        one.log.open()
    except (logs.NotLogged, Refusal) as error:
        failed = Phase(
            name="PROVISIONING",
            status=FAILED,
            started=moment,
            ended=now(),
            code="ACCESS_DENIED",
            message=_words(error),
        )
        changed(one.build, phases=(*current(one.build).phases, failed))
        raise Failed("ACCESS_DENIED", _words(error)) from error


def _words(error: logs.NotLogged | Refusal) -> str:
    return str(error.message) if isinstance(error, Refusal) else str(error)


def _through(one: _Run) -> str:
    with phase(one.build, one.log, "DOWNLOAD_SOURCE"):
        one.log.note("Phase is DOWNLOAD_SOURCE")
        secondary = _download(one)
        spec = _read_buildspec(one)
        cached = _cached(one, spec)
        found = _variables(one, spec)
        one.log.hide(found.secrets)
        environment = surroundings.environment(
            current(one.build), one.around, found.values, secondary
        )
    with caches.linked(one.build, cached, one.around.source):
        return _built(one, spec, environment)


def _built(one: _Run, spec: Buildspec, environment: Mapping[str, str]) -> str:
    with shell.Shell(
        Path(spec.shell).name,
        log=one.around.log,
        folder=one.around.own,
        directory=one.around.source,
        environment=environment,
        interruption=one.interruption,
    ) as inside:
        failure = _run_phases(one, spec, inside)
        exported = {name: inside.environment.get(name, "") for name in spec.exported}
    changed(one.build, exported=exported)
    upload_failure = _upload(one, spec)
    failed = failure or upload_failure
    return failed.status if failed else SUCCEEDED


def _download(one: _Run) -> dict[str, Path]:
    """Fetch all sources; folders of the secondary ones by identifier."""
    build, project = one.build, one.build.project
    secondary = {}
    try:
        version = build.source_version
        found = sources.fetch(build, project["source"], version, one.around.source)
        for source in project.get("secondarySources") or ():
            folder = one.around.secondary(source["sourceIdentifier"])
            folder.mkdir()
            secondary[source["sourceIdentifier"]] = folder
            sources.fetch(build, source, "", folder)
    except sources.NoSource as error:
        raise Failed("CLIENT_ERROR", str(error)) from error
    if found and not build.resolved_version:
        changed(build, resolved_version=found)
    return secondary


def _read_buildspec(one: _Run) -> Buildspec:
    given = str(one.build.project["source"].get("buildspec") or "")
    try:
        return buildspec.parse(reading.found(given, one.around.source))
    except reading.Unreadable as error:
        raise Failed("YAML_FILE_ERROR", str(error)) from error


def _cached(one: _Run, spec: Buildspec) -> tuple[str, ...]:
    try:
        return caches.wanted(one.build, spec.cached)
    except caches.Uncached as error:
        raise Failed("YAML_FILE_ERROR", str(error)) from error


def _variables(one: _Run, spec: Buildspec) -> variables.Resolved:
    wanted = variables.merged(variables.declared(spec), one.build.variables)
    try:
        return variables.resolved(one.build, wanted)
    except variables.Undecrypted as error:
        raise Failed("Decrypted Variables Error", str(error)) from error


def _run_phases(one: _Run, spec: Buildspec, inside: shell.Shell) -> Failed | None:
    """Run the phases of a buildspec; the first failure.

    Raises:
        Failed: The build is not to go on, not even to its artifacts.
    """
    first: Failed | None = None
    for name in PHASES:
        steps = spec.steps.get(name, buildspec.Steps())
        try:
            with phase(one.build, one.log, name.upper()):
                _note_runtimes(one.log, steps.runtimes)
                phases.commands(inside, one.log, name, steps)
        except Failed as failure:
            first = first or failure
            inside.export("CODEBUILD_BUILD_SUCCEEDING", "0")
            if not phases.goes_on(name, steps, failure):
                raise
    return first


def _note_runtimes(log: Log, runtimes: Mapping[str, str]) -> None:
    try:
        for runtime, version in runtimes.items():
            log.note(surroundings.runtime_note(runtime, version))
    except surroundings.NoSuchRuntime as error:
        raise Failed("YAML_FILE_ERROR", str(error)) from error


def _upload(one: _Run, spec: Buildspec) -> Failed | None:
    """Put the artifacts where they belong; why it failed, if it did."""
    try:
        with phase(one.build, one.log, "UPLOAD_ARTIFACTS"):
            for artifact, files in _wanted(one.build.project, spec):
                _put(one, artifact, files)
    except Failed as failure:
        return failure
    return None


def _put(one: _Run, artifact: Mapping[str, Any], files: Files) -> None:
    try:
        where = artifacts.upload(one.build, artifact, files, one.around.source)
    except artifacts.NotUploaded as error:
        raise Failed("CLIENT_ERROR", str(error)) from error
    one.log.note(f"Artifact uploaded to {where}")


def _wanted(project: Mapping[str, Any], spec: Buildspec) -> Iterable[tuple[Any, Files]]:
    """Artifacts of the project with what the buildspec puts into them."""
    primary = project["artifacts"]
    if primary["type"] != "NO_ARTIFACTS" and spec.artifacts:
        yield primary, spec.artifacts
    for artifact in project.get("secondaryArtifacts") or ():
        if files := spec.secondary.get(artifact["artifactIdentifier"]):
            yield artifact, files
