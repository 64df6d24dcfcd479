"""What people are told to type exists: verbs, options and files in the pages they read first."""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
import yaml

from catalog import cli, docs, rules, workspace
from catalog.manifests import schema
from catalog.releases.building import build
from tests.benchmarks.checking import write_catalog

ROOT = Path(__file__).parents[1]
PAGES = sorted(
    [
        ROOT / "README.md",
        ROOT / "CONTRIBUTING.md",
        ROOT / ".github/pull_request_template.md",
        *(ROOT / "docs/guides").glob("*.md"),
        *(ROOT / "docs/rfcs").glob("*.md"),
    ]
)
VERBS = {*re.findall(r"^([a-z-]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)}
HOOKS = [
    hook
    for repository in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    for hook in repository["hooks"]
]


def _code(page: Path) -> Iterator[str]:
    """Lines of code blocks, and code in the text."""
    text = page.read_text()
    for block in re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        yield from block.splitlines()
    yield from re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text)


def _typed(page: Path) -> Iterator[list[str]]:
    """Commands as words, from `make` or `catalog` on."""
    for line in _code(page):
        told = re.search(r"(?:^|[(\s/])((?:make|catalog) [a-z].*)", line.split("#")[0])
        if told:
            yield told[1].rstrip(')"').split()


def _named(page: Path) -> Iterator[tuple[str, ...]]:
    """Verbs of make with nothing, verbs of catalog with their options."""
    for program, verb, *rest in _typed(page):
        options = [word.split("=")[0] for word in rest if re.match(r"--[a-z]", word)]
        yield (program, verb, *options)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_exist(page: Path) -> None:
    for program, verb, *options in _named(page):
        if program == "make":
            assert verb in VERBS, f"{page.name}: make {verb}"
            continue
        assert verb in cli.VERBS, f"{page.name}: catalog {verb}"
        command = cli.cli.get_command(click.Context(cli.cli), verb)
        assert command
        known = {name for each in command.params for name in (*each.opts, *each.secondary_opts)}
        if not isinstance(command, click.Group):
            assert {*options} <= known, f"{page.name}: catalog {verb} {' '.join(options)}"


def test_the_pages_tell_commands() -> None:
    told = {verb for page in PAGES for program, verb, *_ in _named(page) if program == "make"}
    assert {"new-product", "check", "rehearse", "test", "publish", "docs"} <= told


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), f"{page.name}: {target}"


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
