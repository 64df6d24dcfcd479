"""The table of measurements: what was measured, the least it could be, and the ratio."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator, Mapping, Sequence
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
        unit: `calls`, `s`, `MiB` or what else is counted.
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
class Grid:
    """Counts or times of many things at once, which have no bound.

    Args:
        title: One line above it.
        rows: A text for each heading; the first says what the row is about.
    """

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Measurements of one kind, how they were taken, and what is to be said about them."""

    title: str
    how: str
    rows: tuple[Row, ...]
    grids: tuple[Grid, ...] = ()
    notes: tuple[str, ...] = ()


def _number(value: float) -> str:
    return f"{value:,.0f}" if value == int(value) or value >= 1000 else f"{value:.3g}"


def markdown(section: Section, command: str) -> Iterator[str]:
    """A section's lines for a page; each says when and by which command it was measured."""
    yield from (f"## {section.title}", "", section.how, "")
    load = f"load in the five minutes before {os.getloadavg()[1]:.1f}"
    yield from (f"`{command}`, {datetime.now(UTC):%Y-%m-%d}, {load}, {machine()}.", "")
    yield from _table([HEADINGS, *(row.cells() for row in section.rows)])
    yield ""
    for grid in section.grids:
        yield from (grid.title, "", *_table([grid.headings, *grid.rows]), "")
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


HEAD = """\
# Benchmarks

Calls are what the tool sent, repetitions included, by its own meter; the floor is the least that
could do the same. All of it ran on the embedded AWS, none on a real account. With a load above one,
times are longer than on an idle machine, and ratios that live from several cores are worse.

`make bench` measures everything, `make bench ARGS="--only NAME"` one section.
"""


def page(sections: Mapping[str, str]) -> str:
    """The whole page, from title -> markdown of its sections."""
    return "\n".join((HEAD, *(f"{text.rstrip()}\n" for text in sections.values())))


def sections(text: str) -> dict[str, str]:
    """Title -> markdown of the sections of a page."""
    parts = f"\n{text}".split("\n## ")[1:]
    return {part.partition("\n")[0]: f"## {part}" for part in parts}


def renewed(old: str, title: str, text: str, command: str) -> str:
    """The page with a section measured anew, where what that command gave before stood.

    Found by the command, because a title may say how many were measured.
    """
    kept = sections(old)
    place = next((name for name, each in kept.items() if f"\n`{command}`, " in each), title)
    named = {title if name == place else name: each for name, each in kept.items()}
    return page({**named, title: text})


def machine() -> str:
    """Cores, memory and versions; nothing that names the machine."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    versions = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    system = f"{platform.system()} {platform.machine()}, Python {platform.python_version()}"
    return f"{cores} cores, {memory:.0f} GiB, {system}, {versions}"
