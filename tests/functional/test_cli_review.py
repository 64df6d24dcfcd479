"""`catalog review` as people run it: without credentials, against what was last published."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from catalog import cli, states, workspace
from catalog.cli import reviewing
from catalog.places import named
from catalog.planning import plans
from catalog.state import CatalogState
from catalog.targets import Target

BASE = Path(__file__).parents[1] / "cases/reviews/_base"
Run = Callable[..., tuple[int, str, str]]


def _git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    command = ["git", "-C", str(root), *who, *arguments]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A clone with one portfolio changed, which needs no lint."""
    bare, root = tmp_path / "remote.git", tmp_path / "catalog"
    _git(tmp_path, "init", "--quiet", "--bare", "--initial-branch", "main", str(bare))
    shutil.copytree(BASE, root)
    (root / ".gitignore").write_text("build/\n")
    _git(root, "init", "--quiet", "--initial-branch", "main")
    _git(root, "add", ".")
    _git(root, "commit", "--quiet", "--message", "Begin")
    _git(root, "remote", "add", "origin", str(bare))
    _git(root, "push", "--quiet", "origin", "main")
    portfolio = root / "portfolios/projects.yaml"
    portfolio.write_text(portfolio.read_text().replace("{ou: workloads}", "{ou: research}"))
    return root


@pytest.fixture
def run(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    monkeypatch.chdir(root)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(root / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")

    def run(*arguments: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["catalog", *arguments])
        code: object = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code or 0
        said = capsys.readouterr()
        assert isinstance(code, int)
        return code, said.out, said.err

    return run


def prod(root: Path) -> Target:
    return named(workspace.load(root)[0], "prod")


def test_the_comment_is_printed_and_kept(root: Path, run: Run) -> None:
    code, said, wrong = run("review", "--base", "origin/main")
    assert (code, wrong) == (0, "")
    assert said == (root / reviewing.REVIEW).read_text()
    assert said.startswith("<!-- catalog review -->\n")
    assert "reach grows: `research` now shared with it" in said
    assert "Planned against what the base wants, as if it were published" in said


def test_it_plans_against_the_branch_of_the_last_publish(root: Path, run: Run) -> None:
    for region in prod(root).regions:
        states.write(root, prod(root), region, CatalogState())
    states.record(root, "origin", prod(root))
    shutil.rmtree(root / states.FOLDER)
    _git(root, "fetch", "--quiet", "origin")
    _, said, _ = run("review")
    assert "Planned against the state of the last publish, from origin/catalog-state." in said
    assert "Plan for prod (eu-west-1, us-east-1): 3 actions" in said
    assert "  + portfolio projects: new" in said


def test_without_a_saved_state_it_says_where_it_looked_and_what_to_do(root: Path, run: Run) -> None:
    _, said, _ = run("review", "--base", "origin/main")
    assert ": origin/catalog-state, as last fetched, has no state of this target." in said
    states.write(root, prod(root), "eu-west-1", CatalogState())
    _, said, _ = run("review", "--base", "origin/main")
    assert "of this target; --state build/state takes what this checkout saw last." in said


def test_it_plans_against_states_in_a_folder(root: Path, run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "states"
    (folder / "prod").mkdir(parents=True)
    (folder / "prod/eu-west-1.json").write_text(plans.to_json(CatalogState()))
    _, said, _ = run("review", "--state", str(folder))
    assert "Plan for prod (eu-west-1): 3 actions" in said
    assert "Plan for prod (us-east-1): 1 action" in said


def test_a_branch_nobody_knows(run: Run) -> None:
    code, _, wrong = run("review", "--base", "origin/nowhere")
    assert code == 2
    assert "Git knows no commit that this checkout shares with 'origin/nowhere'." in wrong


def test_a_base_that_looks_like_an_option_is_none(run: Run) -> None:
    code, _, wrong = run("review", "--base", "--all")
    assert code == 2
    assert "Git knows no commit that this checkout shares with '--all'." in wrong
