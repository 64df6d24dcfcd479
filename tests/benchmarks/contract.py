"""Verdicts over the table of template changes in `tests/cases/contract`: how many are right."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import yaml

from catalog.contract import Bump, face, needed_bump
from catalog.releases.packaging import parsed
from tests.benchmarks.table import Grid, Row, Section

TABLE = Path(__file__).parents[1] / "cases" / "contract"
CHANGES: list[dict[str, Any]] = [
    change for file in sorted(TABLE.glob("*.yaml")) for change in yaml.safe_load(file.read_text())
]


def verdict(change: dict[str, Any]) -> Bump:
    """What a change demands."""
    return needed_bump(face(parsed(change["old"])), face(parsed(change["new"])))


def right(change: dict[str, Any]) -> bool:
    """Whether that is what it should be, for a reason that names the right thing."""
    found = verdict(change)
    said = " ".join(found.reasons)
    return str(found.level) == change["verdict"] and all(
        name in said for name in change.get("names", ())
    )


def verdicts() -> Section:
    """Verdicts right, of all, and by what they should be."""
    start = time.process_time()
    judged = [(change, right(change)) for change in CHANGES]
    seconds = time.process_time() - start
    wrong = [change["change"] for change, holds in judged if not holds]
    expected = Counter(change["verdict"] for change in CHANGES)
    met = Counter(change["verdict"] for change, holds in judged if holds)
    return Section(
        title=f"The contract's verdicts on {len(CHANGES)} template changes",
        how=(
            "Changes, to those that are called what CloudFormation's documented update behaviour "
            "makes of them, for the right reason. The table was committed before the code, sixty "
            "and then twenty; what was there before the first gave 32 of the sixty."
        ),
        rows=(
            Row(
                what="Changes, to verdicts right",
                figure=len(CHANGES),
                floor=len(CHANGES) - len(wrong),
                unit="verdicts",
                most=1,
            ),
            Row(what="CPU time of all", figure=seconds, unit="s"),
        ),
        grids=(
            Grid(
                title="By what they should be.",
                headings=("Verdict", "Changes", "Right"),
                rows=tuple((one, str(expected[one]), str(met[one])) for one in sorted(expected)),
            ),
        ),
        notes=tuple(f"wrong: {change}" for change in wrong),
    )
