"""A product made by `catalog new` is whole: only its open questions are found."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from catalog import checks, workspace
from catalog.errors import Refused, UsageError
from catalog.model import Kind
from catalog.releases.building import build
from catalog.scaffold import Seedling, create
from catalog.templates import linting

BASE = Path(__file__).parents[1] / "cases" / "base"


def seedling(name: str, kind: Kind, role: str = "new-launch") -> Seedling:
    role = "" if kind is Kind.FOUNDATION else role
    return Seedling(
        name=name,
        kind=kind,
        owner="team",
        launch_role=role,
        today=date(2026, 11, 20),
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(BASE, tmp_path / "catalog")
    return tmp_path / "catalog"


@pytest.mark.parametrize("kind", Kind)
def test_a_fresh_product_has_only_open_questions(root: Path, kind: Kind) -> None:
    files = create(root, seedling("new-one", kind))
    catalog, findings = workspace.load(root)
    one = build(catalog, ["new-one"])["new-one"]
    open_questions = [*checks.check(catalog, workspace.read(root))]
    assert {f.rule for f in open_questions} == {"C018"}
    assert {f.file for f in open_questions} == {
        f"products/new-one/{name}" for name in ("product.yaml", "CHANGELOG.md", "NOTES.md")
    }
    assert all(f.remedy.startswith("say ") for f in open_questions)
    assert [f.rule for f in findings] == ([] if kind is Kind.FOUNDATION else ["C401"])
    assert one.findings == ()
    assert one.rendered is not None
    scenarios = {path: s.parameters for path, s in one.folder.scenarios.items()}
    request = linting.LintRequest(
        product=one.folder.product,
        rendered=one.rendered,
        regions=("us-east-1",),
        scenarios=scenarios,
    )
    assert linting.lint([request], cache=None, workers=1) == ()
    assert len(files) == 5


def test_an_existing_product_is_left_alone(root: Path) -> None:
    before = (root / "products/greeter/product.yaml").read_text()
    with pytest.raises(Refused, match="already"):
        create(root, seedling("greeter", Kind.PROJECT))
    assert (root / "products/greeter/product.yaml").read_text() == before


@pytest.mark.parametrize("name", ["Greeter", "a b", "../x", "-a", "_shared", ""])
def test_a_bad_name_is_refused(root: Path, name: str) -> None:
    with pytest.raises(UsageError, match="is not a name"):
        create(root, seedling(name, Kind.PROJECT))


def test_a_launch_role_is_a_name(root: Path) -> None:
    with pytest.raises(UsageError, match="needs a launch role"):
        create(root, seedling("new", Kind.ADMIN, "arn:aws:iam::111122223333:role/x"))
