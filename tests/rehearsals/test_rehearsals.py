"""Every rehearsal of every product passes."""

from pathlib import Path

import pytest

from catalog.rehearsing import finding, performing
from catalog.rehearsing.finding import Play
from catalog.rehearsing.timeline import text

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "play", finding.plays(ROOT), ids=lambda play: f"{play.product}-{play.name}"
)
def test_passes(play: Play) -> None:
    verdict = performing.perform(ROOT, play)
    assert verdict.passed, f"\n{text(verdict)}"
