"""A build's log: a file while it runs, CloudWatch Logs for people."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError
from moto.logs.models import logs_backends

from local_aws import inside, log_streams
from local_aws.codebuild.state import Account, Build

_EVENTS_AT_ONCE = 1000
_HIDDEN = "***"


class NotLogged(Exception):
    """The service role may not write the log; the build cannot begin."""


class Log:
    """The log of one build.

    Args:
        build: Names group and stream; without a group nothing leaves the file.
        path: Where the shell writes.
    """

    def __init__(self, build: Build, path: Path) -> None:
        self._build = build
        self._path = path
        self._sent = 0
        self._secrets: frozenset[str] = frozenset()
        path.touch()

    def hide(self, secrets: Iterable[str]) -> None:
        """Show none of these values from now on."""
        self._secrets = frozenset(secrets)

    def note(self, text: str) -> None:
        """A line of CodeBuild's own."""
        moment = time.strftime("%Y/%m/%d %H:%M:%S", time.gmtime())
        with self._path.open("a") as file:
            file.write(f"[Container] {moment} {text}\n")

    def open(self) -> None:
        """Make the stream, and its group when there is none.

        Raises:
            NotLogged: The service role may not.
        """
        build = self._build
        if not build.log_group:
            return
        try:
            log_streams.opened(self._client(), build.log_group, build.log_stream)
        except ClientError as error:
            raise NotLogged(
                f"Service role {build.role} does not allow AWS CodeBuild to create Amazon"
                f" CloudWatch Logs log streams for build {build.arn}. Error message: {error}"
            ) from error

    def send(self) -> None:
        """Hand on what was written since the last time."""
        with self._path.open("rb") as file:
            file.seek(self._sent)
            new = file.read()
        self._sent += len(new)
        lines = [line for line in self._shown(new).splitlines() if line.strip()]
        moment = int(time.time() * 1000)
        events = [{"timestamp": moment, "message": line + "\n"} for line in lines]
        if not self._build.log_group:
            return
        with contextlib.suppress(ClientError):  # a build does not fail because its log is lost
            for start in range(0, len(events), _EVENTS_AT_ONCE):
                self._client().put_log_events(
                    logGroupName=self._build.log_group,
                    logStreamName=self._build.log_stream,
                    logEvents=events[start : start + _EVENTS_AT_ONCE],
                )

    def _shown(self, written: bytes) -> str:
        shown = written.decode(errors="replace")
        for secret in sorted(self._secrets, key=len, reverse=True):
            shown = shown.replace(secret, _HIDDEN)
        return shown

    def _client(self) -> Any:
        build = self._build
        return inside.client("logs", build.account, build.region, build.role)


def text(account: Account, build: Build) -> str:
    """All that a build's log says; empty when it has none."""
    groups = logs_backends[account.account_id][account.region_name].groups
    group = groups.get(build.log_group)
    stream = group.streams.get(build.log_stream) if group else None
    return "".join(event.message for event in stream.events) if stream else ""
