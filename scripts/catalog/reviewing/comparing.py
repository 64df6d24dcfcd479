"""From a checkout and a commit to a review: both read and built, as far as the change reaches.

A product is rendered when its release can differ, or when a portfolio begins or ceases to offer it;
only the former are linted. Nothing else is looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path

from catalog import base as left
from catalog import checking, checks, git, workspace
from catalog.access import launching, reasons, written
from catalog.access.launching import Role
from catalog.errors import UsageError
from catalog.findings import Finding
from catalog.manifests.assembly import assemble
from catalog.model import Catalog, Kind, Tree
from catalog.releases import building
from catalog.releases.changed import affected
from catalog.reviewing import planned, products, reach, settings
from catalog.reviewing.planned import Half, Known
from catalog.reviewing.products import Side
from catalog.reviewing.review import Review
from catalog.reviewing.templates import Roles
from catalog.templates.files import SHARED, TemplateFiles
from catalog.templates.render import TEMPLATE

Sides = Mapping[str, Side]
"""Product -> what it is on one side of the change."""


def compare(root: Path, ref: str, known: Known) -> Review:
    """Review what the checkout at `root` changes since it left a branch.

    Args:
        root: Where `catalog.yaml` lies.
        ref: A branch or commit; the main branch when it is empty.
        known: Finds the saved state of a target and region.

    Raises:
        UsageError: git knows no such commit.
    """
    base = left.commit(root, ref)
    if base is None:
        raise UsageError("Git knows no main branch to compare with.", "Name one with --base.")
    paths, tree = git.changed(root, base), workspace.read(root)
    now, wrong = assemble(root, tree)
    names = affected(paths, now, _includes(paths, now)).keys()
    outside, _ = assemble(root, git.tree(root, base, ("catalog.yaml", "portfolios")))
    now = _understood(now, outside, tree)
    every = names | _gone(paths, now, tree) | reach.moved(outside, now)
    before = git.tree(root, base, (*_TOPS, *(f"products/{name}" for name in sorted(every))))
    then, _ = assemble(root, before)
    old, new = _sides(then, before, every, base), _sides(now, tree, every, git.commit(root))
    roles = _roles(now)
    changed = [name for name in sorted(every) if products.differs(old.get(name), new.get(name))]
    return Review(
        base=base,
        findings=tuple(each for each in _findings(root, names, wrong, now, tree) if each.stops),
        steps=tuple(
            products.step(old.get(name), new.get(name), reach.offered(now, name))
            for name in changed
        ),
        remarks=(
            *(
                each
                for name in changed
                for each in products.remarks(old.get(name), new.get(name), roles)
            ),
            *reach.remarks(then, now),
            *settings.remarks(then.settings, now.settings),
        ),
        plans=planned.plans(_half(then, old), _half(now, new), known),
        same=len(names - set(changed)),
    )


_TOPS = (*(top for top in workspace.TOP if top != "products"), SHARED)


def _includes(paths: Collection[str], now: Catalog) -> Mapping[str, Collection[str]]:
    """What each product's template may take in; not looked for when nothing shared changed."""
    if not any(path.startswith(f"{SHARED}/") for path in paths):
        return dict.fromkeys(now.products, ())
    return {
        name: TemplateFiles(folder=one.path, templates=now.templates).reachable(TEMPLATE)
        for name, one in now.products.items()
    }


def _gone(paths: Collection[str], now: Catalog, tree: Tree) -> frozenset[str]:
    """Products whose folder was there and is not here."""
    folders = {path.split("/")[1] for path in paths if path.startswith("products/")}
    return frozenset(
        name
        for name in folders - now.products.keys()
        if not name.startswith("_") and f"products/{name}/product.yaml" not in tree
    )


def _understood(now: Catalog, then: Catalog, tree: Tree) -> Catalog:
    """The catalog; what of it could not be understood is as it was, and a finding says so."""
    lost = {
        name: one
        for name, one in then.portfolios.items()
        if name not in now.portfolios and f"portfolios/{name}.yaml" in tree
    }
    known = now.settings if now.settings.owners else then.settings
    return replace(now, settings=known, portfolios={**now.portfolios, **lost})


def _sides(catalog: Catalog, tree: Tree, names: Collection[str], commit: str) -> Sides:
    wanted = sorted(names & catalog.products.keys())
    return {
        name: Side(
            folder=one.folder,
            release=one.release(commit),
            seeds={
                bundle: catalog.seeds.get(seed, {})
                for bundle, seed in one.folder.product.seeds.items()
            },
            said=reasons.read(tree, name, ())[0],
        )
        for name, one in building.build(catalog, wanted).items()
    }


def _roles(catalog: Catalog) -> Roles:
    """The roles that foundation products make; they are rendered when one is asked for."""

    @cache
    def made() -> Mapping[str, Role]:
        kinds = {name: one.product.kind for name, one in catalog.products.items()}
        built = building.build(catalog, [n for n, kind in kinds.items() if kind is Kind.FOUNDATION])
        rendered = (one.rendered for one in built.values())
        grants = (grant for one in rendered if one for grant in written.grants(one))
        return {role.name: role for role in launching.roles(grants)}

    return lambda name: made().get(name)


def _half(catalog: Catalog, sides: Sides) -> Half:
    releases = {name: side.release for name, side in sides.items() if side.release}
    return Half(catalog=catalog, releases=releases)


def _findings(
    root: Path, names: Collection[str], wrong: Collection[Finding], now: Catalog, tree: Tree
) -> Iterator[Finding]:
    """What is wrong with the products a change reaches, and with the catalog around them."""
    if names:
        yield from checking.check(root, sorted(names)).findings
    else:
        yield from sorted({*wrong, *checks.check(now, tree)})
