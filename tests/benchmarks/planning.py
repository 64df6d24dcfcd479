"""CPU time and memory of planning, in processes of their own: `… planning PRODUCTS [memory]`."""

from __future__ import annotations

import subprocess
import sys
import time
import tracemalloc

from catalog.planning.desired import desired, intents
from catalog.planning.planning import plan
from catalog.planning.saved import after
from catalog.state import CatalogState
from tests.benchmarks.table import Row, Section
from tests.benchmarks.world import catalog_of

SMALL, LARGE = 1_000, 10_000
PER_PORTFOLIO = 100
TRIES = 3
"""Runs of which the quickest counts: what else the machine does can only add to a figure."""


def linear() -> Section:
    """Planning ten times as many products takes ten times as much, and no more."""
    small, large = _measured(SMALL), _measured(LARGE)
    factor = LARGE / SMALL
    rows: list[Row] = []
    for unit, noun in (("s", "CPU time"), ("MiB", "Peak memory")):
        name = f"{noun}, {LARGE:,} products"
        rows += (
            Row(what=f"{noun}, {SMALL:,} products", figure=small[unit], unit=unit),
            Row(what=name, figure=large[unit], floor=small[unit] * factor, unit=unit, most=1.3),
        )
    return Section(
        title="Planning",
        how=(
            "From releases to digests, desired state, a plan against an empty catalog, the state "
            f"it leaves, and a plan against that; {PER_PORTFOLIO} products a portfolio, no call. "
            f"CPU time is the least of {TRIES} runs. Floor: {factor:.0f} times the smaller "
            "figure, which is linear. Memory is what Python allocated on top of the releases."
        ),
        rows=tuple(rows),
    )


def _measured(products: int) -> dict[str, float]:
    """Figures by unit; memory apart from time, because tracing it takes time."""
    return {
        "s": min(_apart(products, "s") for _ in range(TRIES)),
        "MiB": _apart(products, "MiB"),
    }


def _apart(products: int, what: str) -> float:
    command = [sys.executable, "-m", "tests.benchmarks.planning", str(products), what]
    ended = subprocess.run(command, capture_output=True, check=True)
    return float(ended.stdout)


def _planned(products: int, unit: str) -> float:
    what = catalog_of(products, products // PER_PORTFOLIO)
    if unit == "MiB":
        tracemalloc.start()
    start = time.process_time()
    intents(what)
    state = desired(what)
    made = plan(state, CatalogState())
    left = after(CatalogState(), made.actions)
    again = plan(state, left)
    seconds = time.process_time() - start
    if not made.actions or again.actions:
        raise RuntimeError("the plans are not what they should be")
    return tracemalloc.get_traced_memory()[1] / 2**20 if unit == "MiB" else seconds


if __name__ == "__main__":
    sys.stdout.write(str(_planned(int(sys.argv[1]), sys.argv[2])))
