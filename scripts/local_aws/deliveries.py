"""What was delivered, and what was not and why: EventBridge, SNS and Lambda's queue write it down.

AWS shows failed deliveries as metrics only. A rehearsal wants to say which one failed, so every
outcome is kept here: `deliveries()` in process, `GET /local-aws/deliveries` on the server.
"""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field

from botocore.exceptions import ClientError

from local_aws import controls
from local_aws.errors import Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One thing that was to reach one target.

    Args:
        sender: ARN of the rule, topic or function that sends.
        target: ARN or address of who is to get it.
        what: In words: an event's detail type, a message's subject, an invocation.
        id: Of the event, message or request, so that duplicates are recognised.
        ok: Whether it arrived.
        why: Why it did not: error code and text.
        tries: How often it was tried.
        time: When, in seconds since the epoch.
    """

    sender: str
    target: str
    what: str
    id: str
    ok: bool
    why: str = ""
    tries: int = 1
    time: float = field(default_factory=time.time)


Failure = ClientError | Refusal
"""How a call the embedded AWS makes to itself fails."""

_kept: list[Delivery] = []


def keep(delivery: Delivery) -> None:
    """Write one down."""
    _kept.append(delivery)


def deliveries() -> tuple[Delivery, ...]:
    """All since the embedded AWS was emptied, oldest first."""
    return tuple(_kept)


def forget() -> None:
    """Start anew."""
    _kept.clear()


def reason(error: Failure) -> tuple[str, str]:
    """Error code and text of a failure."""
    if isinstance(error, ClientError):
        return tuple(error.response["Error"][key] for key in ("Code", "Message"))  # type: ignore[return-value]
    return str(error.code), str(error.message)


def install() -> None:
    """Answer `GET /local-aws/deliveries`."""
    controls.add("GET", "deliveries", lambda _rest, _body: [asdict(one) for one in deliveries()])
