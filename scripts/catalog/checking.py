"""Everything that can be wrong with a catalog, found in one go: from the checkout to findings.

The working tree is read, every product rendered, packed and linted, and its version held against
the commit where this branch left the main one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog import checks, git, workspace
from catalog.errors import UsageError
from catalog.findings import Finding
from catalog.manifests.assembly import assemble
from catalog.manifests.manifest import did_you_mean
from catalog.model import Catalog, Release, Tree
from catalog.releases import building, versions
from catalog.releases.building import Built
from catalog.releases.changed import affected
from catalog.templates import linting
from catalog.templates.linting import Ahead, LintRequest

CACHE = "build/cache/lint"
"""Where lint results are kept by content, relative to the root."""

MAIN = ("origin/main", "main")
"""Branches that versions are held against; the first that git knows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A catalog that was read, built and looked at.

    Args:
        built: Product name -> what came of it.
        releases: Of every product that could be built, by name.
        findings: All of them, sorted by place.
    """

    catalog: Catalog
    built: Mapping[str, Built]
    releases: Mapping[str, Release]
    findings: tuple[Finding, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing found stops a publish."""
        return not any(finding.stops for finding in self.findings)


def check(root: Path, names: Collection[str] = ()) -> Checked:
    """Look at the catalog at `root`.

    Args:
        root: Where `catalog.yaml` lies.
        names: Products to build and lint; empty for all.

    Raises:
        UsageError: A name is no product's.
    """
    tree, commit = workspace.read(root), git.commit(root)
    unlinted = not (root / CACHE).is_dir()
    expected = _products(tree) if unlinted or commit.endswith("+") else 0
    with linting.ahead(expected, all_new=unlinted) as ahead:
        catalog, findings = assemble(root, tree)
        built = building.build(catalog, _chosen(catalog, names) if catalog.products else ())
        releases = {
            name: release
            for name, one in built.items()
            if (release := one.release(commit)) is not None
        }
        found = {
            *findings,
            *checks.check(catalog, tree),
            *(finding for one in built.values() for finding in one.findings),
            *_versions(catalog, built, releases, tree, root),
            *_lint(catalog, built, tree, root, ahead),
        }
    return Checked(catalog=catalog, built=built, releases=releases, findings=tuple(sorted(found)))


def _products(tree: Tree) -> int:
    return sum(path.endswith("/product.yaml") for path in tree)


def _chosen(catalog: Catalog, names: Collection[str]) -> Collection[str]:
    for name in names:
        if name not in catalog.products:
            raise UsageError(f"There is no product '{name}'.", did_you_mean(name, catalog.products))
    return names or catalog.products


def _lint(
    catalog: Catalog, built: Mapping[str, Built], tree: Tree, root: Path, ahead: Ahead | None
) -> Iterator[Finding]:
    """Findings about templates and scenarios, with what each product's manifest accepts."""
    regions = sorted({r for target in catalog.settings.targets.values() for r in target.regions})
    requests = {
        name: LintRequest(
            product=one.folder.product,
            rendered=one.rendered,
            regions=tuple(regions),
            scenarios={file: case.parameters for file, case in one.folder.scenarios.items()},
            scenario_texts={
                file: tree[file].content.decode(errors="replace") for file in one.folder.scenarios
            },
        )
        for name, one in built.items()
        if one.rendered
    }
    found = linting.lint(tuple(requests.values()), cache=root / CACHE, ahead=ahead)
    for name, request in requests.items():
        mine = [one for one in found if _belongs(one, name, request)]
        yield from linting.apply_allowances(mine, catalog.products[name].product)


def _belongs(finding: Finding, name: str, request: LintRequest) -> bool:
    return finding.file.startswith(f"products/{name}/") or finding.file in request.rendered.includes


def _versions(
    catalog: Catalog,
    built: Mapping[str, Built],
    releases: Mapping[str, Release],
    tree: Tree,
    root: Path,
) -> Iterator[Finding]:
    """Releases a change touches, held against those the main branch makes, rendered anew."""
    base = next((found for branch in MAIN if (found := git.merge_base(root, branch))), None)
    if base is None:
        return
    includes = {name: one.rendered.includes for name, one in built.items() if one.rendered}
    touched = releases.keys() & affected(git.changed(root, base), catalog, includes)
    if not touched:
        return
    shared = (path for path in workspace.TOP if path != "products")
    folders = (f"products/{name}" for name in ("_shared", *sorted(touched)))
    then, _ = assemble(root, git.tree(root, base, (*shared, *folders)))
    for name, one in building.build(then, touched & then.products.keys()).items():
        manifest = tree[f"products/{name}/product.yaml"].content.decode(errors="replace")
        yield from versions.check(releases[name], one.release(base), manifest, base)
