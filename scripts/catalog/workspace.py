"""The disk: where the catalog lies, and its files as one value.

In a git checkout the files are those git tracks or would track, so that build outputs and whatever
`.gitignore` names never reach a release; elsewhere they are all files but the usual junk.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from catalog import git
from catalog.errors import EnvironmentFault
from catalog.findings import Finding
from catalog.layout import REHEARSALS
from catalog.manifests.assembly import assemble
from catalog.model import Catalog, SourceFile, Tree

TOP = ("catalog.yaml", "portfolios", "products", "seed_code", REHEARSALS)
"""What a catalog consists of; everything else in the repository is the tool's."""

_JUNK = {
    "__pycache__",
    ".git",
    ".hypothesis",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    ".venv",
    "build",
    "node_modules",
    ".DS_Store",
}


def find_root(start: Path) -> Path:
    """The folder of `catalog.yaml`: `start` or the nearest one above it.

    Raises:
        EnvironmentFault: There is none.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        if (folder / "catalog.yaml").is_file():
            return folder
    raise EnvironmentFault(
        f"There is no catalog.yaml in {start} or above it.",
        "Run this inside a catalog's checkout, or name it with --root.",
    )


def load(root: Path) -> tuple[Catalog, tuple[Finding, ...]]:
    """Read the catalog that lies at `root`, and what is wrong with its manifests."""
    return assemble(root, read(root))


def read(root: Path) -> Tree:
    """Every file of the catalog at `root`.

    Raises:
        EnvironmentFault: A file cannot be read.
    """
    tracked = git.files(root, TOP)
    paths = tracked if "catalog.yaml" in tracked else tuple(_walk(root))
    tree = {}
    for path in sorted(paths):
        try:
            tree[path] = _file(root / path)
        except FileNotFoundError:
            continue  # deleted here, still known to git
        except OSError as error:
            raise EnvironmentFault(
                f"{path} cannot be read: {error.strerror}.", "Look at its permissions."
            ) from error
    return tree


def _file(path: Path) -> SourceFile:
    mode = path.lstat().st_mode
    if stat.S_ISLNK(mode):
        return SourceFile(content=os.readlink(path).encode(), link=True)
    return SourceFile(content=path.read_bytes(), executable=bool(mode & stat.S_IXUSR))


def _walk(root: Path) -> Iterator[str]:
    for top in TOP:
        if (root / top).is_file():
            yield top
        for folder, below, files in os.walk(root / top):
            linked = [name for name in below if (Path(folder) / name).is_symlink()]
            below[:] = sorted({*below} - _JUNK - {*linked})
            for name in sorted({*files, *linked} - _JUNK):
                if not name.endswith((".pyc", ".egg-info")):
                    yield (Path(folder) / name).relative_to(root).as_posix()


def texts(root: Path, paths: Iterable[str]) -> dict[str, str]:
    """The texts of files as they stand; those that do not exist are left out."""
    return {
        path: (root / path).read_text(encoding="utf-8") for path in paths if (root / path).is_file()
    }


def write(root: Path, pages: Mapping[str, str]) -> tuple[str, ...]:
    """Write files whose text differs from what stands there.

    Args:
        root: Where the paths begin.
        pages: Path relative to `root` -> text.

    Returns:
        The paths written, sorted.
    """
    present = texts(root, pages)
    changed = sorted(path for path, text in pages.items() if present.get(path) != text)
    for path in changed:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(pages[path], encoding="utf-8")
    return tuple(changed)
