"""What is printed where nobody looks at a terminal."""

from __future__ import annotations

from datetime import date

import pytest

from catalog.cli import console
from catalog.world import telling
from catalog.world.releases import Released

LONG = "deploy-real-time-endpoints-across-accounts-and-regions-of-the-organization"


def test_names_in_a_table_stay_whole_when_it_is_piped(capsys: pytest.CaptureFixture[str]) -> None:
    lives = ("ap-northeast-1", "eu-central-1", "us-east-1")
    released = Released(
        product=LONG,
        version="1.0.0",
        released=date(2026, 11, 26),
        commit="0123456789abcdef",
        digest="fedcba9876543210",
        state="deprecated",
        lives=lives,
        notes=(),
    )
    console.table(telling.releases([released]))
    _, line = capsys.readouterr().out.splitlines()
    assert line.split() == [
        *(LONG, "1.0.0", "2026-11-26", "0123456789ab", "fedcba987654", "deprecated"),
        *", ".join(lives).split(),
    ]
