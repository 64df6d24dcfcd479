"""Time of `catalog check` as people run it, against cfn-lint over the same templates."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from statistics import median

from catalog.checking import CACHE
from tests.benchmarks.table import Row, Section
from tests.benchmarks.templates import template

TEMPLATES = 50
ROUNDS = 3
"""Of each measurement the median of so many is taken; they alternate, so that all meet the same
weather."""

SINGLE_RUNS = 10
"""cfn-lint runs on one template each that are measured; their mean stands for all `TEMPLATES`."""

BIN = Path(sys.executable).parent

_CATALOG = """\
# yaml-language-server: $schema=scripts/catalog/schemas/catalog.schema.json
owners:
  team: {name: Team, email: team@example.com, url: "https://example.com/team"}
targets:
  prod:
    account: "111122223333"
    regions: [us-east-1]
    ous: {workloads: ou-ab12-11111111}
"""
_PRODUCT = """\
# yaml-language-server: $schema=../../scripts/catalog/schemas/product.schema.json
kind: project
version: 1.0.0
title: Benchmark %(number)s
summary: Builds models.
owner: team
launch_role: benchmark-launch
"""
_CHANGELOG = f"# Changelog\n\n## 1.0.0 - {date(2026, 11, 20)}\n\nFirst release.\n"
_SCENARIO = """\
# yaml-language-server: $schema=../../../scripts/catalog/schemas/scenario.schema.json
summary: As it is by default.
parameters: {SageMakerProjectName: benchmark, SageMakerProjectId: p-benchmark}
"""
_REHEARSAL = """\
def rehearse_nothing(rehearsal):
    pass
"""
_PORTFOLIO = """\
# yaml-language-server: $schema=../scripts/catalog/schemas/portfolio.schema.json
title: Benchmarks
provider: Team
summary: Projects by the dozen.
products: [%(names)s]
principals: [role/data-scientist-*]
share: [{ou: workloads}]
"""


def check() -> Section:
    """`catalog check` over many templates: cold, warm, and with one changed."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        texts = write_catalog(root, TEMPLATES)
        timed = alternating(
            {
                "cold": lambda _: cold(root),
                "one process": lambda _: seconds([BIN / "cfn-lint", *texts], root),
                "warm": lambda _: seconds(_CHECK, root),
                "one changed": lambda number: _one_changed(root, number),
            }
        )
        single = [seconds([BIN / "cfn-lint", text], root) for text in texts[:SINGLE_RUNS]]
    apart = TEMPLATES * sum(single) / len(single)
    together = timed["one process"]
    return Section(
        title=f"`catalog check` over {TEMPLATES} templates of about 400 lines",
        how=(
            f"Whole commands, each the median of {ROUNDS}, in a git checkout with a main branch. "
            f"Floor: {TEMPLATES} runs of cfn-lint (the mean of {SINGLE_RUNS}, times {TEMPLATES}), "
            "or one run of it over all files."
        ),
        rows=(
            Row(what="Cold, to 50 runs", figure=timed["cold"], floor=apart, unit="s", most=0.15),
            Row(what="Cold, to one run", figure=timed["cold"], floor=together, unit="s", most=0.65),
            Row(what="Warm, to 50 runs", figure=timed["warm"], floor=apart, unit="s", most=0.03),
            Row(
                what="One template changed, to 50 runs",
                figure=timed["one changed"],
                floor=apart,
                unit="s",
                most=0.03,
            ),
        ),
    )


def write_catalog(root: Path, products: int) -> list[str]:
    """A catalog on the disk, committed to a main branch; its templates' paths, as cfn-lint's."""
    names = [f"benchmark-{number:03}" for number in range(products)]
    files = {
        "catalog.yaml": _CATALOG,
        ".gitignore": "build/\n",
        "portfolios/benchmarks.yaml": _PORTFOLIO % {"names": ", ".join(names)},
    }
    for number, name in enumerate(names):
        files[f"products/{name}/product.yaml"] = _PRODUCT % {"number": number}
        files[f"products/{name}/CHANGELOG.md"] = _CHANGELOG
        files[f"products/{name}/scenarios/default.yaml"] = _SCENARIO
        files[f"products/{name}/template.yaml.j2"] = template(number)
        files[f"tests/rehearsals/{name}.py"] = _REHEARSAL
        files[f"build/templates/{name}.yaml"] = template(number)
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    for command in (("init", "--quiet", "--initial-branch=main"), ("add", "."), COMMIT):
        subprocess.run(["git", "-C", str(root), *command], check=True)  # noqa: S607
    return [path for path in files if path.startswith("build/templates/")]


COMMIT = (
    "-c",
    "user.name=Benchmark",
    "-c",
    "user.email=benchmark@example.com",
    "commit",
    "--quiet",
    "--message=Synthetic products",
)
_CHECK = (BIN / "catalog", "check")


def alternating(measured: dict[str, Callable[[int], float]]) -> dict[str, float]:
    """Median seconds of each, taken in turns; each hears the number of its turn."""
    every: dict[str, list[float]] = {name: [] for name in measured}
    for number in range(ROUNDS):
        for name, measure in measured.items():
            every[name].append(measure(number))
    return {name: median(taken) for name, taken in every.items()}


def cold(root: Path, command: Sequence[str | Path] = (), *, expected: int = 0) -> float:
    """Wall time of a command, `catalog check` unless another is given, without lint results."""
    shutil.rmtree(root / CACHE, ignore_errors=True)
    return seconds(command or _CHECK, root, expected=expected)


def _one_changed(root: Path, number: int) -> float:
    file = root / "products/benchmark-000/template.yaml.j2"
    committed = file.read_text(encoding="utf-8")
    file.write_text(template(TEMPLATES + number), encoding="utf-8")
    taken = seconds(_CHECK, root, expected=1)  # the version should have been raised
    file.write_text(committed, encoding="utf-8")
    return taken


def seconds(command: Sequence[str | Path], root: Path, *, expected: int = 0) -> float:
    """Wall time of a command that must end as expected.

    Raises:
        RuntimeError: It did not; its output says why.
    """
    start = time.monotonic()
    ended = subprocess.run(
        [str(part) for part in command], cwd=root, capture_output=True, text=True, check=False
    )
    taken = time.monotonic() - start
    if ended.returncode != expected:
        raise RuntimeError(f"{command[0]} ended with {ended.returncode}: {ended.stdout[-2000:]}")
    return taken
