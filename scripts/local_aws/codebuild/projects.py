"""The operations on projects (CodeBuild API reference: CreateProject … ListProjects)."""

from __future__ import annotations

from typing import Any

from moto.core.responses import BaseResponse

from local_aws import iam, validation
from local_aws.codebuild.state import Account, accounts, now
from local_aws.errors import Refusal

Params = dict[str, Any]

_HAS_NO_LOCATION = frozenset({"CODEPIPELINE", "NO_SOURCE", "NO_ARTIFACTS"})
_TIMEOUT, _QUEUED_TIMEOUT = 60, 480
"""Minutes a build may take, and wait, unless told otherwise (API reference, *CreateProject*)."""
_PAGE = 100


def here(response: BaseResponse) -> Account:
    """CodeBuild of the caller's account and region."""
    return accounts[response.current_account][response.region]  # type: ignore[no-any-return]


def existing(account: Account, name: str) -> dict[str, Any]:
    """A project by its name or ARN.

    Raises:
        Refusal: There is none.
    """
    found = account.projects.get(name.rpartition("project/")[2])
    if found is None:
        arn = account.arn("project", name)
        raise Refusal("ResourceNotFoundException", f"Project cannot be found: {arn}")
    return found


def _create(response: BaseResponse, params: Params) -> Params:
    account, name = here(response), params["name"]
    if name in account.projects:
        arn = account.arn("project", name)
        raise Refusal("ResourceAlreadyExistsException", f"Project already exists: {arn}")
    moment = now()
    made = {"arn": account.arn("project", name), "created": moment, "lastModified": moment}
    project = _with_defaults(account, {**params, **made})
    _check(project)
    account.projects[name] = project
    return {"project": account.projects[name]}


def _with_defaults(account: Account, project: Params) -> Params:
    where = f"{account.region_name}:{account.account_id}"
    badge = {"badgeEnabled": bool(project.pop("badgeEnabled", False))}
    return {
        "timeoutInMinutes": _TIMEOUT,
        "queuedTimeoutInMinutes": _QUEUED_TIMEOUT,
        "encryptionKey": f"arn:{account.partition}:kms:{where}:alias/aws/s3",
        "cache": {"type": "NO_CACHE"},
        "projectVisibility": "PRIVATE",
        "badge": badge,
        **project,
    }


def assume(arn: str, role: str) -> None:
    """Refuse a service role that does not trust CodeBuild to work for the project `arn`.

    Raises:
        Refusal: As CreateProject words it.
    """
    try:
        iam.service_may(
            principal="codebuild.amazonaws.com",
            action="sts:AssumeRole",
            resource=role,
            source_arn=arn,
            source_account=arn.split(":")[4],
        )
    except Refusal as refusal:
        text = f"CodeBuild is not authorized to perform: sts:AssumeRole on {role}"
        raise Refusal("InvalidInputException", text) from refusal


def _check(project: Params) -> None:
    """What the service demands beyond its model."""
    assume(project["arn"], project["serviceRole"])
    if batches := project.get("buildBatchConfig"):
        if not batches.get("serviceRole"):
            text = "Invalid project buildBatchConfig: serviceRole must not be empty"
            raise Refusal("InvalidInputException", text)
        assume(project["arn"], batches["serviceRole"])
    for part in ("source", "artifacts"):
        kind = project[part]["type"]
        if kind not in _HAS_NO_LOCATION and not project[part].get("location"):
            text = f"Invalid project {part}: location must not be empty for type {kind}"
            raise Refusal("InvalidInputException", text)
    source, artifacts = project["source"], project["artifacts"]
    if source["type"] == "NO_SOURCE" and not source.get("buildspec"):
        text = "Invalid project source: buildspec is required for source type NO_SOURCE"
        raise Refusal("InvalidInputException", text)
    if (source["type"] == "CODEPIPELINE") != (artifacts["type"] == "CODEPIPELINE"):
        text = "Source and artifacts must both be CODEPIPELINE, or neither of them"
        raise Refusal("InvalidInputException", text)


def _update(response: BaseResponse, params: Params) -> Params:
    account = here(response)
    before = existing(account, params["name"])
    after = {**before, **params, "lastModified": now()}
    if "badgeEnabled" in params:
        after["badge"] = {"badgeEnabled": after.pop("badgeEnabled")}
    _check(after)
    account.projects[before["name"]] = after
    return {"project": after}


def _delete(response: BaseResponse, params: Params) -> Params:
    here(response).projects.pop(params["name"].rpartition("project/")[2], None)
    return {}


def _batch_get(response: BaseResponse, params: Params) -> Params:
    known = here(response).projects
    names = [(name, name.rpartition("project/")[2]) for name in params["names"]]
    missing = [name for name, short in names if short not in known]
    found = [known[short] for _, short in names if short in known]
    return {"projects": found, "projectsNotFound": missing}


def _list(response: BaseResponse, params: Params) -> Params:
    order = {"CREATED_TIME": "created", "LAST_MODIFIED_TIME": "lastModified"}
    key = order.get(params.get("sortBy", "NAME"), "name")
    found = sorted(here(response).projects.values(), key=lambda project: project[key])
    names = [project["name"] for project in found]
    return page("projects", names, params)


def page(name: str, found: list[str], params: Params) -> Params:
    """One page of names, turned round when asked for; 100 of them as in AWS, or `maxResults`."""
    if params.get("sortOrder") == "DESCENDING":
        found = found[::-1]
    start, size = int(params.get("nextToken") or 0), params.get("maxResults", _PAGE)
    more = {"nextToken": str(start + size)} if len(found) > start + size else {}
    return {name: found[start : start + size], **more}


OPERATIONS: dict[str, validation.Handler] = {
    "BatchGetProjects": _batch_get,
    "CreateProject": _create,
    "DeleteProject": _delete,
    "ListProjects": _list,
    "UpdateProject": _update,
}
