"""Saved states on a branch of their own: written without a checkout, read without credentials."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from catalog import git, states
from catalog.errors import EnvironmentFault
from catalog.planning.desired import desired
from catalog.state import CatalogState
from catalog.targets import Target
from tests.publishing_world import FIRST, SECOND

TARGET = Target(name="prod", account="111122223333", regions=("eu-west-1", "us-east-1"))
STATE = desired(FIRST)


def _git(root: Path, *arguments: str) -> str:
    who = ("-c", "user.name=Test", "-c", "user.email=test@example.com")
    command = ["git", "-C", str(root), *who, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _clone(remote: Path, root: Path) -> Path:
    _git(remote.parent, "clone", "--quiet", str(remote), str(root))
    return root


@pytest.fixture
def remote(tmp_path: Path) -> Path:
    """A bare repository with one commit on its main branch."""
    bare = tmp_path / "remote.git"
    _git(tmp_path, "init", "--quiet", "--bare", "--initial-branch", "main", str(bare))
    root = _clone(bare, tmp_path / "first")
    (root / "catalog.yaml").write_text("owners: {}\n")
    (root / ".gitignore").write_text("build/\n")
    _git(root, "add", ".")
    _git(root, "commit", "--quiet", "--message", "Begin")
    _git(root, "push", "--quiet", "origin", "HEAD:main")
    return bare


@pytest.fixture
def root(remote: Path, tmp_path: Path) -> Path:
    """A clone of it."""
    return _clone(remote, tmp_path / "second")


def test_a_state_travels_by_its_branch(root: Path, remote: Path, tmp_path: Path) -> None:
    before = _git(root, "status", "--porcelain", "--branch")
    assert not states.fetch(root, "origin", TARGET)
    for region in TARGET.regions:
        states.write(root, TARGET, region, STATE)
    made = states.record(root, "origin", TARGET)
    assert made
    assert _git(root, "status", "--porcelain", "--branch") == before
    assert not (root / ".git/index.lock").exists()
    head = _git(root, "rev-parse", "HEAD").strip()[:12]
    assert _git(remote, "log", "--format=%an %P %s", states.BRANCH) == (
        f"catalog  prod as published from {head}\n"
    )
    files = "prod/eu-west-1.json\nprod/us-east-1.json\n"
    assert _git(remote, "ls-tree", "-r", "--name-only", states.BRANCH) == files

    reader = _clone(remote, tmp_path / "reader")
    assert states.read_branch(reader, "origin", TARGET, "us-east-1") == STATE
    assert states.read_branch(reader, "origin", TARGET, "us-west-2") is None
    assert states.read(reader, TARGET, "us-east-1") is None
    assert states.fetch(reader, "origin", TARGET)
    assert states.read(reader, TARGET, "us-east-1") == STATE


def test_nothing_is_committed_when_nothing_changed(root: Path, remote: Path) -> None:
    states.write(root, TARGET, "eu-west-1", STATE)
    first = states.record(root, "origin", TARGET)
    assert states.record(root, "origin", TARGET) is None
    assert states.record(root, remote.as_uri(), TARGET) is None
    assert _git(remote, "rev-parse", states.BRANCH).strip() == first
    states.write(root, TARGET, "eu-west-1", CatalogState())
    assert states.record(root, "origin", TARGET)
    assert _git(remote, "rev-list", "--count", states.BRANCH) == "2\n"


def test_targets_share_the_branch(root: Path, remote: Path, tmp_path: Path) -> None:
    other = _clone(remote, tmp_path / "other")
    elsewhere = Target(name="test", account="444455556666", regions=("eu-west-1",))
    states.write(root, TARGET, "eu-west-1", STATE)
    states.write(other, elsewhere, "eu-west-1", desired(SECOND))
    first = states.record(other, "origin", elsewhere)
    mine = states.record(root, "origin", TARGET)
    files = _git(remote, "ls-tree", "-r", "--name-only", states.BRANCH)
    assert files == "prod/eu-west-1.json\ntest/eu-west-1.json\n"
    assert _git(remote, "log", "--format=%H", states.BRANCH).split() == [mine, first]


def test_a_branch_that_moves_meanwhile_is_written_again(root: Path, remote: Path) -> None:
    """The remote refuses the first push, and has moved by then, as if somebody had been faster."""
    states.write(root, TARGET, "eu-west-1", STATE)
    states.record(root, "origin", TARGET)
    states.write(root, TARGET, "eu-west-1", CatalogState())
    theirs = _git(remote, "rev-parse", states.BRANCH).strip()
    tree = _git(remote, "rev-parse", f"{states.BRANCH}^{{tree}}").strip()
    faster = _git(remote, "commit-tree", tree, "-p", theirs, "-m", "Faster").strip()
    hook = remote / "hooks/pre-receive"
    hook.write_text(
        "#!/bin/sh\nunset GIT_QUARANTINE_PATH\nrm hooks/pre-receive\n"
        f"git update-ref refs/heads/{states.BRANCH} {faster}\n"
    )
    hook.chmod(0o755)
    mine = states.record(root, "origin", TARGET)
    assert _git(remote, "log", "--format=%H", states.BRANCH).split() == [mine, faster, theirs]


def test_a_push_that_is_refused_says_so(root: Path, remote: Path) -> None:
    hook = remote / "hooks/pre-receive"
    hook.write_text("#!/bin/sh\necho 'not you' >&2\nexit 1\n")
    hook.chmod(0o755)
    states.write(root, TARGET, "eu-west-1", STATE)
    with pytest.raises(EnvironmentFault, match="git push failed") as raised:
        states.record(root, "origin", TARGET)
    assert raised.value.remedy == "Push as somebody who may write this branch."
    with pytest.raises(EnvironmentFault, match="git ls-remote failed"):
        git.tip(root, "nowhere", states.BRANCH)


def test_a_state_of_another_version_of_the_tool_is_none(root: Path) -> None:
    states.write(root, TARGET, "eu-west-1", STATE)
    (root / states.FOLDER / "prod/eu-west-1.json").write_text('{"products": 1}\n')
    assert states.read(root, TARGET, "eu-west-1") is None


def test_nothing_secret_of_an_address_is_shown(root: Path) -> None:
    assert git.shown("https://me:secret@127.0.0.1/a.git") == "https://127.0.0.1/a.git"
    assert git.shown("https://me:se@cret@127.0.0.1/a@b.git") == "https://127.0.0.1/a@b.git"
    assert git.shown("git@127.0.0.1:a/b.git") == "git@127.0.0.1:a/b.git"
    with pytest.raises(EnvironmentFault, match="git ls-remote failed") as raised:
        git.tip(root, "https://me:secret@127.0.0.1:9/a.git", states.BRANCH)
    assert "secret" not in str(raised.value)
