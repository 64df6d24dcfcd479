"""The README's first command, over this very catalog: everything is launched and published."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TASKCAT = ".venv-taskcat"


@pytest.fixture
def clone(tmp_path: Path) -> Iterator[Path]:
    """What git knows of this checkout, as it stands now, with an embedded AWS of its own."""
    known = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(known, cwd=ROOT, capture_output=True, check=True).stdout
    root = tmp_path / "clone"
    for name in filter(None, listed.decode().split("\0")):
        if (ROOT / name).is_file():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, root / name)
    (root / TASKCAT).symlink_to(ROOT / TASKCAT, target_is_directory=True)
    try:
        yield root
    finally:
        catalog(root, "local", "down")


def catalog(root: Path, *arguments: str) -> str:
    """Run the command in a folder; what it printed."""
    ended = subprocess.run(
        [sys.executable, "-m", "catalog", *arguments],
        cwd=root,
        env={name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    return ended.stdout


def test_the_first_publish_does_everything_and_the_second_nothing(clone: Path) -> None:
    products = {path.parent.name for path in clone.glob("products/*/product.yaml")}
    said = catalog(clone, "publish")
    tested = {line.split()[0] for line in said.splitlines() if ": passed on the embedded" in line}
    assert tested == products
    assert "Multi Account Deployment" in said
    assert "Nothing to do" in catalog(clone, "publish")
