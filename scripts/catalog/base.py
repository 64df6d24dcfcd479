"""The commit that a change is held against: what the work since it touches, and what it made."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

from catalog import git, workspace
from catalog.errors import UsageError
from catalog.manifests.assembly import assemble
from catalog.model import Catalog, Release
from catalog.releases import building
from catalog.releases.building import Built
from catalog.releases.changed import affected

MAIN = ("origin/main", "main")
"""Branches that a change is held against when none is named; the first that git knows."""


def commit(root: Path, ref: str = "") -> str | None:
    """The commit where the checkout left `ref`, or the main branch when it is empty.

    None when git knows no main branch.

    Raises:
        UsageError: `ref` is none of git's, or shares no commit with the checkout.
    """
    found = (git.merge_base(root, branch) for branch in ((ref,) if ref else MAIN))
    base = next((each for each in found if each), None)
    if ref and base is None:
        raise UsageError(
            f"Git knows no commit that this checkout shares with '{ref}'.",
            "Fetch it, with its history, or name a branch or commit that is here.",
        )
    return base


def touched(
    root: Path, base: str | None, catalog: Catalog, built: Mapping[str, Built]
) -> Mapping[str, tuple[str, ...]]:
    """Products among `built` that the work since `base` can alter, each with the paths that do.

    Without a base all of them, without a path.
    """
    if base is None:
        return dict.fromkeys(built, ())
    includes = {name: one.rendered.includes for name, one in built.items() if one.rendered}
    found = affected(git.changed(root, base), catalog, includes)
    return {name: paths for name, paths in found.items() if name in built}


def releases(root: Path, base: str, names: Collection[str]) -> Mapping[str, Release]:
    """The releases that the commit `base` makes of products, rendered anew.

    A product that it does not have, or that cannot be rendered there, is left out.
    """
    if not names:
        return {}
    shared = (path for path in workspace.TOP if path != "products")
    folders = (f"products/{name}" for name in ("_shared", *sorted(names)))
    then, _ = assemble(root, git.tree(root, base, (*shared, *folders)))
    built = building.build(then, set(names) & then.products.keys())
    made = {name: one.release(base) for name, one in built.items()}
    return {name: release for name, release in made.items() if release}
