"""What helps contributors before they ask: hooks before a commit, and settings of editors."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from catalog import docs, rules, workspace
from catalog.manifests import schema
from catalog.releases.building import build
from tests.benchmarks.checking import write_catalog

ROOT = Path(__file__).parents[1]
HOOKS = [
    hook
    for repository in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    for hook in repository["hooks"]
]


def test_hooks_download_nothing() -> None:
    """https://pre-commit.com/#repository-local-hooks: id, name, entry and language are needed."""
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
    assert [repository["repo"] for repository in config["repos"]] == ["local"]
    assert len({hook["id"] for hook in HOOKS}) == len(HOOKS) > 0
    for hook in HOOKS:
        assert {"id", "name", "entry", "language"} <= {*hook}
        assert {*hook} <= {"id", "name", "entry", "language", "pass_filenames", "types"}
        assert hook["language"] == "system"
        assert hook["entry"].startswith(".venv/bin/")


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of a catalog with one product, whose pages and schemas are generated."""
    root = tmp_path_factory.mktemp("clone")
    write_catalog(root, 1)
    catalog, _ = workspace.load(root)
    workspace.write(root, docs.pages(catalog, build(catalog), rules.catalogue()))
    workspace.write(root / "scripts/catalog/schemas", schema.files())
    git = ("git", "-c", "user.name=Test", "-c", "user.email=test@example.com")
    for command in (
        ("add", "."),
        ("commit", "--quiet", "--message=Generate"),
        ("update-ref", "refs/remotes/origin/main", "HEAD"),
    ):
        subprocess.run([*git, *command], cwd=root, check=True)
    return root


def _runs(hook: dict[str, str], root: Path) -> int:
    """Exit code of a hook; files are given as pre-commit does."""
    tool, *rest = shlex.split(hook["entry"])
    files = [] if "pass_filenames" in hook else ["tests/rehearsals/benchmark-000.py"]
    program = Path(sys.executable).parent / Path(tool).name
    return subprocess.run([str(program), *rest, *files], cwd=root, check=False).returncode


@pytest.mark.parametrize("hook", HOOKS, ids=lambda hook: hook["id"])
def test_a_hook_lets_a_good_commit_through_and_stops_a_bad_one(
    clone: Path, hook: dict[str, str]
) -> None:
    assert _runs(hook, clone) == 0
    for file, bad in {
        "products/benchmark-000/product.yaml": "colour: red\n",
        "products/benchmark-000/README.md": "By hand.\n",
        "scripts/catalog/schemas/product.schema.json": "{}\n",
        "tests/rehearsals/benchmark-000.py": "import os, sys\n",
    }.items():
        (clone / file).write_text((clone / file).read_text() + bad)
    try:
        assert _runs(hook, clone) == 1
    finally:
        restore = ("git", "checkout", "--quiet", ".")
        subprocess.run(restore, cwd=clone, check=True)


def test_editors_know_every_tag_of_our_templates() -> None:
    settings = json.loads((ROOT / ".vscode/settings.json").read_text())
    known = {tag.split(" ")[0] for tag in settings["yaml.customTags"]}
    used = {
        tag
        for file in (ROOT / "products").rglob("*.j2")
        for tag in re.findall(r"(?<=[\s\[])![A-Z]\w+", file.read_text())
    }
    assert used
    assert used <= known
    assert settings["files.associations"] == {"*.yaml.j2": "yaml"}
    assert json.loads((ROOT / ".vscode/extensions.json").read_text())["recommendations"]
