"""The first and the second `make publish` in a fresh clone, as a newcomer types them."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from pathlib import Path

from tests.benchmarks.table import Row, Section

ROOT = Path(__file__).parents[2]
FIRST_WITHIN, SECOND_WITHIN = 60.0, 5.0
"""Seconds."""

_ENVIRONMENTS = (".venv/.ready", ".venv-taskcat/.ready")

_NOT_OURS = ("ARGS", "MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS", "VIRTUAL_ENV")
"""What a newcomer's shell would not hold: `make bench ARGS=…` hands its ARGS on to every make."""


def first_run() -> Section:
    """Clone what is committed, make the environments, publish twice."""
    with tempfile.TemporaryDirectory() as folder:
        clone = Path(folder) / "clone"
        subprocess.run(["git", "clone", "--quiet", str(ROOT), str(clone)], check=True)  # noqa: S607
        try:
            tools = _seconds(clone, *_ENVIRONMENTS)
            first = _seconds(clone, "publish")
            second = _seconds(clone, "publish")
        finally:
            _seconds(clone, "local-down")
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


def _seconds(clone: Path, *targets: str) -> float:
    """Wall time of `make` in the clone.

    Raises:
        RuntimeError: It failed; the message ends with what it said.
    """
    theirs = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_") and name not in _NOT_OURS
    }
    start = time.monotonic()
    ended = subprocess.run(
        ["make", *targets],  # noqa: S607
        cwd=clone,
        env=theirs,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.monotonic() - start
    if ended.returncode:
        said = (ended.stdout + ended.stderr)[-2000:]
        raise RuntimeError(f"make {' '.join(targets)} ended with {ended.returncode}: {said}")
    return seconds
