"""What was decided, call by call, and whether denials are in force."""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any

MOST = 100_000
"""Records kept; the oldest go first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One action on one resource, decided.

    Args:
        at: Seconds since 1970.
        account: Of the caller, 12 digits; empty for a service acting as itself.
        role: ARN of the role or user, or the service's principal.
        session: ARN of the role's session; the caller's own ARN otherwise.
        verdict: `allowed`, `implicit deny` or `explicit deny`.
        where: Kind of policy that denies; empty when allowed.
        statements: Those that decided: policy, index (and Sid).
        call: `service:Operation`, as the call log spells it.
        unsure: What could not be worked out, in words.
    """

    at: float = field(default_factory=time.time)
    account: str
    role: str
    session: str
    action: str
    resource: str
    verdict: str
    where: str = ""
    statements: tuple[str, ...] = ()
    call: str = ""
    unsure: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Whether it was allowed."""
        return self.verdict == "allowed"

    def to_json(self) -> dict[str, Any]:
        """As `GET /local-aws/iam` shows it."""
        return {name: getattr(self, name) for name in Record.__dataclass_fields__}


_records: deque[Record] = deque(maxlen=MOST)
_force: list[bool] = []


def keep(record: Record) -> None:
    """Remember a decision."""
    _records.append(record)


def records() -> tuple[Record, ...]:
    """Everything decided since `forget`, oldest first."""
    return tuple(_records)


def force(on: bool) -> None:
    """Refuse what is denied from now on, or only record it."""
    _force[:] = [on]


def in_force() -> bool:
    """Whether denied calls are refused."""
    return any(_force)


def forget() -> None:
    """Forget the records; denials are in force no more."""
    _records.clear()
    _force.clear()
