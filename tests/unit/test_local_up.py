"""What `local up` prints is evaluated by a shell: nothing but exports may be among it."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from catalog.cli import operating


def test_starting_the_embedded_aws_keeps_findings_that_do_not_stop_to_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[bool] = []

    def sound(_: object, *, quiet: bool = False) -> None:
        asked.append(quiet)
        raise SystemExit(0)

    monkeypatch.setattr(operating, "sound", sound)
    CliRunner().invoke(operating.up, [])
    assert asked == [True]
