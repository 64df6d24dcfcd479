"""CodeCommit, and what lies at a Git provider: bare git repositories on disk.

bare      one repository, through the git command line
shelf     which there are
pushes    who hears of a push
api, contents       CodeCommit's operations
access, gate, door  git's own way in: `git clone` and `git push` of the addresses AWS gives
"""

from __future__ import annotations

import io
import zipfile

from local_aws import dispatch, events
from local_aws.repositories import api, contents, gate, pushes, shelf  # noqa: F401 - enters operations
from local_aws.repositories.bare import Author, Files
from local_aws.repositories.gate import git_environment
from local_aws.repositories.pushes import Push, on_push
from local_aws.repositories.shelf import forget

__all__ = ["commit", "forget", "git_environment", "install", "on_push", "snapshot", "unpacked"]

FIRST = Author(name="AWS CloudFormation", email="aws-cloudformation@example.com")
"""Who makes the first commit of a repository whose code came from S3."""


def snapshot(account: str, region: str, name: str, branch: str) -> tuple[str, Files]:
    """The newest commit of a CodeCommit branch: its id and every file.

    Args:
        account: 12 digits.
        region: Where the repository is.
        name: Of the repository.
        branch: Short name; empty for the default branch.

    Raises:
        Refusal: RepositoryDoesNotExistException, BranchDoesNotExistException.
    """
    one = shelf.find(account, region, name)
    commit_id = api.branch(one, branch or one.default_branch)
    return commit_id, one.bare.files(commit_id)


def commit(
    account: str,
    region: str,
    name: str,
    branch: str,
    files: Files,
    message: str,
    author: Author = FIRST,
) -> str:
    """Add a commit to a CodeCommit branch, made when missing; its id.

    Raises:
        Refusal: There is no such repository.
    """
    one = shelf.find(account, region, name)
    made = one.bare.commit(branch, files, message, author)
    api.pushed(one)
    return made


def unpacked(archive: bytes) -> dict[str, tuple[bytes, bool]]:
    """The files of a zip archive: path -> content, and whether it is executable.

    Raises:
        zipfile.BadZipFile: It is none, or a path in it leads elsewhere.
    """
    files = {}
    with zipfile.ZipFile(io.BytesIO(archive)) as packed:
        for entry in packed.infolist():
            if entry.is_dir():
                continue
            if {"", ".", "..", ".git"} & set(entry.filename.split("/")):
                raise zipfile.BadZipFile(f"{entry.filename} is no path inside a repository")
            files[entry.filename] = packed.read(entry), bool(entry.external_attr >> 16 & 0o100)
    return files


def _emit(push: Push) -> None:
    one = push.repository
    if one.account:
        events.emit(
            one.account,
            one.region,
            source="aws.codecommit",
            detail_type="CodeCommit Repository State Change",
            detail=pushes.detail(push),
            resources=[one.arn],
        )


def install() -> None:
    """Answer for CodeCommit here instead of in moto."""
    dispatch.serve("codecommit", api.CodeCommit)
    gate.install()
    on_push(_emit)
