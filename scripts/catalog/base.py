"""The commit that a change is held against: what the work since it touches, and what it made."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from pathlib import Path

from catalog import git, workspace
from catalog.errors import Refused, UsageError
from catalog.findings import Finding
from catalog.manifests.assembly import assemble
from catalog.manifests.manifest import did_you_mean
from catalog.model import Catalog, ProductFolder, Release
from catalog.releases import building, bumping, changed
from catalog.releases.building import Built
from catalog.releases.bumping import Raised
from catalog.templates.files import SHARED, TemplateFiles
from catalog.templates.render import TEMPLATE

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


def in_reach(root: Path, base: str, catalog: Catalog) -> frozenset[str]:
    """Products that the work since `base` may alter, by the look of what is written.

    At least those of `touched`, and nothing is rendered to know them.
    """
    paths = git.changed(root, base)
    if not any(path.startswith(f"{SHARED}/") for path in paths):
        return frozenset(changed.affected(paths, catalog, dict.fromkeys(catalog.products, ())))
    includes = {
        name: TemplateFiles(folder=one.path, templates=catalog.templates).reachable(TEMPLATE)
        for name, one in catalog.products.items()
    }
    return frozenset(changed.affected(paths, catalog, includes))


def touched(
    root: Path, base: str | None, catalog: Catalog, built: Mapping[str, Built]
) -> Mapping[str, tuple[str, ...]]:
    """Products among `built` that the work since `base` can alter, each with the paths that do.

    Without a base all of them, without a path.
    """
    if base is None:
        return dict.fromkeys(built, ())
    includes = {name: one.rendered.includes for name, one in built.items() if one.rendered}
    found = changed.affected(git.changed(root, base), catalog, includes)
    return {name: paths for name, paths in found.items() if name in built}


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What was done since a commit, before anybody judged it.

    Args:
        commit: The base; None when git knows no main branch.
        built: What came of products that may be touched.
        touched: Product -> the paths by which it is touched.
        gone: Product that is no longer here -> the files of it that changed.
        findings: About manifests; a product that is missing here has some.
    """

    commit: str | None
    catalog: Catalog
    built: Mapping[str, Built]
    touched: Mapping[str, tuple[str, ...]]
    gone: Mapping[str, tuple[str, ...]]
    findings: tuple[Finding, ...]


def work(root: Path, ref: str = "") -> Work:
    """The work since `ref`, or since the main branch was left.

    Raises:
        UsageError: `ref` is none of git's, or shares no commit with the checkout.
    """
    left = commit(root, ref)
    tree = workspace.read(root)
    catalog, findings = assemble(root, tree)
    built = building.build(catalog, in_reach(root, left, catalog) if left else None)
    return Work(
        commit=left,
        catalog=catalog,
        built=built,
        touched=touched(root, left, catalog, built),
        gone=changed.gone(git.changed(root, left), tree) if left else {},
        findings=findings,
    )


def raise_versions(
    root: Path, done: Work, names: Collection[str], today: date
) -> tuple[Raised, ...]:
    """What to write so that products have the version that their change demands.

    Args:
        root: The catalog's.
        done: The work.
        names: Products; empty for all that are touched. One whose manifest is wrong is left out.
        today: Date of new changelog entries.

    Raises:
        UsageError: A name is no product's.
        Refused: There is nothing to compare with, or a template cannot be rendered.
    """
    wanted = {*chosen(names, done.catalog.products)} & done.touched.keys() - broken(done.findings)
    if done.commit is None:
        raise Refused("Git knows no main branch to compare with.", "Name one with --base.")
    then = releases(root, done.commit, wanted)
    made = []
    for name in sorted(then):
        folder = done.catalog.products[name]
        manifest = (root / folder.path / "product.yaml").read_text(encoding="utf-8")
        remade = partial(_release, done.catalog, folder)
        made.append(bumping.raised(folder, manifest, remade, then[name], today))
    return tuple(each for each in made if each)


def broken(findings: Iterable[Finding]) -> frozenset[str]:
    """Products whose manifest is wrong: their content says nothing about their version yet."""
    paths = (finding.file.split("/") for finding in findings if finding.stops)
    return frozenset(path[1] for path in paths if path[0] == "products" and len(path) > 1)


def _release(catalog: Catalog, folder: ProductFolder, version: str) -> Release:
    """A product's release as another version, which its template may print."""
    name = folder.product.name
    at = replace(folder, product=replace(folder.product, version=version))
    one = building.build(replace(catalog, products={name: at}))[name]
    release = one.release("")
    if release is None:
        raise Refused(f"The template of {name} cannot be rendered.", "Run make check.")
    return release


def chosen(names: Collection[str], products: Collection[str]) -> Collection[str]:
    """Products by name; all of them when none is named.

    Raises:
        UsageError: A name is no product's.
    """
    for name in names:
        if name not in products:
            raise UsageError(f"There is no product '{name}'.", did_you_mean(name, products))
    return names or products


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
