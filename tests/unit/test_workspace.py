"""Disk and git: the same tree from both."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from catalog import git, workspace
from catalog.errors import EnvironmentFault

BASE = Path(__file__).parents[1] / "cases" / "base"


def run(root: Path, *command: str) -> None:
    identity = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    subprocess.run(["git", *identity, *command], cwd=root, check=True, capture_output=True)  # noqa: S607


@pytest.fixture
def root(tmp_path: Path) -> Path:
    shutil.copytree(BASE, tmp_path / "catalog")
    return tmp_path / "catalog"


@pytest.fixture
def checkout(root: Path) -> Path:
    run(root, "init", "-q", "-b", "main")
    (root / ".gitignore").write_text("*.log\n")
    run(root, "add", "-A")
    run(root, "commit", "-q", "-m", "First")
    return root


def test_the_root_is_found_from_below(root: Path) -> None:
    assert workspace.find_root(root / "products" / "greeter") == root.resolve()


def test_no_root_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(EnvironmentFault, match=r"no catalog\.yaml") as fault:
        workspace.find_root(tmp_path)
    assert fault.value.remedy


def test_a_catalog_without_git(root: Path) -> None:
    junk = root / "seed_code" / "hello" / "__pycache__" / "x.pyc"
    junk.parent.mkdir()
    junk.write_bytes(b"x")
    tree = workspace.read(root)
    assert "seed_code/hello/README.md" in tree
    assert not [path for path in tree if "__pycache__" in path]
    assert git.commit(root) == ""


def test_a_build_knows_its_commit_by_what_was_fetched(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(git.FETCHED, "a" * 40)
    assert git.commit(root) == "a" * 40


def test_a_repository_speaks_for_itself(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(git.FETCHED, "a" * 40)
    assert git.commit(checkout) not in ("", "a" * 40)


def test_links_are_seen_and_not_followed(root: Path) -> None:
    (root / "seed_code" / "hello" / "out").symlink_to("/etc")
    (root / "seed_code" / "hello" / "passwd").symlink_to("/etc/passwd")
    tree = workspace.read(root)
    assert tree["seed_code/hello/out"].link
    assert tree["seed_code/hello/passwd"].content == b"/etc/passwd"
    assert not [path for path in tree if path.startswith("seed_code/hello/out/")]


def test_disk_and_commit_are_the_same_tree(checkout: Path) -> None:
    (checkout / "seed_code" / "hello" / "run é.sh").write_text("echo\n")
    (checkout / "seed_code" / "hello" / "run é.sh").chmod(0o755)
    (checkout / "seed_code" / "hello" / "link").symlink_to("README.md")
    run(checkout, "add", "-A")
    run(checkout, "commit", "-q", "-m", "Second")
    tree = workspace.read(checkout)
    assert tree == git.tree(checkout, "HEAD", workspace.TOP)
    assert tree["seed_code/hello/run é.sh"].executable
    assert workspace.load(checkout)[1] == ()


def test_what_git_ignores_is_not_read_but_new_files_are(checkout: Path) -> None:
    (checkout / "seed_code" / "hello" / "trace.log").write_text("x")
    (checkout / "seed_code" / "hello" / "new.py").write_text("x")
    (checkout / "seed_code" / "hello" / "README.md").unlink()
    names = {p for p in workspace.read(checkout) if p.startswith("seed_code/")}
    assert names == {"seed_code/hello/new.py"}


def test_commit_and_changes(checkout: Path) -> None:
    first = git.commit(checkout)
    assert len(first) == 40
    run(checkout, "checkout", "-q", "-b", "work")
    (checkout / "catalog.yaml").write_text("owners: {}\n")
    (checkout / "portfolios" / "new.yaml").write_text("x\n")
    assert git.commit(checkout) == first + "+"
    assert git.merge_base(checkout, "main") == first
    assert git.merge_base(checkout, "nowhere") is None
    assert git.changed(checkout, first) == ("catalog.yaml", "portfolios/new.yaml")


def test_an_unknown_commit_says_what_to_do(checkout: Path) -> None:
    with pytest.raises(EnvironmentFault) as fault:
        git.tree(checkout, "0" * 40, workspace.TOP)
    assert "Fetch" in fault.value.remedy
