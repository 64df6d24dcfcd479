"""The embedded AWS of this checkout, as the tool sees it: an address and credentials.

Its server is a process of its own (`python -m local_aws`), started when a verb needs it and left
running; its state lies in `build/local/`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalog.aws import Credentials
from catalog.errors import EnvironmentFault, UsageError
from catalog.targets import Target
from local_aws import access, server

STATE = "build/local"


def up(root: Path, target: Target) -> server.Server:
    """The running server of this checkout, started now when there is none.

    Raises:
        EnvironmentFault: It did not come up.
        UsageError: The target describes no organization.
    """
    if target.organization is None:
        raise UsageError(
            f"Target {target.name} is embedded but describes no organization.",
            f"Add targets.{target.name}.organization to catalog.yaml.",
        )
    with _faults():
        return server.up(root / STATE, target.organization, target.account, target.regions[0])


def runs(root: Path) -> bool:
    """Whether the server of this checkout runs."""
    return server.find(root / STATE) is not None


def down(root: Path) -> bool:
    """Stop the server; whether one was running.

    Raises:
        EnvironmentFault: It did not stop.
    """
    with _faults():
        return server.down(root / STATE)


def reset(root: Path) -> server.Server:
    """Empty the running server and set its organization up again.

    Raises:
        EnvironmentFault: None is running.
    """
    with _faults():
        return server.reset(root / STATE)


def credentials(running: server.Server, account: str, role: str = "") -> Credentials:
    """Credentials of a role in an account of the organization; of its administrator when unnamed.

    Raises:
        EnvironmentFault: There is no such role there.
    """
    try:
        given = access.credentials(running, account, role or access.ACCESS_ROLE)
    except LookupError as error:
        raise EnvironmentFault(
            f"{error}.",
            "Its people stand in catalog.yaml; without a role, the first of them is taken.",
        ) from error
    return Credentials(
        access_key=given.access_key,
        secret_key=given.secret_key,
        session_token=given.session_token,
    )


def exports(running: server.Server, target: Target, keys: Credentials) -> str:
    """The lines with which a shell lets any AWS client reach the server as these credentials."""
    given = access.Credentials(
        access_key=keys.access_key, secret_key=keys.secret_key, session_token=keys.session_token
    )
    return access.shell(access.exports(running.endpoint, target.regions[0], given)) + "\n"


@contextmanager
def _faults() -> Iterator[None]:
    try:
        yield
    except server.ServerFault as fault:
        raise EnvironmentFault(fault.what, fault.remedy) from fault
