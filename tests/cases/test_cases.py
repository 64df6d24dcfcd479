"""Tiny catalogs and what is found in them.

A case is a folder of files laid over `base/`, a catalog without a finding. `expected.txt` holds the
findings, as people read them; `UPDATE_CASES=1 pytest tests/cases` writes it anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from catalog.checks import check
from catalog.findings import Finding
from catalog.manifests.assembly import assemble
from catalog.model import SourceFile, Tree
from catalog.registry import REGISTRY
from catalog.releases.building import build

HERE = Path(__file__).parent
FAMILIES = ("manifests", "rendering", "packing")
CASES = sorted(p for family in FAMILIES for p in (HERE / family).iterdir() if p.is_dir())


def tree_of(folder: Path) -> Tree:
    return {
        path.relative_to(folder).as_posix(): SourceFile(content=path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != "expected.txt" and "__pycache__" not in path.parts
    }


def findings_of(tree: Tree) -> list[Finding]:
    catalog, findings = assemble(HERE, tree)
    built = [finding for one in build(catalog).values() for finding in one.findings]
    return sorted({*findings, *check(catalog, tree), *built})


def shown(finding: Finding) -> str:
    remedy = f"\n    {finding.remedy}" if finding.remedy else ""
    return f"{finding.place}: {finding.severity} {finding.rule}: {finding.message}{remedy}\n"


@pytest.mark.parametrize("case", CASES, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_findings(case: Path) -> None:
    found = "".join(shown(f) for f in findings_of({**tree_of(HERE / "base"), **tree_of(case)}))
    expected = case / "expected.txt"
    if os.environ.get("UPDATE_CASES"):
        expected.write_text(found)
    assert found == expected.read_text()


def test_every_case_but_the_good_one_finds_something() -> None:
    empty = [case.name for case in CASES if not (case / "expected.txt").read_text()]
    assert empty == ["good"]


def test_every_number_is_registered() -> None:
    numbers = [rule.number for rule in REGISTRY]
    assert numbers == sorted(set(numbers))
    for case in CASES:
        for line in (case / "expected.txt").read_text().splitlines():
            if not line.startswith(" "):
                assert line.split(": ")[1].split()[1] in numbers
