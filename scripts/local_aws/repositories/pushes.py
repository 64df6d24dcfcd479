"""What others hear of a push, whether it came through the API or through git.

Whoever may have changed a repository says `announce` afterwards; what is announced are the refs
that differ from those announced before, so nothing is told twice and nothing is lost. CodeCommit's
event: CodeCommit user guide, *Monitoring CodeCommit events in EventBridge*, `referenceCreated`,
`referenceUpdated`, `referenceDeleted`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from local_aws.repositories.bare import BRANCHES
from local_aws.repositories.shelf import Repository

TAGS = "refs/tags/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Push:
    """One ref that changed; `before` is empty for a new one, `after` for one that is gone."""

    repository: Repository
    ref: str
    before: str
    after: str

    @property
    def branch(self) -> str:
        """Short name of the branch; empty where the ref is none."""
        return self.ref.removeprefix(BRANCHES) if self.ref.startswith(BRANCHES) else ""


Listener = Callable[[Push], None]

_listeners: list[Listener] = []
_guard = threading.Lock()


def on_push(listener: Listener) -> None:
    """Call `listener` for every ref that changes, at once; entered once, at install."""
    if listener not in _listeners:
        _listeners.append(listener)


def announce(repository: Repository) -> None:
    """Tell every listener what changed since the last time.

    At once, because an event is for the rules that are there when it happens: a repository that
    comes with code starts no pipeline whose rule is made after it.
    """
    with _guard:
        before, now = repository.announced, repository.bare.refs()
        repository.announced = now
    for push in changes(repository, before, now):
        for listener in _listeners:
            listener(push)


def changes(
    repository: Repository, before: Mapping[str, str], now: Mapping[str, str]
) -> Iterator[Push]:
    """The refs that differ, in order of their names."""
    for ref in sorted(before.keys() | now.keys()):
        old, new = before.get(ref, ""), now.get(ref, "")
        if old != new:
            yield Push(repository=repository, ref=ref, before=old, after=new)


def detail(push: Push) -> dict[str, str]:
    """The `detail` of CodeCommit's event."""
    kind = "branch" if push.branch else "tag"
    word = "Updated" if push.before and push.after else "Created" if push.after else "Deleted"
    told = {
        "event": f"reference{word}",
        "repositoryName": push.repository.name,
        "repositoryId": push.repository.id,
        "referenceType": kind,
        "referenceName": push.branch or push.ref.removeprefix(TAGS),
        "referenceFullName": push.ref,
    }
    if push.after:
        told["commitId"] = push.after
    if push.before:
        told["oldCommitId"] = push.before
    return told
