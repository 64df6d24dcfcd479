"""The first and the second `make publish` in a fresh clone, as a newcomer types them."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from tests.benchmarks.table import Row, Section
from tests.benchmarks.typed import typed

ROOT = Path(__file__).parents[2]
FIRST_WITHIN, SECOND_WITHIN = 60.0, 5.0
"""Seconds."""

ENVIRONMENTS = (".venv/.ready", ".venv-taskcat/.ready")


def first_run() -> Section:
    """Clone what is committed, make the environments, publish twice."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)  # noqa: S607
        try:
            tools, _ = typed(clone, "make", *ENVIRONMENTS)
            first, _ = typed(clone, "make", "publish")
            second, _ = typed(clone, "make", "publish")
        finally:
            typed(clone, "make", "local-down")
    return Section(
        title="A fresh clone",
        how=(
            "`make publish` in a clone without build outputs, from an empty embedded AWS to what "
            "Studio shows, taskcat included; then once more. Floor: the time we allow. The "
            "environments are made before, because most of that is downloading."
        ),
        rows=(
            Row(what="Environments, downloads included", figure=tools, unit="s"),
            Row(what="make publish", figure=first, floor=FIRST_WITHIN, unit="s", most=1.0),
            Row(what="make publish again", figure=second, floor=SECOND_WITHIN, unit="s", most=1.0),
        ),
    )
