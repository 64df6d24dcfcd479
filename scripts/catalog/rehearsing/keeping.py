"""What stays of a rehearsal on disk: timeline, logs, artifacts, events, IAM's decisions, stacks."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog.rehearsing import facts, stacked
from catalog.rehearsing.ground import Ground
from catalog.rehearsing.timeline import Verdict, text

LARGEST = 5_000_000
"""Bytes: an object that is larger is not kept as an artifact."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeper:
    """Writes into one rehearsal's folder, which begins empty.

    Args:
        folder: `build/rehearsals/<product>/<rehearsal>`.
    """

    folder: Path

    def begin(self) -> None:
        """Remove what an earlier run left."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(parents=True)

    def keep(self, ground: Ground) -> None:
        """Write logs and artifacts as they are now; what is gone since stays as it was."""
        for name, account in ground.accounts.items():
            logs = ground.service("logs", account)
            for group in facts.groups(logs):
                lines = [
                    line
                    for stream in facts.streams(logs, group)
                    for line in (f"--- {stream}", *facts.log(logs, group, stream))
                ]
                self._write(f"logs/{name}/{_plain(group)}.txt", _joined(lines))
            if account != ground.target.account:  # the hub's bucket holds what was published
                self._artifacts(ground, name, account)

    def records(self, ground: Ground) -> None:
        """Write every decision of IAM, every event and what stacks made."""
        self._write("iam.jsonl", _jsonl(ground.calls()))  # first: what follows calls AWS itself
        self._write("events.jsonl", _jsonl(ground.events()))
        self._write("stacks.jsonl", _jsonl(stacked.created(ground)))

    def timeline(self, verdict: Verdict) -> None:
        """Write the timeline."""
        self._write("timeline.txt", text(verdict))

    def _artifacts(self, ground: Ground, name: str, account: str) -> None:
        s3 = ground.service("s3", account)
        for bucket in s3.call("list_buckets")["Buckets"]:
            listed = s3.call("list_objects_v2", bucket["Name"], Bucket=bucket["Name"])
            for each in listed.get("Contents", ()):
                path = f"artifacts/{name}/{bucket['Name']}/{_plain(each['Key'])}"
                if each["Size"] <= LARGEST and not (self.folder / path).exists():
                    got = s3.call("get_object", each["Key"], Bucket=bucket["Name"], Key=each["Key"])
                    self._write(path, got["Body"].read())

    def _write(self, path: str, content: str | bytes) -> None:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)


def _plain(name: str) -> str:
    """A name as a path of ours: neither absolute nor leading upwards."""
    return "/".join(part for part in re.split(r"/+", name) if part not in {"", ".", ".."})


def _jsonl(rows: Iterable[Mapping[str, object]]) -> str:
    return _joined(json.dumps(row, default=str) for row in rows)


def _joined(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in lines)
