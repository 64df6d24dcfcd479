"""Measure: `python -m tests.benchmarks [--only NAME] [--write]`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from tests.benchmarks import checking, first_run, planning, publishing
from tests.benchmarks.table import Section, markdown, page

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
COMMAND = "make bench"

MEASUREMENTS: Mapping[str, Callable[[], Section]] = {
    "nothing-changed": publishing.nothing_changed,
    "first-publish": publishing.first_publish,
    "check": checking.check,
    "planning": planning.linear,
    "first-run": first_run.first_run,
}


@click.command()
@click.option("--only", multiple=True, type=click.Choice(list(MEASUREMENTS)), help="Measure these.")
@click.option("--write", is_flag=True, help="Keep the table as docs/benchmarks.md.")
def main(only: tuple[str, ...], *, write: bool) -> None:
    """Measure calls, times and ratios; exit 1 when a ratio is above its bound."""
    sections = []
    for name in only or MEASUREMENTS:
        section = MEASUREMENTS[name]()
        click.echo("\n".join(markdown(section)))
        sections.append(section)
    if write and only:
        click.echo("Not written: only a part was measured.", err=True)
    elif write:
        PAGE.write_text(page(sections, COMMAND), encoding="utf-8")
    sys.exit(0 if all(row.holds for section in sections for row in section.rows) else 1)


if __name__ == "__main__":
    main()
