"""Everything that can be wrong with a catalog, found in one go: from the checkout to findings.

The working tree is read, every product rendered, packed and linted, and its version held against
the commit where this branch left the main one, or another that is named.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from concurrent.futures import Executor
from dataclasses import dataclass, field
from pathlib import Path

from catalog import access, base, checks, git, workspace
from catalog.findings import Finding
from catalog.foundation import bucket_names
from catalog.layout import SEEDS
from catalog.manifests.assembly import assemble
from catalog.model import Catalog, Product, Release, Tree
from catalog.releases import building, changelog, versions
from catalog.releases.building import Built
from catalog.templates import linting, seed_templates
from catalog.templates.linting import LintRequest

CACHE = "build/cache/lint"
"""Where lint results are kept by content, relative to the root."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A catalog that was read, built and looked at.

    Args:
        built: Product name -> what came of it.
        releases: Of every product that could be built, by name.
        touched: Products among them whose release the work since the base can alter, each with the
            paths that do; all of them, without a path, where git knows no base.
        earlier: Of those, the releases that the base makes; without what is new or wrong.
        findings: All of them, sorted by place.
    """

    catalog: Catalog
    built: Mapping[str, Built]
    releases: Mapping[str, Release]
    touched: Mapping[str, tuple[str, ...]]
    findings: tuple[Finding, ...]
    earlier: Mapping[str, Release] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        """Whether nothing found stops a publish."""
        return not any(finding.stops for finding in self.findings)


def check(root: Path, names: Collection[str] = (), *, since: str = "") -> Checked:
    """Look at the catalog at `root`.

    Args:
        root: Where `catalog.yaml` lies.
        names: Products to build and lint; empty for all.
        since: What versions are held against, as git names it, and what leaves out products that
            the work since then cannot alter; empty for the main branch, and all products.

    Raises:
        UsageError: A name is no product's, or git does not know `since`.
    """
    tree, commit, left = workspace.read(root), git.commit(root), base.commit(root, since)
    new = not since and (commit.endswith("+") or not (root / CACHE).is_dir())
    with linting.ahead(_products(tree) if new else 0) as early:
        catalog, findings = assemble(root, tree)
        wanted = base.chosen(names, catalog.products) if catalog.products else ()
        if since and left:
            wanted = base.in_reach(root, left, catalog) & set(wanted)
        built = building.build(catalog, wanted)
        touched = base.touched(root, left, catalog, built)
        if since:
            built = {name: one for name, one in built.items() if name in touched}
        releases = {
            name: release
            for name, one in built.items()
            if (release := one.release(commit)) is not None
        }
        comparable = (releases.keys() & touched.keys()) - base.broken(findings)
        earlier = base.releases(root, left, comparable) if left else {}
        found = {
            *findings,
            *checks.check(catalog, tree),
            *(finding for one in built.values() for finding in one.findings),
            *_versions(left, tree, releases, earlier),
            *_changelogs(root, left, catalog, earlier),
            *bucket_names.check(catalog, tree, releases),
            *_lint(catalog, built, tree, root, early),
            *access.check(tree, built),
        }
    return Checked(
        catalog=catalog,
        built=built,
        releases=releases,
        touched=touched,
        earlier=earlier,
        findings=tuple(sorted(found)),
    )


def _products(tree: Tree) -> int:
    return sum(path.endswith("/product.yaml") for path in tree)


def _lint(
    catalog: Catalog, built: Mapping[str, Built], tree: Tree, root: Path, early: Executor | None
) -> tuple[Finding, ...]:
    """Findings about templates, those in seeds too, and scenarios, with what manifests accept."""
    regions = sorted({r for target in catalog.settings.targets.values() for r in target.regions})
    requests = tuple(
        LintRequest(
            product=one.folder.product,
            rendered=one.rendered,
            regions=tuple(regions),
            scenarios={file: case.parameters for file, case in one.folder.scenarios.items()},
            scenario_texts={
                file: tree[file].content.decode(errors="replace") for file in one.folder.scenarios
            },
            seeds=_seeds(catalog, one.folder.product),
        )
        for one in built.values()
        if one.rendered
    )
    return linting.lint(requests, cache=root / CACHE, early=early)


def _seeds(catalog: Catalog, product: Product) -> dict[str, str]:
    """The templates that a product's repositories start with: file -> text."""
    return {
        f"{SEEDS}/{seed}/{path}": text
        for seed in product.seeds.values()
        for path, text in seed_templates.templates(catalog.seeds.get(seed, {})).items()
    }


def _versions(
    base: str | None,
    tree: Tree,
    releases: Mapping[str, Release],
    earlier: Mapping[str, Release],
) -> Iterator[Finding]:
    """Releases a change touches, held against those its base makes."""
    for name, then in earlier.items():
        manifest = tree[f"products/{name}/product.yaml"].content.decode(errors="replace")
        yield from versions.check(releases[name], then, manifest, base or "")


def _changelogs(
    root: Path, base: str | None, catalog: Catalog, earlier: Mapping[str, Release]
) -> Iterator[Finding]:
    """Changelogs of what a change touches, held against those at its base."""
    if base is None or not earlier:
        return
    files = {f"{catalog.products[name].path}/CHANGELOG.md": name for name in earlier}
    for path, file in git.tree(root, base, tuple(files)).items():
        then, folder = file.content.decode(errors="replace"), catalog.products[files[path]]
        yield from changelog.rewritten(folder, then, earlier[files[path]].version, base)
