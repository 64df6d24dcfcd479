"""What `catalog new` makes is a product: its questions answered, it passes whatever ours pass."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from catalog import checking, checks, docs, rules, workspace
from catalog.checking import Checked
from catalog.findings import Finding
from catalog.model import Catalog, Kind
from catalog.rehearsing import finding, performing
from catalog.rehearsing.timeline import text
from catalog.scaffolding.planting import plant
from catalog.scaffolding.seedling import Answers, seedling

OURS = Path(__file__).parents[2]
FOUNDATION = ("project-roles", "persona-roles", "model-bucket-access")
NEW = {
    Kind.FOUNDATION: Answers(name="team-logs", kind="foundation"),
    Kind.PROJECT: Answers(
        name="model-shelf",
        launch_role="sagemaker-catalog-project-launch",
        portfolio="sagemaker-organization-templates",
    ),
    Kind.ADMIN: Answers(
        name="team-contact",
        kind="admin",
        launch_role="sagemaker-catalog-admin-launch",
        portfolio="ml-admin",
    ),
}


def begun(root: Path) -> Catalog:
    """A catalog with our settings and roles, whose portfolios offer nothing yet."""
    shutil.copytree(OURS / "products/_shared", root / "products/_shared")
    for name in FOUNDATION:
        shutil.copytree(OURS / "products" / name, root / "products" / name)
    for file in (OURS / "portfolios").glob("*.yaml"):
        _edit(
            file, root / "portfolios" / file.name, lambda portfolio: portfolio.update(products=[])
        )
    _edit(OURS / "catalog.yaml", root / "catalog.yaml", _lay_less)
    return workspace.load(root)[0]


def _lay_less(settings: dict) -> None:
    """Only the roles of the hub and of the account the rehearsals play in, and the new product."""
    target = settings["targets"]["local"]
    wanted = [
        each
        for each in target["foundation"]
        if each["product"] in FOUNDATION and each["account"] in {"hub", "data-science"}
    ]
    wanted.append({"product": NEW[Kind.FOUNDATION].name, "account": "data-science"})
    target["foundation"] = wanted


def _edit(source: Path, copy: Path, change) -> None:
    yaml = YAML()
    yaml.width = 4096
    content = yaml.load(source)
    change(content)
    copy.parent.mkdir(parents=True, exist_ok=True)
    yaml.dump(content, copy)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("catalog")
    for said in NEW.values():
        catalog = begun(root) if said.name == "team-logs" else workspace.load(root)[0]
        plant(catalog, seedling(catalog, said, date(2026, 11, 20)))
    return root


@pytest.fixture(scope="module")
def asked(root: Path) -> tuple[Finding, ...]:
    """The findings as long as nothing is answered."""
    return checking.check(root).findings


@pytest.fixture(scope="module")
def answered(root: Path, asked: tuple[Finding, ...]) -> Checked:
    """The catalog once every question at its line is answered."""
    for each in (one for one in asked if one.rule == "C018"):
        file = root / each.file
        lines = file.read_text().split("\n")
        line = lines[each.line - 1]
        told = re.sub(r"TODO:? [^\"'\n]*", "It keeps what a team needs.", line[each.column - 1 :])
        lines[each.line - 1] = line[: each.column - 1] + told
        file.write_text("\n".join(lines))
    return checking.check(root)


def test_every_open_question_is_a_finding_and_nothing_else_is(asked: tuple[Finding, ...]) -> None:
    assert {each.rule for each in asked} == {"C018"}
    assert all(each.line and each.remedy for each in asked)
    files = {each.file for each in asked}
    for said in NEW.values():
        assert {f"products/{said.name}/product.yaml", f"products/{said.name}/NOTES.md"} < files
    assert "tests/rehearsals/model-shelf.py" in files


def test_once_answered_nothing_is_found(answered: Checked) -> None:
    assert answered.findings == ()
    assert {said.name for said in NEW.values()} < {*answered.releases}


def test_its_page_is_missing_until_it_is_written(root: Path, answered: Checked) -> None:
    pages = docs.pages(answered.catalog, answered.built, rules.catalogue())
    stale = {each.file for each in checks.stale(pages, workspace.texts(root, pages))}
    assert {f"products/{said.name}/README.md" for said in NEW.values()} <= stale
    workspace.write(root, pages)
    assert not [*checks.stale(pages, workspace.texts(root, pages))]
    assert "It keeps what a team needs." in pages["products/team-contact/README.md"]


def test_its_code_is_in_our_style(root: Path, answered: Checked) -> None:
    for command in (("check", "--config", str(OURS / "pyproject.toml")), ("format", "--check")):
        ran = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--line-length=100", "tests"],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout


@pytest.mark.parametrize("kind", [Kind.PROJECT, Kind.ADMIN])
def test_its_rehearsal_passes_as_it_stands(root: Path, answered: Checked, kind: Kind) -> None:
    """The foundation is laid with the new product in it, and the new ones are launched."""
    (play,) = finding.plays(root, NEW[kind].name)
    verdict = performing.perform(root, play)
    assert verdict.passed, f"\n{text(verdict)}"
    told = [step.what for step in verdict.steps]
    assert told[-1] == "leaves nothing behind in any account"


def test_a_rehearsal_notices_what_is_left_behind(root: Path, answered: Checked) -> None:
    """Without its last act, the scaffolded rehearsal fails."""
    file = root / "tests/rehearsals/model-shelf.py"
    whole = file.read_text()
    file.write_text(whole.replace("    administrator.deletes_model_group(", "    str("))
    try:
        (play,) = finding.plays(root, "model-shelf")
        verdict = performing.perform(root, play)
    finally:
        file.write_text(whole)
    assert not verdict.passed
    assert "model package group" in "\n".join(verdict.steps[-1].trouble)
