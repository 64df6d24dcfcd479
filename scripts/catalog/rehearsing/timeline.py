"""The timeline of a rehearsal: who did what where, how long it took, how it ended. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

_WHO, _WHAT, _WHERE = 13, 72, 26
"""Columns of a line; what is longer pushes the rest to the right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing a person did or looked at.

    Args:
        who: The person, in one word.
        what: What they did, from the verb on.
        where: Account, as `alias 111111111111`; empty where none is meant.
        began: Seconds since the rehearsal began.
        seconds: How long it took.
        trouble: Lines that say what went wrong and lead to the cause; empty when it went well.
    """

    who: str
    what: str
    where: str
    began: float
    seconds: float = 0.0
    trouble: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether it went well."""
        return not self.trouble


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a rehearsal ended.

    Args:
        product: Whose rehearsal, by the name of its file.
        name: Of the rehearsal, as it is asked for: `by-account-list`.
        about: One sentence: what it shows.
        folder: Where logs and artifacts lie.
        seconds: All of it.
        cpu: Processor seconds of its process and of what it started.
    """

    product: str
    name: str
    about: str
    folder: str
    seconds: float
    cpu: float
    steps: tuple[Step, ...]

    @property
    def passed(self) -> bool:
        """Whether every step went well."""
        return bool(self.steps) and all(step.passed for step in self.steps)


def line(step: Step) -> str:
    """A step on one line."""
    sign = "✓" if step.passed else "✗"
    return (
        f"{clock(step.began)} {sign} {step.who:<{_WHO}} {step.what:<{_WHAT}} "
        f"{step.where:<{_WHERE}} {step.seconds:6.2f} s"
    )


def clock(seconds: float) -> str:
    """Time since the beginning, as `0:04.2`."""
    minutes, rest = divmod(seconds, 60)
    return f"{int(minutes)}:{rest:04.1f}"


def verdict_line(verdict: Verdict) -> str:
    """The last line: `✓ by-account-list: 31 steps in 24.8 s`."""
    sign = "✓" if verdict.passed else "✗"
    count = len(verdict.steps)
    steps = "1 step" if count == 1 else f"{count} steps"
    ending = "" if verdict.passed else ", the last one failed"
    return f"{sign} {verdict.product} {verdict.name}: {steps} in {verdict.seconds:.1f} s{ending}"


def text(verdict: Verdict) -> str:
    """The whole timeline, as it is kept in a file."""
    return "\n".join([verdict.about, "", *_lines(verdict.steps), "", verdict_line(verdict), ""])


def _lines(steps: Iterable[Step]) -> list[str]:
    lines: list[str] = []
    for step in steps:
        lines += [line(step), *(f"         {each}" for each in step.trouble)]
    return lines
