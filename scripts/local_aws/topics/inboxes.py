"""The inboxes of people, which get what topics send by mail."""

from __future__ import annotations

import time
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A message in somebody's inbox.

    Args:
        to: The address.
        sender: The topic's display name, or AWS's.
        topic: ARN.
        time: When it was published, in seconds since the epoch.
    """

    to: str
    sender: str
    topic: str
    subject: str
    body: str
    time: float = field(default_factory=time.time)


_mails: list[Mail] = []


def inbox(address: str) -> tuple[Mail, ...]:
    """Every mail an address got, confirmations included, oldest first."""
    found = (mail for mail in tuple(_mails) if mail.to == address)
    return tuple(sorted(found, key=lambda mail: mail.time))


def put(mail: Mail) -> None:
    """Let a mail arrive."""
    _mails.append(mail)


def forget() -> None:
    """Empty every inbox."""
    _mails.clear()
