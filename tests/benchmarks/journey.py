"""From a clone to a new product in Studio: what an author types, timed command by command."""

from __future__ import annotations

import json
import re
import shlex
import tempfile
from pathlib import Path

from tests.benchmarks.first_run import ENVIRONMENTS, ROOT
from tests.benchmarks.table import Row, Section
from tests.benchmarks.typed import typed

NAME, TITLE = "model-shelf", "Model Shelf"
WITHIN = 300.0
"""Seconds that all commands together may take, environments and the author's thinking aside."""

_BEGIN = (
    f"git checkout -b {NAME}",
    f"make new-product NAME={NAME} KIND=project "
    "ARGS='--portfolio sagemaker-organization-templates "
    "--launch-role sagemaker-catalog-project-launch'",
)
_OFFER = (
    "make docs",
    "make check",
    f"make rehearse PRODUCT={NAME}",
    "git add .",
    "git commit -m 'Add a shelf for models'",
    "make review BASE=origin/main",
    f"git push origin {NAME}",
)
_AFTER = ("make publish", "make studio")
"""What the author types up to the questions, after them, and what follows the merge."""


def journey() -> Section:
    """Add a product as CONTRIBUTING.md says, merge it, publish it, find it in Studio."""
    with tempfile.TemporaryDirectory() as folder:
        origin, clone = Path(folder) / "origin.git", Path(folder) / "clone"
        typed(ROOT, "git", "clone", "--quiet", "--bare", str(ROOT), str(origin))
        first, _ = typed(Path(folder), "git", "clone", "--quiet", str(origin), str(clone))
        typed(clone, "git", "config", "user.name", "Author")
        typed(clone, "git", "config", "user.email", "author@example.com")
        tools, _ = typed(clone, "make", *ENVIRONMENTS)
        try:
            took = {line: _typed(clone, line) for line in _BEGIN}
            answered = _answer(clone)
            took |= {line: _typed(clone, line) for line in _OFFER}
            typed(clone, "git", "push", "--quiet", "origin", f"{NAME}:main")  # the merge
            took |= {line: _typed(clone, line) for line in _AFTER}
        finally:
            typed(clone, "make", "local-down")
    commands = len(took) + 1  # the clone itself
    total = first + sum(seconds for seconds, _ in took.values())
    if TITLE not in took["make studio"][1]:
        raise RuntimeError(f"Studio does not list {TITLE}: {took['make studio'][1]}")
    return Section(
        title="From a clone to Studio",
        how=(
            f"A project product added as CONTRIBUTING.md says: {commands} commands typed and "
            f"{answered} questions answered in an editor, mechanically here. Environments and "
            "`make test`, which the pull request runs, are apart; on the embedded AWS. Floor: the "
            "time we allow."
        ),
        rows=(
            Row(what="Environments, downloads included", figure=tools, unit="s"),
            *(
                Row(what=f"`{_short(line)}`", figure=seconds, unit="s")
                for line, (seconds, _) in took.items()
                if line.startswith("make")
            ),
            Row(what="All commands", figure=total, floor=WITHIN, unit="s", most=1.0),
        ),
    )


def _typed(clone: Path, line: str) -> tuple[float, str]:
    return typed(clone, *shlex.split(line))


def _short(line: str) -> str:
    return line.partition(" ARGS=")[0]


def _answer(clone: Path) -> int:
    """Answer every question that `make check` lists, at its line; how many there were."""
    command = f"{clone}/.venv/bin/catalog check --json || true"
    _, said = typed(clone, "sh", "-c", command)
    asked = [each for each in json.loads(said) if each["rule"] == "C018"]
    for each in asked:
        file, row, column = clone / each["file"], each["line"] - 1, each["column"] - 1
        lines = file.read_text(encoding="utf-8").split("\n")
        line = lines[row]
        lines[row] = line[:column] + re.sub(
            r"TODO:? [^\"'\n]*", "What a team needs.", line[column:]
        )
        file.write_text("\n".join(lines), encoding="utf-8")
    return len(asked)
