"""What people see: findings, progress, errors; colour and movement on a terminal only."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from rich import progress as rich_progress
from rich.console import Console
from rich.table import Table
from rich.text import Text

from catalog import workspace
from catalog.errors import Refused, UsageError
from catalog.findings import Finding, Severity

OUT = Console(highlight=False, soft_wrap=True)
ERR = Console(highlight=False, soft_wrap=True, stderr=True)

_HANGING = 2
_NARROWEST = 20
"""Columns: what a line's continuation is indented by, and the least it is given."""

_WIDEST = 10_000
"""Columns: more than any table has."""

_SIGNS = {"+": "bold green", "~": "bold yellow", "-": "bold red", "!": "bold red", "x": "bold red"}
_STYLE = {Severity.ERROR: "bold red", Severity.WARNING: "yellow"}


@dataclass(frozen=True, kw_only=True)
class Session:
    """What every command is told: where the user stands, and whether tracebacks are wanted."""

    start: Path
    debug: bool

    @cached_property
    def root(self) -> Path:
        """Root of the catalog.

        Raises:
            EnvironmentFault: There is none here.
        """
        return workspace.find_root(self.start)


def say(line: str | Text = "") -> None:
    """Print a line; on a terminal, what does not fit goes on below it, indented."""
    if not OUT.is_terminal:
        OUT.print(line, markup=False)
        return
    text = Text(line) if isinstance(line, str) else line
    for each in text.split("\n", allow_blank=True):
        indent = len(each.plain) - len(each.plain.lstrip(" "))
        parts = each[indent:].wrap(OUT, max(OUT.width - indent - _HANGING, _NARROWEST))
        for number, part in enumerate(parts or [Text()]):
            part.rstrip()
            OUT.print(Text(" " * (indent + _HANGING * bool(number))).append_text(part))


def table(made: Table) -> None:
    """Print a table: as wide as it is, or on a terminal as wide as that where its names fit."""
    needed = OUT.measure(made, options=OUT.options.update(width=_WIDEST))
    wide = min(needed.maximum, OUT.width) if OUT.is_terminal else needed.maximum
    made.width = max(wide, needed.minimum)
    OUT.print(made)


def change(line: str) -> None:
    """Print a line about a change, its sign in colour."""
    text = Text(line)
    if sign := re.match(r" *([-+~!x]) ", line):
        text.stylize(_SIGNS[sign[1]], *sign.span(1))
    say(text)


def error(text: str) -> None:
    """Print an error: its first line says what, the others what to do."""
    first, _, rest = text.partition("\n")
    ERR.print(Text(first, style="bold red"))
    if rest:
        ERR.print(rest, markup=False)


def data(value: object) -> None:
    """Print JSON for programs."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def page(text: str) -> None:
    """Print a text exactly as it is."""
    sys.stdout.write(text)


def findings(found: Iterable[Finding]) -> None:
    """Print findings: place, number, what, and below it what to do.

    An `allow` entry speaks once for every finding of its rule at a place: a template rendered for
    several scenarios, or in a loop, has the same one many times over.
    """
    excused: set[tuple[str, str, str]] = set()
    for finding in found:
        same = finding.place, finding.rule, finding.allowed
        if finding.allowed and same in excused:
            continue
        excused.add(same)
        head = Text(finding.place, style="bold")
        word = "allowed" if finding.allowed else finding.severity.value
        head.append(
            f" {finding.rule} {word}: ",
            style="dim" if finding.allowed else _STYLE[finding.severity],
        )
        head.append(finding.message, style="")
        say(head)
        if finding.allowed:
            say(f"    because: {finding.allowed}")
        elif finding.remedy:
            say(f"    {finding.remedy}")


def verdict(found: Iterable[Finding], products: int) -> None:
    """Print the last line of a check."""
    counted = list(found)
    errors = sum(finding.stops for finding in counted)
    allowed = sum(bool(finding.allowed) for finding in counted)
    warnings = len(counted) - errors - allowed
    parts = [many(products, "product")]
    parts += [
        many(count, noun) for count, noun in ((errors, "error"), (warnings, "warning")) if count
    ]
    parts += [f"{allowed} allowed (--allowed shows why)"] if allowed else []
    parts += [] if counted else ["no findings"]
    say(f"{'✗' if errors else '✓'} {', '.join(parts)}")


def many(count: int, noun: str) -> str:
    """A number and its noun: `1 error`, `2 errors`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def confirm(
    question: str, *, yes: bool, otherwise: str = "Give --yes, or --plan FILE with a plan you read."
) -> None:
    """Ask on a terminal before something is written to a real account.

    Raises:
        UsageError: Nobody is there to ask, and `yes` was not given.
        Refused: The answer is no.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise UsageError("Nobody is here to confirm this.", otherwise)
    OUT.print(Text(f"{question} [y/N] ", style="bold"), end="")
    if input().strip().lower() not in {"y", "yes"}:
        raise Refused("Nothing was changed.")


@contextmanager
def waiting(what: str) -> Iterator[Callable[[str], None]]:
    """Show that something takes a while; the callable hears what it is at.

    Elsewhere than on a terminal `what` is said once, when there is first something to hear.
    """
    heard = False

    def plain(_: str) -> None:
        nonlocal heard
        if not heard:
            say(f"{what} …")
        heard = True

    if not OUT.is_terminal:
        yield plain
        return
    with OUT.status(what) as status:
        yield lambda line: status.update(Text(f"{what}: {line}"))


class Progress:
    """Lines as they come; on a terminal also how many are still to come."""

    def __init__(self, what: str) -> None:
        self._bar = rich_progress.Progress(
            rich_progress.TextColumn(what),
            rich_progress.BarColumn(),
            rich_progress.MofNCompleteColumn(),
            rich_progress.TimeElapsedColumn(),
            console=OUT,
            transient=True,
            disable=not OUT.is_terminal,
        )
        self._task: rich_progress.TaskID | None = None

    def __enter__(self) -> Progress:
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bar.stop()

    def expect(self, count: int) -> None:
        """Say how many lines will come."""
        self._task = self._bar.add_task("", total=count)

    def line(self, text: str) -> None:
        """Print a line; another one is done."""
        change(text)
        if self._task is not None:
            self._bar.advance(self._task)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Keep still while something is asked."""
        self._bar.stop()
        yield
        self._bar.start()
