"""What is inside a CodeCommit repository: branches, commits, files.

moto knows repositories by name only. A commit here is a whole tree and its parent; ids are hashes
over both, so that equal histories have equal ids. Operations and errors: CodeCommit API reference.
"""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from weakref import WeakKeyDictionary

from moto.codecommit.models import CodeCommit, codecommit_backends
from moto.codecommit.responses import CodeCommitResponse
from moto.core.responses import BaseResponse

from local_aws import validation
from local_aws.errors import Refusal

Params = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """A whole tree: path -> content; executable files are named besides."""

    files: Mapping[str, bytes]
    executable: frozenset[str] = frozenset()
    parent: str = ""
    message: str = ""

    @property
    def id(self) -> str:
        """40 hex digits."""
        digest = hashlib.sha1(f"{self.parent}\0{self.message}".encode())  # noqa: S324 - git's
        for path, content in sorted(self.files.items()):
            digest.update(f"{path}\0{path in self.executable}\0".encode() + _blob_id(content))
        return digest.hexdigest()


@dataclass(slots=True)
class _Contents:
    branches: dict[str, str] = field(default_factory=dict)
    commits: dict[str, Commit] = field(default_factory=dict)


_contents: WeakKeyDictionary[CodeCommit, _Contents] = WeakKeyDictionary()


def commit(account: str, region: str, repository: str, branch: str, made: Commit) -> str:
    """Add a commit to a branch, made when missing; its id.

    Raises:
        Refusal: There is no such repository.
    """
    held = _of(account, region, repository)
    held.commits[made.id] = made
    held.branches[branch] = made.id
    return made.id


def unpacked(archive: bytes, message: str) -> Commit:
    """The first commit of a repository made from a zip archive.

    Raises:
        zipfile.BadZipFile: It is none.
    """
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        entries = [entry for entry in packed.infolist() if not entry.is_dir()]
        files = {entry.filename: packed.read(entry) for entry in entries}
        executable = {e.filename for e in entries if e.external_attr >> 16 & 0o100}
    return Commit(files=files, executable=frozenset(executable), message=message)


def _of(account: str, region: str, name: str) -> _Contents:
    repository = codecommit_backends[account][region].repositories.get(name)
    if repository is None:
        raise Refusal("RepositoryDoesNotExistException", f"{name} does not exist")
    return _contents.setdefault(repository, _Contents())


def _at(caller: BaseResponse, params: Params) -> tuple[_Contents, Commit]:
    """The commit a request means: a branch, a commit id, or the default branch."""
    held = _of(caller.current_account, caller.region, params["repositoryName"])
    wanted = params.get("commitSpecifier") or next(iter(held.branches), "")
    found = held.branches.get(wanted.removeprefix("refs/heads/"), wanted)
    if found not in held.commits:
        raise Refusal("CommitDoesNotExistException", f"The commit {wanted} does not exist")
    return held, held.commits[found]


def _blob_id(content: bytes) -> bytes:
    header = f"blob {len(content)}\0".encode()
    return hashlib.sha1(header + content).hexdigest().encode()  # noqa: S324 - git's own


def _mode(one: Commit, path: str) -> str:
    return "EXECUTABLE" if path in one.executable else "NORMAL"


def _get_branch(caller: BaseResponse, params: Params) -> dict[str, Any]:
    held = _of(caller.current_account, caller.region, params.get("repositoryName", ""))
    name = params.get("branchName", "")
    if name not in held.branches:
        raise Refusal("BranchDoesNotExistException", f"The branch {name} does not exist")
    return {"branch": {"branchName": name, "commitId": held.branches[name]}}


def _list_branches(caller: BaseResponse, params: Params) -> dict[str, Any]:
    held = _of(caller.current_account, caller.region, params["repositoryName"])
    return {"branches": sorted(held.branches)}


def _get_file(caller: BaseResponse, params: Params) -> dict[str, Any]:
    _, found = _at(caller, params)
    path = params["filePath"]
    if path not in found.files:
        raise Refusal("FileDoesNotExistException", f"The file {path} does not exist")
    content = found.files[path]
    return {
        "commitId": found.id,
        "blobId": _blob_id(content).decode(),
        "filePath": path,
        "fileMode": _mode(found, path),
        "fileSize": len(content),
        "fileContent": base64.b64encode(content).decode(),
    }


def _get_folder(caller: BaseResponse, params: Params) -> dict[str, Any]:
    _, found = _at(caller, params)
    folder = params["folderPath"].strip("/")
    prefix = f"{folder}/" if folder else ""
    below = [path for path in sorted(found.files) if path.startswith(prefix)]
    if not below:
        raise Refusal("FolderDoesNotExistException", f"The folder {folder} does not exist")
    return {
        "commitId": found.id,
        "folderPath": folder,
        "files": [_file_entry(found, path, prefix) for path in _direct(below, prefix)],
        "subFolders": [
            {"absolutePath": prefix + name, "relativePath": name}
            for name in sorted({p[len(prefix) :].split("/")[0] for p in below if _deep(p, prefix)})
        ],
    }


def _deep(path: str, prefix: str) -> bool:
    return "/" in path[len(prefix) :]


def _direct(paths: Iterable[str], prefix: str) -> list[str]:
    return [path for path in paths if not _deep(path, prefix)]


def _file_entry(one: Commit, path: str, prefix: str) -> dict[str, str]:
    return {
        "blobId": _blob_id(one.files[path]).decode(),
        "absolutePath": path,
        "relativePath": path[len(prefix) :],
        "fileMode": _mode(one, path),
    }


HANDLERS: dict[str, validation.Handler] = {
    "GetBranch": _get_branch,
    "GetFile": _get_file,
    "GetFolder": _get_folder,
    "ListBranches": _list_branches,
}


def install() -> None:
    """Answer for the contents of repositories beside what moto answers."""
    for name, handler in HANDLERS.items():
        method = validation.served("codecommit", name, handler)
        setattr(CodeCommitResponse, method.__name__, method)
