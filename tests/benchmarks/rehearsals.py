"""Seconds of every rehearsal and of its parts, and what of the products the rehearsals reach."""

from __future__ import annotations

import fnmatch
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from catalog import access, workspace
from catalog.access.coverage import Covered, Standing
from catalog.checking import Checked
from catalog.cli.mutating import OUTPUT as MUTATIONS
from catalog.rehearsing import finding, opening, running
from catalog.rehearsing.timeline import Step, Verdict
from catalog.templates.loops import resources
from catalog.templates.yaml_text import load
from tests.benchmarks.table import Grid, Row, Section

ROOT = Path(__file__).parents[2]
WITHIN = 60.0
"""Seconds that the longest rehearsal may take."""

PARTS = (
    ("foundation", r"lays the foundation"),
    ("publish", r"publishes the catalog"),
    ("launch", r"creates project|launches "),
    ("first run", r"sees run 1 "),
    ("training", r"runs notebooks/|trains "),
    ("to the approval", r"is asked: "),
    ("after it", r"(approves|rejects) the deployment|sees run \d+ "),
    ("clean-up", r"deletes |empties |terminates |leaves nothing behind"),
)
"""A part of a life and the steps of the timeline that belong to it; the first that fits has it."""

REST = "the rest"


def rehearsals() -> Section:
    """Perform every rehearsal, one at a time, each in a process of its own; all must pass."""
    verdicts = running.run(ROOT, finding.plays(ROOT), lambda _: None, at_once=1)
    if failed := [f"{each.product} {each.name}" for each in verdicts if not each.passed]:
        raise RuntimeError(f"These rehearsals failed: {', '.join(failed)}")
    checked = opening.built(ROOT)
    covered, _ = access.covered(workspace.read(ROOT), checked.built, _kept(verdicts, "iam"))
    longest = max(verdicts, key=lambda each: each.seconds)
    every = f"All {len(verdicts)}"
    return Section(
        title="Rehearsals",
        how=(
            "A project's whole life from an empty embedded AWS, one rehearsal at a time, each in a "
            "process of its own, with builds and functions as processes beside it. Floor: the time "
            "we allow to one. CPU counts every process."
        ),
        rows=(
            Row(
                what=f"Longest: {longest.product} {longest.name}",
                figure=longest.seconds,
                floor=WITHIN,
                unit="s",
                most=1.0,
            ),
            Row(what=f"{every}, wall", figure=sum(each.seconds for each in verdicts), unit="s"),
            Row(what=f"{every}, CPU", figure=sum(each.cpu for each in verdicts), unit="s"),
        ),
        grids=(_times(verdicts), _reach(checked, covered, _kept(verdicts, "stacks"))),
        notes=(mutations(ROOT / MUTATIONS),),
    )


def _times(verdicts: Sequence[Verdict]) -> Grid:
    names = [name for name, _ in PARTS]
    return Grid(
        title="Seconds, wall, by part of the life; those of steps, but for the first two columns.",
        headings=("Rehearsal", "Wall", "CPU", *names, REST),
        rows=tuple(
            (
                f"{each.product} {each.name}",
                f"{each.seconds:.1f}",
                f"{each.cpu:.1f}",
                *(f"{spent:.1f}" if spent else "" for spent in parts(each).values()),
            )
            for each in verdicts
        ),
    )


def parts(verdict: Verdict) -> dict[str, float]:
    """Part of a life -> seconds spent in it; the rest holds also what no step counts."""
    spent = Counter[str]()
    for step in verdict.steps:
        spent[_part(step)] += step.seconds  # type: ignore[assignment]  # a Counter of seconds
    named = {name: float(spent[name]) for name, _ in PARTS}
    return {**named, REST: verdict.seconds - sum(named.values())}


def _part(step: Step) -> str:
    return next((name for name, words in PARTS if re.match(words, step.what)), REST)


def _reach(checked: Checked, covered: Sequence[Covered], made: Iterable[Mapping[str, str]]) -> Grid:
    """Of each product: resources made, and what is known of each action of its roles."""
    by_template: dict[str, set[str]] = {}
    for row in made:
        by_template.setdefault(row["template"].partition(" ")[0], set()).add(row["resource"])
    rows = []
    for name, built in sorted(checked.built.items()):
        written = resources(load(built.rendered.text) or {}) if built.rendered else ()
        reached = sum(_is_made(each, by_template.get(name, ())) for each in written)
        own = [one for one in covered if one.grant.product == name]
        rows.append((name, len(written), reached, *_counts(own)))
    total = [sum(column) for column in zip(*(row[1:] for row in rows), strict=True)]
    return Grid(
        title="Resources in each template and those some rehearsal made; statements and actions of "
        "its roles.",
        headings=(
            *("Product", "Resources", "Made", "Statements", "Decided a call", "Actions"),
            *(standing.value.capitalize() for standing in Standing),
        ),
        rows=tuple(
            (str(name), *(f"{count:,}" for count in counts))
            for name, *counts in (*rows, ("Together", *total))
        ),
    )


def _is_made(written: str, made: Iterable[str]) -> bool:
    """Whether a logical id was made, or for that of a loop (`Member${Name}`) one of its round."""
    return bool(fnmatch.filter(made, re.sub(r"[$&]\{\w+\}", "*", written)))


def _counts(own: Sequence[Covered]) -> tuple[int, ...]:
    """Statements, those exercised, actions, then actions by what is known of them."""

    def statements(some: Iterable[Covered]) -> int:
        return len({(one.grant.holder, one.grant.policy, one.grant.index) for one in some})

    standings = Counter(one.standing for one in own)
    called = [one for one in own if one.standing is Standing.EXERCISED]
    return statements(own), statements(called), len(own), *(standings[each] for each in Standing)


def mutations(path: Path) -> str:
    """What the last run of the mutations said, as a note."""
    if not path.exists():
        return f"Mutants noticed: not measured; `make mutate` writes {MUTATIONS}."
    told: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    part = told["noticed"] / told["tried"] if told["tried"] else 1.0
    return f"Mutants noticed (`make mutate`): {told['noticed']} of {told['tried']}, {part:.0%}."


def _kept(verdicts: Iterable[Verdict], name: str) -> Iterator[dict[str, Any]]:
    for verdict in verdicts:
        text = (ROOT / verdict.folder / f"{name}.jsonl").read_text(encoding="utf-8")
        yield from map(json.loads, text.splitlines())
