"""The events of builds (CodeBuild user guide, *Build notifications input format reference*)."""

from __future__ import annotations

from typing import Any

from local_aws import events
from local_aws.codebuild import views
from local_aws.codebuild.state import IN_PROGRESS, Build

_WRITTEN = "%b %d, %Y %I:%M:%S %p"


def state_changed(build: Build) -> None:
    """Tell the default bus that a build began or ended."""
    last = build.phases[-1] if build.phases else None
    why = next((phase for phase in build.phases if phase.code), None)
    detail = {
        "build-status": build.status,
        "project-name": build.project["name"],
        "build-id": build.arn,
        "additional-information": _about(build),
        "current-phase": last.name if last else "SUBMITTED",
        "current-phase-context": f"[{why.code}: {why.message}]" if why else "[]",
        "version": "1",
    }
    events.emit(
        build.account,
        build.region,
        source="aws.codebuild",
        detail_type="CodeBuild Build State Change",
        detail=detail,
        resources=[build.arn],
    )


def _about(build: Build) -> dict[str, Any]:
    environment = build.project["environment"]
    source = build.project["source"]
    place = views.logs(build)
    return {
        "environment": {
            "image": environment["image"],
            "privileged-mode": environment.get("privilegedMode", False),
            "compute-type": environment["computeType"],
            "type": environment["type"],
            "environment-variables": [dict(variable) for variable in build.variables],
        },
        "timeout-in-minutes": build.project["timeoutInMinutes"],
        "build-complete": build.status != IN_PROGRESS,
        "build-number": build.number,
        "initiator": build.initiator,
        "build-start-time": build.started.strftime(_WRITTEN),
        "source": {key: source[key] for key in ("type", "location") if source.get(key)},
        "source-version": build.source_version,
        "logs": {"group-name": place.get("groupName"), "stream-name": place.get("streamName")},
        "phases": [_phase(phase) for phase in build.phases],
    }


def _phase(phase: Any) -> dict[str, Any]:
    shown = {"phase-type": phase.name, "start-time": phase.started.strftime(_WRITTEN)}
    if phase.ended:
        shown |= {
            "phase-context": [f"{phase.code}: {phase.message}" if phase.code else ""],
            "phase-status": phase.status,
            "end-time": phase.ended.strftime(_WRITTEN),
        }
    return shown
