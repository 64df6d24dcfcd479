"""Try mutants: each in a copy of the catalog, until somebody notices or nobody is left to ask.

A copy has no history, so that no mutant is noticed merely because a released version changed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

from catalog.errors import Refused
from catalog.mutating.mutant import Mutant, Trial

COPIED = ("catalog.yaml", "pyproject.toml", "portfolios", "products", "seed_code", "tests")
LIMIT = 300
"""Seconds a step may take; a mutant that does not end has been noticed."""

_JUNK = shutil.ignore_patterns("__pycache__", "*.pyc", ".pytest_cache", ".hypothesis", "benchmarks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Somebody who may notice: a name people know, and a command that fails when it does."""

    name: str
    command: Sequence[str]


Steps = Callable[[Mutant | None, Path], Iterable[Step]]
"""Whom to ask, in order, about a mutant in a copy; about the unchanged catalog for None."""


def steps(seeds: Mapping[str, Collection[str]], tests: Mapping[str, Collection[str]]) -> Steps:
    """Check first, then the tests of code, then rehearsals, then what tests say of the product.

    Args:
        seeds: Product -> the folders of its seed code, relative to the root.
        tests: Product -> the files of tests that speak of it, relative to the root.
    """

    def ask(mutant: Mutant | None, root: Path) -> Iterator[Step]:
        asked = mutant.products if mutant else tuple(sorted(tests))
        tool = (sys.executable, "-m", "catalog", "--root", str(root))
        pytest = (sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider")
        yield Step(name="check", command=(*tool, "check"))
        for name, folders in (("tests of seed code", seeds), ("tests of products", tests)):
            paths = sorted({path for product in asked for path in folders.get(product, ())})
            if paths:
                found = (*pytest, *(str(root / path) for path in paths))
                yield Step(name=name, command=found)
            if folders is seeds:
                for product in asked:
                    if (root / f"tests/rehearsals/{product}.py").is_file():
                        yield Step(
                            name=f"rehearsal of {product}",
                            command=(*tool, "rehearse", product, "--stop"),
                        )

    return ask


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
        unchanged = _tried(root, Path(place) / "unchanged", None, asked)
        if unchanged.noticed:
            raise Refused(
                f"{unchanged.noticed} fails already: {unchanged.words}",
                "Mend that first; a mutant that fails too would show nothing.",
            )
        with ThreadPoolExecutor(max_workers=at_once) as pool:
            under_way = [
                pool.submit(_tried, root, Path(place) / str(number), mutant, asked)
                for number, mutant in enumerate(mutants)
            ]
            try:
                for done in as_completed(under_way):
                    yield _trial(done.result())
            finally:
                for each in under_way:
                    each.cancel()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tried:
    mutant: Mutant | None
    noticed: str
    words: str
    seconds: float


def _trial(tried: _Tried) -> Trial:
    assert tried.mutant is not None  # noqa: S101 - the unchanged catalog is not among them
    return Trial(
        mutant=tried.mutant, noticed=tried.noticed, words=tried.words, seconds=tried.seconds
    )


def _tried(root: Path, copy: Path, mutant: Mutant | None, asked: Steps) -> _Tried:
    start = time.monotonic()
    for name in COPIED:
        source = root / name
        if source.is_dir():
            shutil.copytree(source, copy / name, ignore=_JUNK)
        elif source.is_file():
            copy.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy / name)
    if mutant:
        changed = copy / mutant.path
        changed.write_text(mutant.edit.applied(changed.read_text(encoding="utf-8")), "utf-8")
    noticed, words = "", ""
    for step in asked(mutant, copy):
        failed, words = _failed(step, copy)
        if failed:
            noticed = step.name
            break
    shutil.rmtree(copy)
    seconds = time.monotonic() - start
    return _Tried(mutant=mutant, noticed=noticed, words=words, seconds=seconds)


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
    telling = [line for line in lines if " error: " in line or line.startswith(("E  ", "FAILED"))]
    said = telling[:1] or lines[-1:]
    return ended.returncode != 0, said[0].strip() if said else ""
