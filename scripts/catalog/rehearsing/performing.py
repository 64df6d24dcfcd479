"""Performing one rehearsal in this process, from an empty embedded AWS to a verdict."""

from __future__ import annotations

import os
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from catalog.checking import Checked
from catalog.errors import CatalogError, UsageError
from catalog.rehearsing import facts, opening
from catalog.rehearsing.explaining import explain
from catalog.rehearsing.finding import Play
from catalog.rehearsing.ground import Ground, ground
from catalog.rehearsing.keeping import Keeper
from catalog.rehearsing.leading import Leads
from catalog.rehearsing.rehearsal import Rehearsal, Watch
from catalog.rehearsing.timeline import Step, Verdict
from catalog.rehearsing.trouble import Failed
from catalog.targets import Target

RESULTS = "build/rehearsals"
"""Where what stays of rehearsals lies, relative to the root."""


class Silent:
    """Nobody follows."""

    def begins(self, step: Step) -> None:
        """Say nothing."""

    def goes_on(self, what: str) -> None:
        """Say nothing."""

    def ends(self, step: Step) -> None:
        """Say nothing."""


def perform(
    root: Path,
    play: Play,
    watch: Watch | None = None,
    *,
    afterwards: Callable[[Ground], None] = lambda _: None,
) -> Verdict:
    """Perform a rehearsal.

    Args:
        root: Of the catalog.
        play: Which one.
        watch: Follows it.
        afterwards: Is given the embedded AWS as the rehearsal left it.
    """
    began, cpu = time.monotonic(), _cpu()
    keeper = Keeper(folder=root / RESULTS / play.product / play.name)
    keeper.begin()
    checked = opening.built(root)
    with (
        tempfile.TemporaryDirectory(prefix="rehearsal-") as machine,
        ground(_target(checked)) as at,
    ):
        rehearsal = Rehearsal(
            checked=checked,
            ground=at,
            machine=Path(machine),
            kept=keeper.keep,
            explained=_explainer(at, checked),
            watch=watch or Silent(),
        )
        _act(rehearsal, play)
        rehearsal.goes_on("keeps logs and artifacts")
        keeper.keep(at)
        keeper.records(at)
        verdict = Verdict(
            product=play.product,
            name=play.name,
            about=play.about,
            folder=keeper.folder.relative_to(root).as_posix(),
            seconds=time.monotonic() - began,
            cpu=_cpu() - cpu,
            steps=tuple(rehearsal.steps),
        )
        keeper.timeline(verdict)
        afterwards(at)
    return verdict


def _act(rehearsal: Rehearsal, play: Play) -> None:
    """Play it; whatever ends it early becomes the timeline's last step."""
    try:
        if play.opens:
            rehearsal.open()
        play.act(rehearsal)
    except Failed:
        return  # the step that failed says so
    except Exception as error:
        frames = traceback.extract_tb(error.__traceback__)
        own = next((f for f in reversed(frames) if f.filename == play.file), frames[-1])
        told = str(error) if isinstance(error, CatalogError) else f"{type(error).__name__}: {error}"
        step = Step(
            who="rehearsal",
            what=f"{Path(own.filename).name}:{own.lineno} {own.line or ''}",
            where="",
            began=rehearsal.elapsed,
            trouble=(told or "no reason told",),
        )
        rehearsal.steps.append(step)
        rehearsal.watch.ends(step)


def _explainer(at: Ground, checked: Checked) -> Callable[[CatalogError], tuple[str, ...]]:
    rendered = {name: one.rendered for name, one in checked.built.items() if one.rendered}
    leads = Leads(checked.catalog, rendered)
    return lambda error: explain(error, facts.gather(at), leads, at.named)


def _target(checked: Checked) -> Target:
    for target in checked.catalog.settings.targets.values():
        if target.embedded:
            return target
    raise UsageError("catalog.yaml has no embedded target.", "Give one `embedded: true`.")


def _cpu() -> float:
    """Processor seconds of this process and of the ended ones that it started."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system
