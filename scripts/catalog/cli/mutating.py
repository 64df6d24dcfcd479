"""The verb `mutate`: change one thing at a time, and list what nobody notices."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

import click
import yaml

from catalog import checking
from catalog.cli.console import Progress, Session, say
from catalog.errors import UsageError
from catalog.model import Catalog
from catalog.mutating import choosing, report, trying
from catalog.mutating.mutant import Kind, Mutant, Trial
from catalog.pipeline import must_be_sound

REASONS = "tests/mutations.yaml"
OUTPUT = "build/mutations.json"


@click.command()
@click.argument("products", nargs=-1)
@click.option(
    "--most", default=4, show_default=True, help="Mutants of each kind in each folder; 0 for all."
)
@click.option("--kind", "kinds", multiple=True, type=click.Choice([k.value for k in Kind]))
@click.option("--file", "files", multiple=True, help="Only mutants of files that begin so.")
@click.option("--list", "only_list", is_flag=True, help="Name the mutants; try none.")
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
    rehearsed = [path.stem for path in (session.root / "tests/rehearsals").glob("*.py")]
    rehearsed = [name for name in rehearsed if name in catalog.products]
    found = choosing.mutants(catalog, includes, products or catalog.products, rehearsed)
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
    told = _try(session.root, catalog, wanted, at_once)
    _keep(session.root / OUTPUT, told)
    for line in report.lines(told):
        say(line)
    say(f"{len(found)} mutants are possible; {OUTPUT} holds every trial.")
    sys.exit(0 if report.passes(told) else 1)


def _try(
    root: Path, catalog: Catalog, wanted: tuple[Mutant, ...], at_once: int
) -> tuple[Trial, ...]:
    asked = trying.steps(_seeds(catalog), _tests(root, catalog))
    done = []
    with Progress("mutants") as progress:
        progress.expect(len(wanted))
        for trial in trying.trials(root, wanted, asked, at_once=at_once):
            done.append(trial)
            who = trial.noticed or "NOBODY"
            progress.line(f"{trial.mutant.place} {trial.mutant.change}: {who}")
    reasons = root / REASONS
    known = yaml.safe_load(reasons.read_text()) if reasons.is_file() else []
    return report.explained(done, known or [])


def _seeds(catalog: Catalog) -> dict[str, list[str]]:
    return {
        name: [f"seed_code/{seed}" for seed in folder.product.seeds.values()]
        for name, folder in catalog.products.items()
    }


def _tests(root: Path, catalog: Catalog) -> dict[str, list[str]]:
    """Product -> the tests that name it; those of generated pages would notice any change."""
    texts = {
        path.relative_to(root).as_posix(): path.read_text()
        for path in sorted((root / "tests/products").glob("test_*.py"))
        if "generated" not in path.stem
    }
    return {
        name: [path for path, text in texts.items() if f'"{name}"' in text]
        for name in catalog.products
    }


def _keep(path: Path, trials: tuple[Trial, ...]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report.to_json(trials), indent=2, ensure_ascii=False) + "\n")


COMMANDS = (mutate,)
