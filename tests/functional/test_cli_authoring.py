"""The command line of authors: a check of everything, and of what changed alone."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from catalog import checking
from tests.benchmarks.checking import write_catalog
from tests.functional.conftest import Run

BASE = Path(__file__).parents[1] / "cases" / "base"


def _git(root: Path, *arguments: str) -> None:
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    command = ["git", "-C", str(root), *who, *arguments]
    subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A catalog with one product, `greeter`, committed to a main branch."""
    shutil.copytree(BASE, tmp_path / "a catalog")
    root = tmp_path / "a catalog"
    (root / ".gitignore").write_text("build/\n")
    _git(root, "init", "--quiet", "--initial-branch", "main")
    _git(root, "add", ".")
    _git(root, "commit", "--quiet", "--message", "Begin")
    return root


def test_only_what_changed_is_checked(root: Path, run: Run) -> None:
    code, said = run("check", "--base", "main")
    assert (code, said) == (0, "✓ 0 products, no findings\n")
    assert checking.check(root).touched == {}
    template = root / "products/greeter/template.yaml.j2"
    template.write_text(template.read_text() + "# Changed.\n")
    assert checking.check(root).touched == {"greeter": ("products/greeter/template.yaml.j2",)}
    assert "✗ 1 product, " in run("check", "--base", "main")[1]  # the base is no whole product


def test_nothing_changed_is_nothing_to_launch(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_catalog(tmp_path / "sound", 1)
    monkeypatch.chdir(tmp_path / "sound")
    code, said = run("taskcat", "--target", "prod", "--base", "main")
    assert (code, said) == (0, "Nothing to launch: no product changed since main.\n")


def test_a_manifest_that_is_wrong_says_nothing_about_its_version(root: Path, run: Run) -> None:
    """A misspelt seed changes the content; to bump the version for it would be wrong advice."""
    manifest = root / "products/greeter/product.yaml"
    manifest.write_text(manifest.read_text().replace("code: hello", "code: hallo"))
    found = json.loads(run("check", "--json")[1])
    assert "C005" in {finding["rule"] for finding in found}
    assert "C202" not in {finding["rule"] for finding in found}


def test_a_product_without_changelog_is_a_finding(root: Path, run: Run) -> None:
    (root / "products/greeter/CHANGELOG.md").unlink()
    code, said = run("check")
    assert code == 1
    assert "products/greeter/CHANGELOG.md C015 error: This file is missing." in said


def test_one_mistake_is_one_finding(root: Path, run: Run) -> None:
    """Whoever names a product whose manifest is wrong is not told that there is none."""
    settings = root / "catalog.yaml"
    entry = '    foundation: [{product: greeter, account: "111122223333"}]\n'
    settings.write_text(settings.read_text() + entry)  # the target is its last part
    manifest = root / "products/greeter/product.yaml"
    manifest.write_text(manifest.read_text().replace("title:", "titel:"))
    found = json.loads(run("check", "--json")[1])
    assert {finding["file"] for finding in found} == {"products/greeter/product.yaml"}


def test_a_folder_that_cannot_be_written_is_told_by_its_name(root: Path, run: Run) -> None:
    (root / "build").touch()
    code, said = run("check")
    assert code == 1
    assert "/build/cache/lint cannot be used: Not a directory." in said
    assert "defect" not in said


def test_findings_are_written_for_other_programs(root: Path, run: Run) -> None:
    (root / "products/greeter/CHANGELOG.md").unlink()
    code, said = run("check", "--sarif", "build/check.sarif", "--junit", "build/check.xml")
    assert code == 1
    assert "CHANGELOG.md C015 error" in said
    log = json.loads((root / "build/check.sarif").read_text())
    assert "C015" in {result["ruleId"] for result in log["runs"][0]["results"]}
    assert 'name="products/greeter"' in (root / "build/check.xml").read_text()


def test_what_is_accepted_is_counted_and_shown_when_asked_for(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_catalog(tmp_path / "sound", 1)
    monkeypatch.chdir(tmp_path / "sound")
    folder = tmp_path / "sound/products/benchmark-000"
    template, manifest = folder / "template.yaml.j2", folder / "product.yaml"
    template.write_text(template.read_text().replace("Metadata:\n", "Metadata:\n  cfn-lint: {}\n"))
    entry = "allow: [{rule: E9605, at: Metadata, because: 'another tool reads it'}]\n"
    manifest.write_text(manifest.read_text() + entry)
    _, said = run("check")
    assert "1 allowed (--allowed shows why)" in said
    assert "E9605" not in said
    _, said = run("check", "--allowed")
    assert "E9605 allowed: " in said
    assert "because: another tool reads it" in said
