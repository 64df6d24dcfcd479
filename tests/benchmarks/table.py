"""The table of measurements: what was measured, the least it could be, and the ratio."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version

LIBRARIES = ("boto3", "cfn-lint", "moto")
HEADINGS = ("Measured", "Figure", "Floor", "Ratio", "At most")


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One measurement.

    Args:
        what: What was measured.
        figure: The measured value, in `unit`.
        floor: What it is held against, in `unit`; None when there is nothing to divide by.
        unit: `calls`, `s` or `MiB`.
        most: Highest ratio allowed; None when there is no bound.
    """

    what: str
    figure: float
    unit: str
    floor: float | None = None
    most: float | None = None

    @property
    def ratio(self) -> float | None:
        """Figure over floor."""
        return self.figure / self.floor if self.floor else None

    @property
    def holds(self) -> bool:
        """Whether the ratio keeps within its bound."""
        return self.most is None or self.ratio is None or self.ratio <= self.most

    def cells(self) -> tuple[str, ...]:
        """The row as text, one entry for each of `HEADINGS`."""
        floor = "" if self.floor is None else f"{_number(self.floor)} {self.unit}"
        ratio = "" if self.ratio is None else f"{self.ratio:.3g}" + ("" if self.holds else " ✗")
        most = "" if self.most is None else f"{self.most:g}"
        return (self.what, f"{_number(self.figure)} {self.unit}", floor, ratio, most)


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Measurements of one kind, how they were taken, and what is to be said about them."""

    title: str
    how: str
    rows: tuple[Row, ...]
    notes: tuple[str, ...] = ()


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or value >= 1000 else f"{value:.3g}"


def markdown(section: Section) -> Iterator[str]:
    """A section's lines for a page."""
    yield from (f"## {section.title}", "", section.how, "")
    yield from _table([HEADINGS, *(row.cells() for row in section.rows)])
    yield ""
    yield from (f"- {note}" for note in section.notes)
    if section.notes:
        yield ""


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for number, row in enumerate(rows):
        cells = zip(row, widths, strict=True)
        yield (
            "| "
            + " | ".join(
                text.rjust(width) if place else text.ljust(width)
                for place, (text, width) in enumerate(cells)
            )
            + " |"
        )
        if number == 0:
            rest = "|".join("-" * (width + 1) + ":" for width in widths[1:])
            yield f"|{'-' * (widths[0] + 2)}|{rest}|"


def page(sections: Iterable[Section], command: str) -> str:
    """The whole page: what measured it, on what machine, and every table."""
    lines = [
        "# Benchmarks",
        "",
        "Calls are what the tool sent, repetitions included, by its own meter; the floor is the",
        "least that could do the same. All of it ran on the embedded AWS, none on a real account.",
        "",
        f"- Command: `{command}`",
        f"- Date: {datetime.now(UTC):%Y-%m-%d}",
        f"- Machine: {machine()}",
        f"- Load in the last five minutes: {os.getloadavg()[1]:.1f}; with more than one, times are",
        "  longer than on an idle machine, and ratios that live from several cores are worse",
        "",
    ]
    for section in sections:
        lines += markdown(section)
    return "\n".join(lines).rstrip() + "\n"


def machine() -> str:
    """Cores, memory and versions; nothing that names the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{cores} cores, {memory:.0f} GiB, {system}, {versions}"
