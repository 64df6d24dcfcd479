"""The operations on builds (CodeBuild API reference: StartBuild … ListBuilds)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.core.responses import BaseResponse

from local_aws import validation, work
from local_aws.codebuild import running, starting, views
from local_aws.codebuild.projects import existing, here, page
from local_aws.codebuild.state import IN_PROGRESS, Build, changed
from local_aws.errors import Refusal
from local_aws.servicecatalog.calls import caller

Params = dict[str, Any]


def _start(response: BaseResponse, params: Params) -> Params:
    account = here(response)
    project = existing(account, params["projectName"])
    return {"build": views.build(_begun(response, project, params))}


def _begun(response: BaseResponse, project: Mapping[str, Any], params: Params) -> Build:
    account = here(response)
    build = starting.ordered(account, project, params, initiator(response))
    account.builds[build.id] = build
    work.start(f"build {build.id}", lambda: running.run(build))
    return build


def initiator(response: BaseResponse) -> str:
    """`<role>/<session>` of whoever asks."""
    who = caller(response.current_account, response.region, response.access_key)
    return who.session.rpartition(":")[2].removeprefix("assumed-role/")


def _existing(response: BaseResponse, identifier: str) -> Build:
    build = here(response).builds.get(identifier.rpartition("build/")[2])
    if build is None:
        raise Refusal("ResourceNotFoundException", f"Build cannot be found: {identifier}")
    return build


def _retry(response: BaseResponse, params: Params) -> Params:
    before = _existing(response, params["id"])
    if before.status == IN_PROGRESS:
        raise Refusal("InvalidInputException", f"Build {before.id} is in progress")
    if before.batch:
        raise Refusal("InvalidInputException", f"Build {before.id} is part of a batch build")
    if before.project["source"]["type"] == "CODEPIPELINE":
        text = "A build that CodePipeline started is retried by retrying its stage"
        raise Refusal("InvalidInputException", text)
    variables = [dict(one) for one in before.variables]
    again: Params = {"environmentVariablesOverride": variables}
    if before.source_version:
        again["sourceVersion"] = before.source_version
    return {"build": views.build(_begun(response, before.project, again))}


def _stop(response: BaseResponse, params: Params) -> Params:
    build = _existing(response, params["id"])
    if build.status == IN_PROGRESS:
        build = changed(build, stopping=True)
    return {"build": views.build(build)}


def _batch_get(response: BaseResponse, params: Params) -> Params:
    known = here(response).builds
    asked = [(one, one.rpartition("build/")[2]) for one in params["ids"]]
    missing = [one for one, short in asked if short not in known]
    found = [views.build(known[short]) for _, short in asked if short in known]
    return {"builds": found, "buildsNotFound": missing}


def _list_for_project(response: BaseResponse, params: Params) -> Params:
    account = here(response)
    name = existing(account, params["projectName"])["name"]
    found = [build for build in account.builds.values() if build.project["name"] == name]
    return _listed(found, params)


def _list(response: BaseResponse, params: Params) -> Params:
    return _listed(list(here(response).builds.values()), params)


def _listed(found: list[Build], params: Params) -> Params:
    """Newest first unless told otherwise."""
    ids = [build.id for build in sorted(found, key=lambda build: build.started)]
    return page("ids", ids, {"sortOrder": "DESCENDING", **params})


OPERATIONS: dict[str, validation.Handler] = {
    "BatchGetBuilds": _batch_get,
    "ListBuilds": _list,
    "ListBuildsForProject": _list_for_project,
    "RetryBuild": _retry,
    "StartBuild": _start,
    "StopBuild": _stop,
}
