"""The command line about versions: what a change affects, and the version each product needs."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from types import SimpleNamespace

import pytest

from catalog import checking, workspace
from tests import selecting
from tests.benchmarks.checking import write_catalog
from tests.functional.conftest import Run

FIRST, SECOND = "products/benchmark-000", "products/benchmark-001"
OPEN = "TODO: say what changed for the people who use the product"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Two sound products, committed to a main branch."""
    root = tmp_path / "two"
    write_catalog(root, 2)
    return root


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


def commit(root: Path) -> str:
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    for command in (("add", "."), (*who, "commit", "--quiet", "--message", "On")):
        subprocess.run(["git", "-C", str(root), *command], check=True)  # noqa: S607
    asked = ["git", "-C", str(root), "rev-parse", "HEAD"]
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


def need_an_address(root: Path) -> None:
    """A change of the first product that demands a major version."""
    template = root / FIRST / "template.yaml.j2"
    edit(template, '    Default: ""\n', "")


def grow(root: Path, name: str = "News") -> None:
    """A change of the first product that demands a minor version."""
    template = root / FIRST / "template.yaml.j2"
    edit(template, "Resources:\n", f"Resources:\n  {name}:\n    Type: AWS::SNS::Topic\n")


def say_otherwise(root: Path, folder: str = FIRST) -> None:
    """A change that demands a patch."""
    edit(root / folder / "template.yaml.j2", "Description: Stage", "Description: Step")


# --- changed ------------------------------------------------------------------------------------


def test_nothing_changed(run: Run) -> None:
    assert run("changed") == (0, "No product changed since the main branch.\n")
    assert run("changed", "--base", "main", "--json") == (0, "{}\n")


def test_a_product_says_by_which_path_it_changed(root: Path, run: Run) -> None:
    say_otherwise(root)
    assert run("changed") == (0, "benchmark-000: products/benchmark-000/template.yaml.j2\n")
    found = json.loads(run("changed", "--json")[1])
    assert found == {"benchmark-000": ["products/benchmark-000/template.yaml.j2"]}


def test_what_all_rest_on_changes_all(root: Path, run: Run) -> None:
    edit(root / "catalog.yaml", "owners:", "values: {}\nowners:")
    found = json.loads(run("changed", "--json")[1])
    assert found == {"benchmark-000": ["catalog.yaml"], "benchmark-001": ["catalog.yaml"]}


def test_any_commit_may_be_the_base(root: Path, run: Run) -> None:
    say_otherwise(root)
    middle = commit(root)
    say_otherwise(root, SECOND)
    assert set(json.loads(run("changed", "--base", middle, "--json")[1])) == {"benchmark-001"}
    code, said = run("changed", "--base", "nowhere")
    assert code == 2
    assert "Git knows no commit that this checkout shares with 'nowhere'." in said


def test_a_product_that_is_removed_is_listed(root: Path, run: Run) -> None:
    shutil.rmtree(root / SECOND)
    found = json.loads(run("changed", "--json")[1])
    assert f"{SECOND}/product.yaml" in found["benchmark-001"]
    assert f"benchmark-001, gone: {SECOND}/" in run("changed")[1]


def test_a_check_since_a_commit_is_held_against_that_commit(root: Path) -> None:
    grow(root)
    middle = commit(root)
    say_otherwise(root)
    found = next(each for each in checking.check(root, since=middle).findings if each.stops)
    assert (found.rule, found.place) == ("C202", f"{FIRST}/product.yaml:3:10")
    assert found.remedy.startswith("Make it 1.0.1 ")


# --- bump ---------------------------------------------------------------------------------------


def test_what_was_said_of_a_version_that_is_out_is_not_rewritten(root: Path) -> None:
    log = root / FIRST / "CHANGELOG.md"
    log.write_text(log.read_text().rstrip() + " And more.\n")
    (found,) = checking.check(root).findings
    assert (found.rule, found.file, found.stops) == ("C435", f"{FIRST}/CHANGELOG.md", False)
    assert found.message.startswith("The entry of 1.0.0, which is out, says something else since ")


def test_a_version_rises_by_what_its_change_demands(root: Path, run: Run) -> None:
    need_an_address(root)
    say_otherwise(root, SECOND)
    code, said = run("bump")
    assert code == 0
    assert "benchmark-000 1.0.0 → 2.0.0, a major version\n" in said
    assert "    the default of AlarmEmail is gone\n" in said
    assert "benchmark-001 1.0.0 → 1.0.1, a patch version\n" in said
    catalog, _ = workspace.load(root)
    assert catalog.products["benchmark-000"].product.version == "2.0.0"
    assert (
        "\n- The default of AlarmEmail is gone.\n\n## 1.0.0"
        in (root / FIRST / "CHANGELOG.md").read_text()
    )
    assert f"\n- {OPEN}\n\n## 1.0.0" in (root / SECOND / "CHANGELOG.md").read_text()
    assert {each.rule for each in checking.check(root).findings if each.stops} == {
        "C018",
        "C406",
        "E9106",
    }


def test_twice_is_once(root: Path, run: Run) -> None:
    grow(root)
    run("bump")
    before = workspace.read(root)
    assert run("bump") == (0, "Nothing to raise.\n")
    edit(root / FIRST / "CHANGELOG.md", "- News is new.", "It tells you when it fails.")
    assert run("bump") == (0, "Nothing to raise.\n")  # what its author wrote stays
    edit(root / FIRST / "CHANGELOG.md", "It tells you when it fails.", "- News is new.")
    assert workspace.read(root) == before


def test_a_dry_run_writes_nothing(root: Path, run: Run) -> None:
    grow(root)
    before = workspace.read(root)
    code, said = run("bump", "--dry-run")
    assert (code, "1.0.0 → 1.1.0" in said, "would write" in said) == (0, True, True)
    assert workspace.read(root) == before


def test_more_work_raises_the_same_entry(root: Path, run: Run) -> None:
    say_otherwise(root)
    run("bump")
    edit(root / FIRST / "CHANGELOG.md", f"- {OPEN}", "- Other words.")
    grow(root)
    assert "1.0.1 → 1.1.0" in run("bump")[1]
    text = (root / FIRST / "CHANGELOG.md").read_text()
    assert "1.0.1" not in text
    assert "- Other words.\n- News is new.\n\n## 1.0.0" in text


def test_a_version_that_its_template_prints_counts(root: Path, run: Run) -> None:
    """A name with the version in it changes with the version, which replaces what bears it."""
    template = root / FIRST / "template.yaml.j2"
    edit(template, "-artifacts-0", "-artifacts-${{ product.version | replace('.', '-') }}")
    commit(root)
    say_otherwise(root)
    assert "benchmark-000 1.0.0 → 2.0.0, a major version" in run("bump", "--base", "HEAD")[1]
    assert run("bump", "--base", "HEAD") == (0, "Nothing to raise.\n")


def test_a_version_is_never_lowered(root: Path, run: Run) -> None:
    say_otherwise(root)
    edit(root / FIRST / "product.yaml", "version: 1.0.0", "version: 3.0.0  # for the fair")
    assert "benchmark-000 3.0.0 → 3.0.0" in run("bump")[1]  # its changelog has no entry yet
    assert "version: 3.0.0  # for the fair\n" in (root / FIRST / "product.yaml").read_text()


def test_a_version_that_went_down_rises_again(root: Path, run: Run) -> None:
    say_otherwise(root)
    edit(root / FIRST / "product.yaml", "version: 1.0.0", "version: 0.9.0")
    assert "benchmark-000 0.9.0 → 1.0.1" in run("bump")[1]


def test_an_acceptance_makes_the_step_smaller(root: Path, run: Run) -> None:
    need_an_address(root)
    manifest = root / FIRST / "product.yaml"
    entry = "contract: [{version: 1.0.1, accept: Parameters.AlarmEmail, because: nobody did so}]\n"
    manifest.write_text(manifest.read_text() + entry)
    assert "benchmark-000 1.0.0 → 1.0.1" in run("bump")[1]
    found = {each.rule for each in checking.check(root).findings}
    assert "C206" in found
    assert not found & {"C204", "C207"}


def test_only_products_named_are_raised(root: Path, run: Run) -> None:
    say_otherwise(root)
    say_otherwise(root, SECOND)
    run("bump", "benchmark-001")
    catalog, _ = workspace.load(root)
    versions = [folder.product.version for folder in catalog.products.values()]
    assert versions == ["1.0.0", "1.0.1"]
    code, said = run("bump", "benchmark-002")
    assert (code, "There is no product 'benchmark-002'." in said) == (2, True)


def test_a_manifest_that_is_wrong_is_told_and_not_raised(root: Path, run: Run) -> None:
    edit(root / FIRST / "product.yaml", "title:", "titel:")
    say_otherwise(root, SECOND)
    code, said = run("bump")
    assert code == 1
    assert f"{FIRST}/product.yaml" in said
    assert "benchmark-001 1.0.0 → 1.0.1" in said


# --- Tests of what changed ----------------------------------------------------------------------


def test_tests_of_what_is_left_alone_are_spared(root: Path) -> None:
    say_otherwise(root)
    assert selecting.affected(root, "main") == {"benchmark-000"}
    (root / "tests/rehearsals/benchmark-001.py").write_text("# A life.\n")
    assert selecting.affected(root, "main") == {"benchmark-000", "benchmark-001"}


@pytest.mark.parametrize("path", ["tests/products/test_a.py", "tests/conftest.py", "scripts/x.py"])
def test_what_tests_rest_on_affects_all(root: Path, path: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text("")
    assert selecting.affected(root, "main") == {"benchmark-000", "benchmark-001"}


def test_a_foundation_affects_all(root: Path) -> None:
    edit(root / FIRST / "product.yaml", "kind: project", "kind: foundation")
    edit(root / FIRST / "product.yaml", "launch_role: benchmark-launch\n", "")
    edit(root / "portfolios/benchmarks.yaml", "benchmark-000, ", "")
    commit(root)
    say_otherwise(root)
    assert selecting.affected(root, "HEAD") == {"benchmark-000", "benchmark-001"}


def item(path: str, **given: object) -> pytest.Item:
    callspec = SimpleNamespace(params=given)
    return SimpleNamespace(path=selecting.ROOT / path, callspec=callspec)  # type: ignore[return-value]


@pytest.mark.parametrize(
    ("path", "given", "spared"),
    [
        ("tests/products/test_product_templates.py", {"name": "studio-domain"}, True),
        ("tests/products/test_product_templates.py", {"name": "project-roles"}, False),
        ("tests/rehearsals/test_rehearsals.py", {"play": "studio-domain"}, True),
        ("tests/products/test_studio_domain.py", {}, True),  # it speaks of no other
        ("tests/products/test_wildcards.py", {}, False),  # it speaks of all
        ("tests/unit/test_versions.py", {"name": "studio-domain"}, False),
    ],
)
def test_a_test_is_about_what_it_is_given_or_speaks_of(
    path: str, given: dict[str, object], spared: bool
) -> None:
    known = {"studio-domain", "project-roles"}
    assert selecting.spared(item(path, **given), known, {"project-roles"}) is spared
