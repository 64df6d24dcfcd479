"""Saved states: what each region of a target held after the last publish, as files.

Every publish and every look writes `build/state/<target>/<region>.json`. A branch of the repository
carries the same files to people without credentials: what a change does is then planned against
them. Nothing in them is secret; they say what every reader of the catalog can see.
"""

from __future__ import annotations

from pathlib import Path

from catalog import git
from catalog.errors import UsageError
from catalog.planning import plans
from catalog.state import CatalogState
from catalog.targets import Target

FOLDER = "build/state"
"""Where states are kept, relative to the root."""

BRANCH = "catalog-state"
"""The branch that carries them; it has no history in common with any other."""


def read(
    root: Path, target: Target, region: str, folder: Path | None = None
) -> CatalogState | None:
    """The saved state of a region; None when there is none, or one of another version of this tool.

    Args:
        root: Of the catalog.
        target: Whose state.
        region: Of the target.
        folder: Where states lie; by default where this checkout keeps them.
    """
    path = (folder or root / FOLDER) / _file(target, region)
    return _state(path.read_text(encoding="utf-8")) if path.is_file() else None


def read_branch(root: Path, remote: str, target: Target, region: str) -> CatalogState | None:
    """The same from the branch, as it was last fetched."""
    text = git.text(root, f"{remote}/{BRANCH}", _file(target, region))
    return None if text is None else _state(text)


def write(root: Path, target: Target, region: str, state: CatalogState) -> None:
    """Keep the state of a region."""
    path = root / FOLDER / _file(target, region)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(plans.to_json(state), encoding="utf-8")


def fetch(root: Path, remote: str, target: Target) -> bool:
    """Take over what the branch of a remote says of a target.

    Returns:
        Whether it knows all its regions.

    Raises:
        EnvironmentFault: The remote cannot be read.
    """
    commit = git.tip(root, remote, BRANCH)
    known = True
    for region in target.regions:
        text = git.text(root, commit, _file(target, region)) if commit else None
        state = _state(text) if text else None
        if state is None:
            known = False
        else:
            write(root, target, region, state)
    return known


def record(root: Path, remote: str, target: Target) -> str | None:
    """Put the states of a target on the branch of a remote.

    Returns:
        The new commit; None when the branch says the same already.

    Raises:
        EnvironmentFault: The remote cannot be read, or takes no push.
    """
    files = (_file(target, region) for region in target.regions)
    pages = {
        file: (root / FOLDER / file).read_text(encoding="utf-8")
        for file in files
        if (root / FOLDER / file).is_file()
    }
    source = git.commit(root)[:12] or "a folder without commits"
    message = f"{target.name} as published from {source}\n"
    return git.record(root, remote, BRANCH, pages, message)


def _file(target: Target, region: str) -> str:
    return f"{target.name}/{region}.json"


def _state(text: str) -> CatalogState | None:
    try:
        return plans.state_from_json(text)
    except UsageError:
        return None
