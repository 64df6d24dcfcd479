"""The verb `mutate`: change one thing at a time, and list what nobody notices."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click
import yaml

from catalog import checking
from catalog.cli.console import Progress, Session, say
from catalog.errors import UsageError
from catalog.model import Catalog
from catalog.mutating import choosing, report, trying
from catalog.mutating.asking import Life, Witnesses
from catalog.mutating.mutant import Kind, Mutant, Trial
from catalog.pipeline import must_be_sound
from catalog.rehearsing import finding
from catalog.rehearsing.finding import Play
from catalog.rehearsing.performing import RESULTS

REASONS = "tests/mutations.yaml"
OUTPUT = "build/mutations.json"
TESTS = "tests/products"
"""Where the reasons of survivors, the trials and the tests of products lie."""

LEFT_OUT = {"test_generated_pages", "test_product_templates"}
"""Tests that would notice any change, and those that say again what check says."""


@click.command()
@click.argument("products", nargs=-1)
@click.option(
    "--most", default=2, show_default=True, help="Mutants of each kind in each folder; 0 for all."
)
@click.option("--kind", "kinds", multiple=True, type=click.Choice([k.value for k in Kind]))
@click.option("--file", "files", multiple=True, help="Only mutants of files that begin so.")
@click.option("--list", "only_list", is_flag=True, help="Name the mutants; try none.")
@click.option(
    "--again", is_flag=True, help="Only what nobody noticed in the last run, or was not in it."
)
@click.option(
    "--at-once", default=os.cpu_count() or 1, show_default=True, help="Mutants tried in parallel."
)
@click.pass_obj
def mutate(
    session: Session,
    products: tuple[str, ...],
    *,
    most: int,
    kinds: tuple[str, ...],
    files: tuple[str, ...],
    only_list: bool,
    again: bool,
    at_once: int,
) -> None:
    """Change one thing at a time in each product; list what nobody notices.

    Each mutant is tried against check, tests and rehearsals, in a copy.
    """
    checked = checking.check(session.root)
    must_be_sound(checked)
    catalog = checked.catalog
    if unknown := sorted({*products} - {*catalog.products}):
        known = ", ".join(sorted(catalog.products))
        raise UsageError(f"There is no product {unknown[0]}.", f"Products are {known}.")
    includes = {
        name: built.rendered.includes for name, built in checked.built.items() if built.rendered
    }
    found = choosing.mutants(catalog, includes, products or catalog.products)
    fitting = (
        each
        for each in found
        if each.edit.kind in (kinds or Kind) and each.path.startswith(files or "")
    )
    wanted = choosing.chosen(fitting, most)
    if only_list:
        for each in wanted:
            say(f"{each.place} {each.edit.kind.value}: {each.change}")
        say(f"{len(wanted)} of {len(found)} mutants.")
        return
    output = session.root / OUTPUT
    before = report.from_json(json.loads(output.read_text()), wanted) if again else ()
    told = _try(session.root, catalog, wanted, before, at_once)
    _keep(output, told)
    for line in report.lines(told):
        say(line)
    say(f"{len(found)} mutants are possible; {OUTPUT} holds every trial.")
    sys.exit(0 if report.passes(told) else 1)


def _try(
    root: Path,
    catalog: Catalog,
    wanted: tuple[Mutant, ...],
    before: tuple[Trial, ...],
    at_once: int,
) -> tuple[Trial, ...]:
    """Try them; those that may survive for a reason count as unnoticed, and cost no time."""
    reasons = root / REASONS
    known = report.reasons(yaml.safe_load(reasons.read_text()) if reasons.is_file() else [])
    noticed = {trial.mutant for trial in before}
    left = [one for one in wanted if one not in noticed]
    done = [
        *before,
        *(Trial(mutant=m, noticed="", because=known[m.key]) for m in left if m.key in known),
    ]
    tried = [one for one in left if one.key not in known]
    with Progress("mutants") as progress:
        progress.expect(len(tried))
        steps = _witnesses(root, catalog).steps
        for trial in trying.trials(root, tried, steps, at_once=at_once):
            done.append(trial)
            who = trial.noticed or "NOBODY"
            progress.line(f"{trial.mutant.place} {trial.mutant.change}: {who}")
            _keep(root / OUTPUT, done)
    return report.ordered(done)


def _witnesses(root: Path, catalog: Catalog) -> Witnesses:
    """Everybody to ask."""
    return Witnesses(
        seeds=[f"seed_code/{name}" for name in sorted(catalog.seeds)],
        names=[*catalog.products, *catalog.seeds],
        tests={
            path.relative_to(root).as_posix(): path.read_text()
            for path in sorted((root / TESTS).glob("test_*.py"))
            if path.stem not in LEFT_OUT
        },
        lives=[
            Life(product=play.product, name=play.name, calls=_calls(root, play))
            for play in finding.plays(root)
        ],
    )


def _calls(root: Path, play: Play) -> frozenset[str]:
    """What roles of products called when a rehearsal was last performed here."""
    kept = root / RESULTS / play.product / play.name / "iam.jsonl"
    rows = kept.read_text().splitlines() if kept.is_file() else []
    found = (json.loads(row) for row in rows)
    return frozenset(row["action"] for row in found if ":role/sagemaker-" in row["role"])


def _keep(path: Path, trials: Sequence[Trial]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report.to_json(trials), indent=2, ensure_ascii=False) + "\n")


COMMANDS = (mutate,)
