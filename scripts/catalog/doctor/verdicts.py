"""What doctor says of one thing."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from catalog.doctor.facts import Unseen


class Standing(StrEnum):
    """How a thing stands, by the sign shown."""

    WELL = "✓"
    MISSING = "✗"
    UNKNOWN = "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """A thing that was looked at.

    Args:
        why: What was found; for `UNKNOWN`, which permission the caller lacks.
        command: What mends it, as typed in a shell.
        account: Where to type it (12 digits); empty where credentials of the target will do.
    """

    subject: str
    standing: Standing
    why: str = ""
    command: str = ""
    account: str = ""


def well(subject: str, why: str = "") -> Verdict:
    """It is as it should be."""
    return Verdict(subject=subject, standing=Standing.WELL, why=why)


def missing(subject: str, why: str, command: str, account: str = "") -> Verdict:
    """It is not, and this mends it."""
    return Verdict(
        subject=subject, standing=Standing.MISSING, why=why, command=command, account=account
    )


def unknown(subject: str, unseen: Unseen, command: str = "") -> Verdict:
    """The caller may not look; `command` is worth a try."""
    why = f"you lack {unseen.permission}" if unseen.permission else unseen.why
    return Verdict(subject=subject, standing=Standing.UNKNOWN, why=why, command=command)
