"""Where the repositories are: CodeCommit's by account, region and name, a Git provider's by name.

All lie under one directory of this process, which goes with it. What CodeCommit knows of a
repository besides its contents is kept in a backend of moto's kind, so that emptying the embedded
AWS empties it, and the tagging API sees it.
"""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import ClassVar

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource

from local_aws.errors import Refusal
from local_aws.repositories.bare import Bare


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True, kw_only=True)
class Repository:
    """A repository, and the refs that were announced last.

    Args:
        name: CodeCommit's name, or `<owner>/<name>` at a Git provider.
        account: 12 digits; empty at a Git provider.
    """

    name: str
    account: str
    region: str
    bare: Bare
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    description: str | None = None
    default_branch: str = ""
    tags: dict[str, str] = field(default_factory=dict)
    created: datetime = field(default_factory=_now)
    modified: datetime = field(default_factory=_now)
    announced: dict[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        """CodeCommit's ARN."""
        return f"arn:aws:codecommit:{self.region}:{self.account}:{self.name}"


class Repositories(TaggableResourcesMixin, BaseBackend):  # type: ignore[misc]  # moto is untyped
    """CodeCommit of one account and region."""

    SERVICE_NAMESPACE: ClassVar[str] = "codecommit"

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.by_name: dict[str, Repository] = {}

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Every repository, for the tagging API."""
        for one in self.by_name.values():
            yield TaggedResource(
                arn=one.arn, tags=dict(one.tags), resource_type="codecommit:repository"
            )


_codecommit = BackendDict(Repositories, "codecommit")
_provider: dict[str, Repository] = {}


def of(account: str, region: str) -> dict[str, Repository]:
    """The CodeCommit repositories of an account and region, by name."""
    found: dict[str, Repository] = _codecommit[account][region].by_name
    return found


def find(account: str, region: str, name: str) -> Repository:
    """A CodeCommit repository.

    Raises:
        Refusal: There is none of this name.
    """
    found = of(account, region).get(name)
    if found is None:
        raise Refusal("RepositoryDoesNotExistException", f"{name} does not exist")
    return found


def add(account: str, region: str, name: str) -> Repository:
    """A new, empty CodeCommit repository.

    Raises:
        Refusal: The name is taken.
    """
    held = of(account, region)
    if name in held:
        text = f"Repository named {name} already exists"
        raise Refusal("RepositoryNameExistsException", text)
    bare = Bare(_directory() / "codecommit" / uuid.uuid4().hex).create()
    held[name] = Repository(name=name, account=account, region=region, bare=bare)
    return held[name]


def remove(account: str, region: str, name: str) -> Repository | None:
    """Remove a CodeCommit repository and what is in it; None when there was none."""
    gone = of(account, region).pop(name, None)
    if gone:
        shutil.rmtree(gone.bare.path, ignore_errors=True)
    return gone


def at_provider(full_name: str) -> Repository | None:
    """A repository at the Git provider, by `<owner>/<name>`."""
    return _provider.get(full_name)


def add_at_provider(full_name: str) -> Repository:
    """The repository of this name at the Git provider, made empty when missing."""
    if full_name not in _provider:
        bare = Bare(_directory() / "provider" / uuid.uuid4().hex).create()
        _provider[full_name] = Repository(name=full_name, account="", region="", bare=bare)
    return _provider[full_name]


def forget() -> None:
    """There are no repositories any more."""
    _codecommit.clear()
    _provider.clear()
    if _directory.cache_info().currsize:
        shutil.rmtree(_directory(), ignore_errors=True)
        _directory.cache_clear()


@functools.cache
def _directory() -> Path:
    return Path(tempfile.mkdtemp(prefix="local-aws-git-"))


atexit.register(forget)
