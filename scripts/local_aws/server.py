"""Start, find, empty and stop the embedded AWS of a checkout. Needs nothing of moto.

A state directory belongs to one server. `server.json` in it says where that server is; it is
believed only after the server at that address confirmed its identity, so that a recycled process
id or port is never mistaken. `server.log` keeps what the server said.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from catalog.targets import GitConnection, Organization, OrganizationalUnit
from local_aws import client

READY_WITHIN = 60.0
STOPPED_WITHIN = 10.0
"""Seconds we wait for a server to come up, and to end."""


class ServerFault(Exception):
    """The embedded AWS could not be started, found or stopped.

    Args:
        what: What went wrong, with the server's last words where it has any.
        remedy: What to do next.
    """

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.what}\n  {self.remedy}" if self.remedy else self.what


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A running embedded AWS.

    Args:
        access_key: Of the management account, from which every other account is reached.
        secret_key: Belongs to `access_key`; never shown.
    """

    endpoint: str
    pid: int
    region: str
    hub: str
    identity: str
    access_key: str
    secret_key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a server is told to be; `organization` as plain values."""

    identity: str
    organization: dict[str, Any]
    hub: str
    region: str


def up(state_dir: Path, organization: Organization, hub: str, region: str) -> Server:
    """The embedded AWS of `state_dir`: the one that runs, or one started now and ready.

    Args:
        state_dir: Made when missing; holds address, log and lock of one server.
        organization: Accounts, OUs and people, with their ids.
        hub: 12-digit account that administers Service Catalog and StackSets.
        region: Where it works unless a client says otherwise.

    Raises:
        ServerFault: It did not come up, or the running one has another organization.
    """
    state_dir.mkdir(parents=True, exist_ok=True)
    with _lock(state_dir):
        if running := find(state_dir):
            _same_world(state_dir, asdict(organization), hub)
            return running
        wanted = Wanted(
            identity=secrets.token_hex(16),
            organization=asdict(organization),
            hub=hub,
            region=region,
        )
        return _start(state_dir, wanted)


def find(state_dir: Path) -> Server | None:
    """The server of `state_dir` if it runs and confirms its identity."""
    facts = _facts(state_dir)
    if not facts:
        return None
    said = client.ask(facts["endpoint"], "GET", "identity", quietly=True)
    if said != {"identity": facts["identity"], "pid": facts["pid"]}:
        return None
    names = ("endpoint", "pid", "region", "hub", "identity", "access_key", "secret_key")
    return Server(**{name: facts[name] for name in names})


def down(state_dir: Path) -> bool:
    """Stop the server of `state_dir`, and only that one; whether there was one.

    Raises:
        ServerFault: It did not end.
    """
    if not state_dir.is_dir():
        return False
    with _lock(state_dir):
        running = find(state_dir)
        (state_dir / "server.json").unlink(missing_ok=True)
        if running is None:
            return False
        os.kill(running.pid, signal.SIGTERM)
        _wait_for_end(running)
        return True


def reset(state_dir: Path) -> Server:
    """Empty the running server and set its organization up again.

    Raises:
        ServerFault: No server runs.
    """
    running = find(state_dir)
    if running is None:
        raise ServerFault("The embedded AWS of this checkout does not run", "Run `make local-up`.")
    client.ask(running.endpoint, "DELETE", "state")
    return running


def organization_from_json(data: dict[str, Any]) -> Organization:
    """An organization from `dataclasses.asdict` of it, gone through JSON."""
    units = tuple(_unit(unit) for unit in data["units"])
    people = {name: tuple(roles) for name, roles in data["people"].items()}
    connections = {
        name: tuple(
            GitConnection(**{**one, "repositories": tuple(one["repositories"])}) for one in held
        )
        for name, held in data["connections"].items()
    }
    return Organization(
        id=data["id"],
        management=data["management"],
        units=units,
        people=people,
        connections=connections,
    )


def _unit(data: dict[str, Any]) -> OrganizationalUnit:
    return OrganizationalUnit(
        name=data["name"],
        id=data["id"],
        accounts=data["accounts"],
        units=tuple(_unit(unit) for unit in data["units"]),
    )


@contextmanager
def _lock(state_dir: Path) -> Iterator[None]:
    """Hold the directory: two starts at once end with one server."""
    with (state_dir / "lock").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _facts(state_dir: Path) -> dict[str, Any]:
    try:
        facts = json.loads((state_dir / "server.json").read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return facts if isinstance(facts, dict) else {}


def _same_world(state_dir: Path, organization: dict[str, Any], hub: str) -> None:
    facts = _facts(state_dir)
    wanted = json.loads(json.dumps([organization, hub]))
    if [facts["organization"], facts["hub"]] != wanted:
        raise ServerFault(
            "The embedded AWS that runs was set up for another organization",
            "Run `make local-down`; the next command starts one for this organization.",
        )


def _start(state_dir: Path, wanted: Wanted) -> Server:
    (state_dir / "server.json").unlink(missing_ok=True)
    (state_dir / "wanted.json").write_text(json.dumps(asdict(wanted)), "utf-8")
    with (state_dir / "server.log").open("wb") as log:
        child = subprocess.Popen(  # noqa: S603 - our interpreter, our module
            [sys.executable, "-m", "local_aws", str(state_dir.resolve())],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=_environment(),
        )
    deadline = time.monotonic() + READY_WITHIN
    while time.monotonic() < deadline and child.poll() is None:
        if (found := find(state_dir)) and found.identity == wanted.identity:
            return found
        time.sleep(0.05)
    state = "ended" if child.poll() is not None else f"was not ready within {READY_WITHIN:.0f} s"
    if child.poll() is None:
        child.kill()
        child.wait()
    log_file = state_dir / "server.log"
    last = "\n".join(f"    {line}" for line in _last_words(log_file))
    raise ServerFault(f"The embedded AWS {state}; its last words:\n{last}", f"See {log_file}.")


def _environment() -> dict[str, str]:
    """Ours, without what would lead moto or boto3 elsewhere."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "MOTO_", "PYTEST_")) and name != "BOTO_CONFIG"
    } | {"AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull}


def _last_words(path: Path, lines: int = 5) -> list[str]:
    """The end of a log, without the frames of tracebacks; those stay in the log."""
    text = path.read_text("utf-8", errors="replace").splitlines()
    return [line for line in text if line and not line.startswith((" ", "Traceback"))][-lines:]


def _wait_for_end(server: Server) -> None:
    deadline = time.monotonic() + STOPPED_WITHIN
    while client.ask(server.endpoint, "GET", "identity", quietly=True) is not None:
        if time.monotonic() > deadline:
            raise ServerFault(
                f"The embedded AWS (process {server.pid}) did not end",
                f"End it with `kill -9 {server.pid}`.",
            )
        time.sleep(0.05)
