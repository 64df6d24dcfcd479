"""The pages generated from this repository's own catalog are current."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog import checks, docs, rules, workspace
from catalog.releases.building import build

ROOT = Path(__file__).parents[2]
CATALOG, FINDINGS = workspace.load(ROOT)
PAGES = docs.pages(CATALOG, build(CATALOG), rules.catalogue())


def test_our_manifests_have_no_findings() -> None:
    assert FINDINGS == ()


def test_nothing_is_open_and_whatever_people_launch_is_rehearsed() -> None:
    assert [*checks.check(CATALOG, workspace.read(ROOT))] == []


@pytest.mark.parametrize("path", PAGES)
def test_page_is_current(path: str) -> None:
    assert workspace.texts(ROOT, [path]) == {path: PAGES[path]}, "run make docs"
