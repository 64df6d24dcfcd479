"""What reviewers read of a change, kind by kind.

A case is a change to the small catalog in `reviews/_base`: `before/` is laid over it and committed
to main, then `after/` over that, and what `removed.txt` names is taken away. `state/` holds saved
states. `expected.md` is the comment; `UPDATE_CASES=1 pytest tests/cases` writes it anew.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from catalog import states
from catalog.reviewing.comment import MARKER, comment
from catalog.reviewing.comparing import compare
from catalog.reviewing.planned import Known, Saved
from catalog.targets import Target

HERE = Path(__file__).parent / "reviews"
BASE = HERE / "_base"
CASES = sorted(p for p in HERE.iterdir() if p.is_dir() and p.name != BASE.name)
NOW = "2026-11-26T12:00:00Z"
WHO = {
    f"GIT_{part}_{key}": value
    for part in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "Test"), ("EMAIL", "test@example.com"), ("DATE", NOW))
}


@pytest.fixture(scope="module")
def linted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lint results that all cases share."""
    return tmp_path_factory.mktemp("linted")


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    ended = subprocess.run(
        command, check=True, capture_output=True, text=True, env={**os.environ, **WHO}
    )
    return ended.stdout.strip()


def _changed(case: Path, root: Path, linted: Path) -> str:
    """Make a checkout at `root` with the change of a case; the commit it left."""
    shutil.copytree(BASE, root, copy_function=shutil.copy)
    (root / ".gitignore").write_text("build/\n")
    (root / "build/cache").mkdir(parents=True)
    (root / "build/cache/lint").symlink_to(linted)
    _lay(case / "before", root)
    _git(root, "init", "--quiet", "--initial-branch=main")
    _git(root, "add", ".")
    _git(root, "commit", "--quiet", "--message=Begin")
    _lay(case / "after", root)
    removed = case / "removed.txt"
    for path in removed.read_text().splitlines() if removed.is_file() else ():
        shutil.rmtree(root / path)
    return _git(root, "rev-parse", "HEAD")


def _lay(over: Path, root: Path) -> None:
    if over.is_dir():
        shutil.copytree(over, root, dirs_exist_ok=True, copy_function=shutil.copy)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.name)
def test_comment(case: Path, tmp_path: Path, linted: Path) -> None:
    root = tmp_path / "catalog"
    base = _changed(case, root, linted)

    def find(target: Target, region: str) -> Saved | None:
        state = states.read(root, target, region, case / "state")
        return Saved(state=state, origin="the saved state of this case") if state else None

    known = Known(find=find, absent="no state of this target is saved")
    text = comment(compare(root, "main", known))
    text = text.replace(base[:12], "0123456789ab")
    expected = case / "expected.md"
    if os.environ.get("UPDATE_CASES"):
        expected.write_text(text)
    assert text == expected.read_text()
    assert text.startswith(f"{MARKER}\n")
