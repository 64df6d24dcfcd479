"""Measure: `python -m tests.benchmarks [--only NAME] [--write]`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from tests.benchmarks import (
    checking,
    contract,
    first_run,
    journey,
    planning,
    publishing,
    rehearsals,
    reviewing,
)
from tests.benchmarks.table import Section, markdown, renewed

PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"

MEASUREMENTS: Mapping[str, Callable[[], Section]] = {
    "nothing-changed": publishing.nothing_changed,
    "first-publish": publishing.first_publish,
    "check": checking.check,
    "contract": contract.verdicts,
    "review": reviewing.review,
    "planning": planning.linear,
    "first-run": first_run.first_run,
    "journey": journey.journey,
    "rehearsals": rehearsals.rehearsals,
}


@click.command()
@click.option("--only", multiple=True, type=click.Choice(list(MEASUREMENTS)), help="Measure these.")
@click.option("--write", is_flag=True, help="Keep them in docs/benchmarks.md.")
def main(only: tuple[str, ...], *, write: bool) -> None:
    """Measure calls, times and ratios; exit 1 when a ratio is above its bound.

    Sections of the page that are not measured now stay as they are.
    """
    holds = True
    for name in only or MEASUREMENTS:
        section = MEASUREMENTS[name]()
        command = f'make bench ARGS="--only {name}"'
        text = "\n".join(markdown(section, command))
        click.echo(text)
        holds = holds and all(row.holds for row in section.rows)
        if write:
            old = PAGE.read_text(encoding="utf-8")
            PAGE.write_text(renewed(old, section.title, text, command), encoding="utf-8")
    sys.exit(0 if holds else 1)


if __name__ == "__main__":
    main()
