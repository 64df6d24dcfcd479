"""Many rehearsals at the same time: each in a process of its own, told as they go."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from catalog.rehearsing.finding import Play
from catalog.rehearsing.junit import junit
from catalog.rehearsing.performing import RESULTS
from catalog.rehearsing.timeline import Step, Verdict

JUNIT = f"{RESULTS}/junit.xml"
"""Where the results of a run lie for build systems, relative to the root."""


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something that happened in a rehearsal.

    Args:
        kind: `begins` and `ends` (a step), `goes-on` (a text), `open` (shell exports that reach
            its embedded AWS).
    """

    play: Play
    kind: str
    step: Step | None = None
    text: str = ""


def run(
    root: Path,
    plays: Sequence[Play],
    tell: Callable[[News], None],
    *,
    at_once: int = 0,
    keep: bool = False,
    stop: bool = False,
) -> tuple[Verdict, ...]:
    """Perform rehearsals, write the JUnit report.

    Args:
        root: Of the catalog.
        plays: Which ones.
        tell: Hears everything, from any thread.
        at_once: How many processes; 0 for as many as there are processors.
        keep: Let the embedded AWS of each stand until standard input ends.
        stop: End everything once a rehearsal has failed.

    Returns:
        The verdicts of those that came to an end, in the order of `plays`.
    """
    workers = at_once or os.cpu_count() or 1
    company = _Company(root=root, tell=tell, keep=keep, stop=stop)
    with ThreadPoolExecutor(workers) as pool:
        verdicts = tuple(each for each in pool.map(company.perform, plays) if each)
    (root / JUNIT).parent.mkdir(parents=True, exist_ok=True)
    (root / JUNIT).write_text(junit(verdicts), encoding="utf-8")
    return verdicts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Company:
    """The processes of one run; see `run`."""

    root: Path
    tell: Callable[[News], None]
    keep: bool
    stop: bool
    _stopped: threading.Event = field(default_factory=threading.Event)
    _processes: list[subprocess.Popen[str]] = field(default_factory=list)

    def perform(self, play: Play) -> Verdict | None:
        """The verdict on one rehearsal; None when another's failure ended it."""
        if self._stopped.is_set():
            return None
        verdict = self._performed(play)
        if self._stopped.is_set():
            return None
        if self.stop and not verdict.passed:
            self._stopped.set()
            for process in self._processes:
                process.terminate()
        return verdict

    def _performed(self, play: Play) -> Verdict:
        root = str(self.root)
        command = [sys.executable, "-m", "catalog.rehearsing", root, play.product, play.name]
        with subprocess.Popen(  # noqa: S603 - our own program
            [*command, *(["keep"] if self.keep else [])],
            stdin=None if self.keep else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            self._processes.append(process)
            verdict, trouble = None, ""
            for line in process.stdout or ():
                told = json.loads(line)
                if told["kind"] == "verdict":
                    verdict = _verdict(told["value"])
                elif told["kind"] == "error":
                    trouble = told["value"]
                else:
                    self.tell(_news(play, told))
            errors = (process.stderr.read() if process.stderr else "").strip()
        return verdict or _lost(
            play, trouble or errors or f"its process ended {process.returncode}"
        )


def _news(play: Play, told: Mapping[str, Any]) -> News:
    if isinstance(told["value"], str):
        return News(play=play, kind=told["kind"], text=told["value"])
    return News(play=play, kind=told["kind"], step=_step(told["value"]))


def _step(given: Mapping[str, Any]) -> Step:
    return Step(**{**given, "trouble": tuple(given["trouble"])})


def _verdict(given: Mapping[str, Any]) -> Verdict:
    return Verdict(**{**given, "steps": tuple(_step(each) for each in given["steps"])})


def _lost(play: Play, why: str) -> Verdict:
    """The verdict on a rehearsal that could not begin, or whose process died."""
    step = Step(who="rehearsal", what="begins", where="", began=0.0, trouble=(why,))
    return Verdict(
        product=play.product,
        name=play.name,
        about=play.about,
        folder=f"{RESULTS}/{play.product}/{play.name}",
        seconds=0.0,
        cpu=0.0,
        steps=(step,),
    )
