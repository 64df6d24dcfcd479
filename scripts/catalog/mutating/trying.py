"""Try mutants: each in a copy of the catalog, until somebody notices or nobody is left to ask.

A copy has no history, so that no mutant is noticed merely because a released version changed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from catalog.errors import Refused
from catalog.mutating.mutant import Mutant, Step, Trial

COPIED = (
    "catalog.yaml",
    "pyproject.toml",
    "Makefile",
    "buildspecs",
    "portfolios",
    "products",
    "seed_code",
    "tests",
)
CACHE = "build/cache/lint"
"""Results of linting by content; a copy needs only those of what was changed anew."""
LIMIT = 300
"""Seconds a step may take; a mutant that does not end has been noticed."""

_TELLING = (" error: ", "E   ", " ✗ ", "FAILED")
"""What a line has that says what is wrong: of check, of tests, of a rehearsal, of tests again."""

_JUNK = shutil.ignore_patterns("__pycache__", "*.pyc", ".pytest_cache", ".hypothesis", "benchmarks")


Steps = Callable[[Mutant, Path], Iterable[Step]]
"""Whom to ask about a mutant in a copy, in this order."""


def trials(root: Path, mutants: Sequence[Mutant], asked: Steps, *, at_once: int) -> Iterator[Trial]:
    """Try mutants, each as it comes to its end.

    Args:
        root: The catalog's root.
        mutants: What to try.
        asked: Whom to ask about each.
        at_once: How many to try at the same time.

    Raises:
        Refused: The catalog itself fails a step, so that nothing follows from a mutant that does.
    """
    with tempfile.TemporaryDirectory(prefix="mutants-") as place:
        unchanged = Unchanged(copy=Path(place) / "unchanged")
        _copy(root, unchanged.copy)
        with ThreadPoolExecutor(max_workers=at_once) as pool:
            under_way = [
                pool.submit(_tried, unchanged, Path(place) / str(number), mutant, asked)
                for number, mutant in enumerate(mutants)
            ]
            try:
                for done in as_completed(under_way):
                    yield done.result()
            finally:
                for each in under_way:
                    each.cancel()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unchanged:
    """The catalog as it is, asked what a mutant failed; once each, because that takes time.

    Args:
        copy: Where it lies.
    """

    copy: Path
    _passed: set[tuple[str, ...]] = field(default_factory=set)
    _one_at_a_time: threading.Lock = field(default_factory=threading.Lock)

    def passes(self, step: Step, copy: Path) -> None:
        """See that the step of a mutant's copy passes here.

        Raises:
            Refused: It does not.
        """
        command = tuple(part.replace(str(copy), str(self.copy)) for part in step.command)
        with self._one_at_a_time:
            if command in self._passed:
                return
            failed, words = _failed(Step(name=step.name, command=command), self.copy)
            if failed:
                raise Refused(
                    f"{step.name} fails already: {words}",
                    "Mend that first; a mutant that fails too would show nothing.",
                )
            self._passed.add(command)


def _tried(unchanged: Unchanged, copy: Path, mutant: Mutant, asked: Steps) -> Trial:
    start = time.monotonic()
    _copy(unchanged.copy, copy)
    changed = copy / mutant.path
    changed.write_text(mutant.edit.applied(changed.read_text(encoding="utf-8")), "utf-8")
    noticed, words = "", ""
    for step in asked(mutant, copy):
        failed, words = _failed(step, copy)
        if failed:
            noticed = step.name
            break
    seconds = time.monotonic() - start
    if noticed:
        unchanged.passes(step, copy)
    shutil.rmtree(copy)
    return Trial(mutant=mutant, noticed=noticed, words=words if noticed else "", seconds=seconds)


def _copy(root: Path, copy: Path) -> None:
    for name in (*COPIED, CACHE):
        source = root / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=_JUNK)
        elif source.is_file():
            copy.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy / name)


def _failed(step: Step, copy: Path) -> tuple[bool, str]:
    """Whether a step fails, and its last words."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    try:
        ended = subprocess.run(  # noqa: S603 - our interpreter, our tool
            step.command,
            cwd=copy,
            env={**environment, "NO_COLOR": "1", "COLUMNS": "200"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=LIMIT,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return True, f"did not end within {LIMIT} s"
    lines = [line for line in ended.stdout.decode(errors="replace").splitlines() if line.strip()]
    telling = [line for line in lines if any(word in line for word in _TELLING)]
    said = telling[:1] or lines[-1:]
    return ended.returncode != 0, " ".join(said[0].split()) if said else ""
