"""CodeCommit's operations on what is inside a repository: files, folders, commits."""

from __future__ import annotations

import base64
import binascii
import time
from collections.abc import Mapping
from typing import Any

from moto.core.responses import BaseResponse

from local_aws.errors import Refusal
from local_aws.repositories.api import Params, branch, commit_of, named, operation, pushed
from local_aws.repositories.bare import EXECUTABLE, FOLDER, Author, Commit, Entry
from local_aws.repositories.shelf import Repository

LARGEST = 6 * 1024 * 1024
"""Bytes of the largest file that GetFile answers (CodeCommit user guide, *Quotas*)."""
LINK = "120000"


def _mode(entry: Entry) -> str:
    return {EXECUTABLE: "EXECUTABLE", LINK: "SYMLINK"}.get(entry.mode, "NORMAL")


@operation("GetFile")
def _get_file(caller: BaseResponse, params: Params) -> dict[str, Any]:
    one = named(caller, params)
    commit = commit_of(one, params.get("commitSpecifier") or "")
    path = params["filePath"]
    entry = one.bare.entries(commit).get(path)
    if entry is None:
        raise Refusal("FileDoesNotExistException", f"The file {path} does not exist")
    content = one.bare.blob(entry.blob)
    if len(content) > LARGEST:
        raise Refusal("FileTooLargeException", f"The file {path} is larger than {LARGEST} bytes")
    return {
        "commitId": commit,
        "blobId": entry.blob,
        "filePath": path,
        "fileMode": _mode(entry),
        "fileSize": len(content),
        "fileContent": base64.b64encode(content).decode(),
    }


@operation("GetFolder")
def _get_folder(caller: BaseResponse, params: Params) -> dict[str, Any]:
    one = named(caller, params)
    commit = commit_of(one, params.get("commitSpecifier") or "")
    folder = params["folderPath"].strip("/")
    prefix = f"{folder}/" if folder else ""
    entries = one.bare.entries(commit, folders=True)
    direct = [e for path, e in sorted(entries.items()) if _is_in(path, prefix)]
    if not direct:
        raise Refusal("FolderDoesNotExistException", f"The folder {folder} does not exist")
    files = [entry for entry in direct if entry.mode != FOLDER]
    return {
        "commitId": commit,
        "folderPath": folder,
        "files": [_listed(e, prefix) | {"fileMode": _mode(e), "blobId": e.blob} for e in files],
        "subFolders": [_listed(e, prefix) | {"treeId": e.blob} for e in direct if e.mode == FOLDER],
    }


def _is_in(path: str, prefix: str) -> bool:
    return path.startswith(prefix) and "/" not in path[len(prefix) :]


def _listed(entry: Entry, prefix: str) -> dict[str, str]:
    return {"absolutePath": entry.path, "relativePath": entry.path[len(prefix) :]}


@operation("GetCommit")
def _get_commit(caller: BaseResponse, params: Params) -> dict[str, Any]:
    one, wanted = named(caller, params), params["commitId"]
    if one.bare.kind(wanted) != "commit":
        raise Refusal("CommitIdDoesNotExistException", f"The commit {wanted} does not exist")
    return {"commit": _shown(one.bare.commit_at(wanted))}


def _shown(commit: Commit) -> dict[str, Any]:
    keys = ("name", "email", "date")
    return {
        "commitId": commit.id,
        "treeId": commit.tree,
        "parents": list(commit.parents),
        "message": commit.message,
        "author": dict(zip(keys, commit.author, strict=True)),
        "committer": dict(zip(keys, commit.committer, strict=True)),
        "additionalData": "",
    }


@operation("GetBlob")
def _get_blob(caller: BaseResponse, params: Params) -> dict[str, Any]:
    one, wanted = named(caller, params), params["blobId"]
    if one.bare.kind(wanted) != "blob":
        raise Refusal("BlobIdDoesNotExistException", f"The blob {wanted} does not exist")
    return {"content": base64.b64encode(one.bare.blob(wanted)).decode()}


@operation("GetDifferences")
def _differences(caller: BaseResponse, params: Params) -> dict[str, Any]:
    if params.get("beforePath") or params.get("afterPath"):
        raise NotImplementedError("codecommit:GetDifferences of a path")
    one = named(caller, params)
    before = params.get("beforeCommitSpecifier")
    old = commit_of(one, before) if before else ""
    new = commit_of(one, params["afterCommitSpecifier"])
    found = one.bare.differences(old, new)
    return {"differences": [_difference(*each) for each in found]}


def _difference(kind: str, old: Entry | None, new: Entry | None) -> dict[str, Any]:
    sides = {"beforeBlob": old, "afterBlob": new}
    blobs = {
        side: {"blobId": entry.blob, "path": entry.path, "mode": entry.mode}
        for side, entry in sides.items()
        if entry
    }
    return {"changeType": kind, **blobs}


@operation("PutFile")
def _put_file(caller: BaseResponse, params: Params) -> dict[str, Any]:
    one = named(caller, params)
    path, content = params["filePath"], _content(params)
    entry = {"filePath": path, "fileContent": params["fileContent"]}
    before = one.bare.branches().get(params["branchName"])
    if before and one.bare.files(before).get(path, (None, False))[0] == content:
        raise Refusal("SameFileContentException", f"{path} has this content already")
    message = params.get("commitMessage") or f"Added {path}"
    commit, after = _commit(one, params, [entry | _only_mode(params)], [], message)
    return {
        "commitId": commit,
        "blobId": after[path].blob,
        "treeId": one.bare.commit_at(commit).tree,
    }


def _only_mode(params: Params) -> dict[str, str]:
    return {"fileMode": params["fileMode"]} if params.get("fileMode") else {}


@operation("CreateCommit")
def _create_commit(caller: BaseResponse, params: Params) -> dict[str, Any]:
    one = named(caller, params)
    if params.get("setFileModes") or params.get("keepEmptyFolders"):
        raise NotImplementedError("codecommit:CreateCommit with setFileModes or keepEmptyFolders")
    tip = one.bare.branches().get(params["branchName"])
    before = one.bare.entries(tip) if tip else {}
    gone = [entry["filePath"] for entry in params.get("deleteFiles") or ()]
    for path in gone:
        if path not in before:
            raise Refusal("FileDoesNotExistException", f"The file {path} does not exist")
    puts = list(params.get("putFiles") or ())
    message = params.get("commitMessage") or ""
    commit, after = _commit(one, params, puts, gone, message)
    put = [after[entry["filePath"]] for entry in puts]
    return {
        "commitId": commit,
        "treeId": one.bare.commit_at(commit).tree,
        "filesAdded": [_file(each) for each in put if each.path not in before],
        "filesUpdated": [_file(each) for each in put if each.path in before],
        "filesDeleted": [_file(before[path]) for path in gone],
    }


def _file(entry: Entry) -> dict[str, str]:
    return {"absolutePath": entry.path, "blobId": entry.blob, "fileMode": _mode(entry)}


def _commit(
    one: Repository, params: Params, puts: list[Any], gone: list[str], message: str
) -> tuple[str, Mapping[str, Entry]]:
    """Add a commit to the branch a request names; its id, and what the branch holds then."""
    _check_parent(one, params["branchName"], params.get("parentCommitId"))
    if not puts and not gone:
        raise Refusal("NoChangeException", "The commit changes nothing")
    files = {}
    for entry in puts:
        if "fileContent" not in entry or entry.get("fileMode") == "SYMLINK":
            raise NotImplementedError("codecommit:CreateCommit of moved files and links")
        files[entry["filePath"]] = (_content(entry), entry.get("fileMode") == "EXECUTABLE")
    author = Author(
        name=params.get("authorName") or params.get("name") or "unknown",
        email=params.get("email") or "",
        seconds=int(time.time()),
    )
    commit = one.bare.commit(params["branchName"], files, message, author, gone)
    pushed(one)
    return commit, one.bare.entries(commit)


def _check_parent(one: Repository, name: str, parent: str | None) -> None:
    """A branch that is asks for its newest commit as parent; an empty repository for none."""
    branches = one.bare.branches()
    if not branches:
        return
    tip = branch(one, name)
    if not parent:
        raise Refusal("ParentCommitIdRequiredException", "A parent commit id is required")
    if parent != tip:
        text = f"The parent commit is outdated; the newest of {name} is {tip}"
        raise Refusal("ParentCommitIdOutdatedException", text)


def _content(entry: Params) -> bytes:
    given = entry["fileContent"]
    try:
        return given if isinstance(given, bytes) else base64.b64decode(given, validate=True)
    except binascii.Error as error:
        raise Refusal("SerializationException", "fileContent is not base64") from error
