"""CodeCommit's operations on repositories and branches (CodeCommit API reference)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import BaseResponse

from local_aws import validation
from local_aws.errors import Refusal
from local_aws.repositories import shelf
from local_aws.repositories.pushes import announce
from local_aws.repositories.shelf import Repository

Params = Mapping[str, Any]
PAGE = 1000
_ARN = re.compile(r"arn:aws[a-z-]*:codecommit:([a-z0-9-]+):(\d{12}):([\w.-]+)")


class CodeCommit(BaseResponse):  # type: ignore[misc]  # moto is read untyped
    """Answers for CodeCommit; operations are added by `operation`."""

    def __init__(self) -> None:
        super().__init__(service_name="codecommit")
        self.automated_parameter_parsing = True


Handler = Callable[[BaseResponse, Params], dict[str, Any]]


def operation(name: str) -> Callable[[Handler], Handler]:
    """Register the handler of an operation, e.g. `CreateRepository`."""

    def register(handler: Handler) -> Handler:
        method = validation.served("codecommit", name, handler)
        setattr(CodeCommit, method.__name__, method)
        return handler

    return register


def named(caller: BaseResponse, params: Params) -> Repository:
    """The repository a request names.

    Raises:
        Refusal: There is no such repository.
    """
    name = params.get("repositoryName")
    if not name:
        raise Refusal("RepositoryNameRequiredException", "A repository name is required.")
    return shelf.find(caller.current_account, caller.region, name)


def commit_of(repository: Repository, specifier: str = "") -> str:
    """The commit id that a branch, a full ref or an id means; the default branch when empty.

    Raises:
        Refusal: There is no such commit.
    """
    wanted = specifier or repository.default_branch
    refs = repository.bare.refs()
    for ref in (wanted, f"refs/heads/{wanted}"):
        if ref in refs:
            return refs[ref]
    if re.fullmatch("[0-9a-f]{40}", wanted) and repository.bare.kind(wanted) == "commit":
        return wanted
    raise Refusal("CommitDoesNotExistException", f"The commit {wanted} does not exist")


def pushed(repository: Repository) -> None:
    """Note that refs may have changed: the first branch becomes the default, listeners hear."""
    branches = repository.bare.branches()
    if repository.default_branch not in branches:
        repository.default_branch = next(iter(branches), "")
        if repository.default_branch:
            repository.bare.follow(repository.default_branch)
    repository.modified = datetime.now(UTC)
    announce(repository)


def _metadata(one: Repository) -> dict[str, Any]:
    host = f"git-codecommit.{one.region}.amazonaws.com/v1/repos/{one.name}"
    shown = {
        "accountId": one.account,
        "repositoryId": one.id,
        "repositoryName": one.name,
        "repositoryDescription": one.description,
        "defaultBranch": one.default_branch,
        "lastModifiedDate": one.modified,
        "creationDate": one.created,
        "cloneUrlHttp": f"https://{host}",
        "cloneUrlSsh": f"ssh://{host}",
        "Arn": one.arn,
    }
    return {name: value for name, value in shown.items() if value}


@operation("CreateRepository")
def _create(caller: BaseResponse, params: Params) -> dict[str, Any]:
    name = params["repositoryName"]
    if name.endswith(".git"):
        raise Refusal("InvalidRepositoryNameException", "The repository name ends with .git.")
    _check_tags(params.get("tags") or {})
    made = shelf.add(caller.current_account, caller.region, name)
    made.description = params.get("repositoryDescription")
    made.tags.update(params.get("tags") or {})
    return {"repositoryMetadata": _metadata(made)}


@operation("GetRepository")
def _get(caller: BaseResponse, params: Params) -> dict[str, Any]:
    return {"repositoryMetadata": _metadata(named(caller, params))}


@operation("ListRepositories")
def _list(caller: BaseResponse, params: Params) -> dict[str, Any]:
    by = "modified" if params.get("sortBy") == "lastModifiedDate" else "name"
    held = shelf.of(caller.current_account, caller.region).values()
    backwards = params.get("order") == "descending"
    ordered = sorted(held, key=lambda one: getattr(one, by), reverse=backwards)
    start = int(params.get("nextToken") or 0)
    shown = ordered[start : start + PAGE]
    pairs = [{"repositoryName": one.name, "repositoryId": one.id} for one in shown]
    more = {"nextToken": str(start + PAGE)} if len(ordered) > start + PAGE else {}
    return {"repositories": pairs, **more}


@operation("DeleteRepository")
def _delete(caller: BaseResponse, params: Params) -> dict[str, Any]:
    gone = shelf.remove(caller.current_account, caller.region, params["repositoryName"])
    return {"repositoryId": gone.id} if gone else {}


@operation("UpdateRepositoryDescription")
def _describe(caller: BaseResponse, params: Params) -> dict[str, Any]:
    one = named(caller, params)
    one.description, one.modified = params.get("repositoryDescription"), datetime.now(UTC)
    return {}


@operation("UpdateRepositoryName")
def _rename(caller: BaseResponse, params: Params) -> dict[str, Any]:
    held = shelf.of(caller.current_account, caller.region)
    one = shelf.find(caller.current_account, caller.region, params["oldName"])
    new = params["newName"]
    if new in held:
        text = f"Repository named {new} already exists"
        raise Refusal("RepositoryNameExistsException", text)
    held[new] = held.pop(one.name)
    one.name, one.modified = new, datetime.now(UTC)
    return {}


@operation("GetBranch")
def _get_branch(caller: BaseResponse, params: Params) -> dict[str, Any]:
    name = params.get("branchName") or ""
    if not name:
        raise Refusal("BranchNameRequiredException", "A branch name is required.")
    commit = branch(named(caller, params), name)
    return {"branch": {"branchName": name, "commitId": commit}}


def branch(repository: Repository, name: str) -> str:
    """The newest commit of a branch.

    Raises:
        Refusal: There is no such branch.
    """
    found = repository.bare.branches().get(name)
    if found is None:
        raise Refusal("BranchDoesNotExistException", f"The branch {name} does not exist")
    return found


@operation("ListBranches")
def _list_branches(caller: BaseResponse, params: Params) -> dict[str, Any]:
    return {"branches": list(named(caller, params).bare.branches())}


@operation("CreateBranch")
def _create_branch(caller: BaseResponse, params: Params) -> dict[str, Any]:
    one, name = named(caller, params), params["branchName"]
    if name in one.bare.branches():
        raise Refusal("BranchNameExistsException", f"The branch {name} exists already")
    one.bare.set_branch(name, commit_of(one, params["commitId"]))
    pushed(one)
    return {}


@operation("DeleteBranch")
def _delete_branch(caller: BaseResponse, params: Params) -> dict[str, Any]:
    one, name = named(caller, params), params["branchName"]
    if name == one.default_branch:
        text = f"{name} is the default branch and cannot be deleted"
        raise Refusal("DefaultBranchCannotBeDeletedException", text)
    commit = one.bare.branches().get(name)
    if commit is None:
        return {}
    one.bare.set_branch(name, "")
    pushed(one)
    return {"deletedBranch": {"branchName": name, "commitId": commit}}


@operation("UpdateDefaultBranch")
def _default_branch(caller: BaseResponse, params: Params) -> dict[str, Any]:
    one, name = named(caller, params), params["defaultBranchName"]
    branch(one, name)
    one.default_branch = name
    one.bare.follow(name)
    return {}


def _by_arn(params: Params) -> Repository:
    found = _ARN.fullmatch(params["resourceArn"])
    if found is None:
        raise Refusal("InvalidResourceArnException", f"{params['resourceArn']} is no repository")
    region, account, name = found.groups()
    return shelf.find(account, region, name)


def _check_tags(tags: Mapping[str, str]) -> None:
    if any(key.startswith("aws:") for key in tags):
        raise Refusal("InvalidSystemTagUsageException", "Tag keys cannot begin with aws:")


@operation("TagResource")
def _tag(_: BaseResponse, params: Params) -> dict[str, Any]:
    _check_tags(params["tags"])
    _by_arn(params).tags.update(params["tags"])
    return {}


@operation("UntagResource")
def _untag(_: BaseResponse, params: Params) -> dict[str, Any]:
    one = _by_arn(params)
    for key in params["tagKeys"]:
        one.tags.pop(key, None)
    return {}


@operation("ListTagsForResource")
def _tags(_: BaseResponse, params: Params) -> dict[str, Any]:
    return {"tags": dict(_by_arn(params).tags)}
