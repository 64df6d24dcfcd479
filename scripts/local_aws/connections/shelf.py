"""Which connections there are, by account, region and id."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from moto.core.base_backend import BackendDict, BaseBackend

from local_aws.errors import Refusal


@dataclass(slots=True, kw_only=True)
class Connection:
    """A connection to a Git provider."""

    arn: str
    name: str
    provider: str
    account: str
    status: str = "PENDING"
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def service(self) -> str:
        """The service's name in its ARN, which is the prefix of its IAM actions."""
        return self.arn.split(":")[2]


class Connections(BaseBackend):  # type: ignore[misc]  # moto is read untyped
    """The connections of one account and region."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.by_id: dict[str, Connection] = {}


_connections = BackendDict(Connections, "codestar-connections")


def of(account: str, region: str) -> dict[str, Connection]:
    """The connections of an account (12 digits) and region, by id."""
    found: dict[str, Connection] = _connections[account][region].by_id
    return found


def everywhere() -> Iterator[Connection]:
    """Every connection there is."""
    for _, _, backend in list(_connections.iter_backends()):
        yield from backend.by_id.values()


def get(arn: str) -> Connection:
    """A connection by its ARN.

    Raises:
        Refusal: There is none.
    """
    parts = arn.split(":")
    held = of(parts[4], parts[3]) if len(parts) == 6 else {}
    found = held.get(arn.rpartition("/")[2])
    if found is None:
        raise Refusal("ResourceNotFoundException", f"Connection {arn} does not exist")
    return found
