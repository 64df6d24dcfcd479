"""From a checkout and a commit to a review: both read and built, as far as the change reaches.

A product is rendered when its release can differ, or when a portfolio begins or ceases to offer it;
only the former are linted. Nothing else is looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Set
from dataclasses import replace
from functools import cache
from pathlib import Path, PurePosixPath

from catalog import base as left
from catalog import checking, git, workspace
from catalog.access import launching, reasons, written
from catalog.access.launching import Role
from catalog.errors import UsageError
from catalog.findings import Finding
from catalog.manifests.assembly import assemble
from catalog.model import Catalog, Kind, Release, Tree
from catalog.releases import building, changed
from catalog.reviewing import planned, products, reach, settings
from catalog.reviewing.planned import Half, Known
from catalog.reviewing.products import Side
from catalog.reviewing.review import Remark, Review, Topic
from catalog.reviewing.templates import Roles
from catalog.templates import yaml_text
from catalog.templates.files import SHARED

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
    checked, tree = checking.check(root, since=base), workspace.read(root)
    outside, _ = assemble(root, git.tree(root, base, ("catalog.yaml", "portfolios")))
    now = _understood(checked.catalog, outside, tree)
    gone = changed.gone(git.changed(root, base), tree)
    names = checked.touched.keys() | gone.keys() | reach.moved(outside, now)
    before = git.tree(root, base, (*_TOPS, *(f"products/{name}" for name in sorted(names))))
    then, _ = assemble(root, before)
    old = _sides(then, before, names, checked.earlier, base)
    new = _sides(now, tree, names, checked.releases, git.commit(root))
    differing = [name for name in sorted(names) if products.differs(old.get(name), new.get(name))]
    return Review(
        base=base,
        findings=tuple(finding for finding in checked.findings if finding.stops),
        steps=tuple(
            products.step(old.get(name), new.get(name), reach.offered(now, name))
            for name in differing
        ),
        remarks=(
            *_about(differing, old, new, _roles(now, tree)),
            *_rewritten(checked.findings),
            *reach.remarks(then, now),
            *settings.remarks(then.settings, now.settings, _hidden(then, now)),
        ),
        plans=planned.plans(_half(then, old), _half(now, new), known),
        same=len(checked.touched.keys() - set(differing)),
    )


def _rewritten(findings: Iterable[Finding]) -> Iterator[Remark]:
    """Changelog entries of published versions that say something else now.

    Of the newest one a publish would put the new words into the catalog, without a new version.
    """
    for each in findings:
        if each.rule == "C435" and not each.allowed:
            product = PurePosixPath(each.file).parent.name
            yield Remark(topic=Topic.REWRITTEN, subject=product, text=(each.message,))


def _about(changed: Collection[str], old: Sides, new: Sides, roles: Roles) -> Iterator[Remark]:
    for name in changed:
        yield from products.remarks(old.get(name), new.get(name), roles)


_TOPS = (*(top for top in workspace.TOP if top != "products"), SHARED)


def _understood(now: Catalog, then: Catalog, tree: Tree) -> Catalog:
    """The catalog; what of it could not be understood is as it was, and a finding says so."""
    lost = {
        name: one
        for name, one in then.portfolios.items()
        if name not in now.portfolios and f"portfolios/{name}.yaml" in tree
    }
    known = now.settings if now.settings.owners else then.settings
    return replace(now, settings=known, portfolios={**now.portfolios, **lost})


def _sides(
    catalog: Catalog, tree: Tree, names: Set[str], made: Mapping[str, Release], commit: str
) -> Sides:
    """Products of one side; those whose release is made already are not built again."""
    held = names & catalog.products.keys()
    built = building.build(catalog, held - made.keys())
    releases = {name: one.release(commit) for name, one in built.items()} | dict(made)
    return {
        name: Side(
            folder=catalog.products[name],
            release=releases[name],
            seeds={
                bundle: catalog.seeds.get(seed, {})
                for bundle, seed in catalog.products[name].product.seeds.items()
            },
            said=reasons.read(tree, name, ())[0],
        )
        for name in sorted(held)
    }


def _roles(catalog: Catalog, tree: Tree) -> Roles:
    """What the roles of foundation products may do; they are rendered when one is asked for."""

    @cache
    def made() -> Mapping[str, Role]:
        kinds = {name: one.product.kind for name, one in catalog.products.items()}
        built = building.build(catalog, [n for n, kind in kinds.items() if kind is Kind.FOUNDATION])
        rendered = (one.rendered for one in built.values())
        grants = (grant for one in rendered if one for grant in written.grants(one))
        return {role.name: role for role in launching.roles(grants)}

    def may(name: str) -> Callable[[str], bool] | None:
        role = made().get(name)
        if role is None:
            return None
        said, _ = reasons.read(tree, role.product, ())
        return lambda action: role.may(action) or said.lacks_on_purpose(role.holder, action)

    return may


def _hidden(then: Catalog, now: Catalog) -> settings.Hidden:
    """Whether one of both sides hides a parameter; what cannot be read may hide any."""

    @cache
    def shown(product: str) -> frozenset[str]:
        sides = [_shown(each, product) for each in (then, now) if product in each.products]
        return frozenset.intersection(*sides) if sides else frozenset()

    return lambda product, parameter: parameter not in shown(product)


def _shown(catalog: Catalog, product: str) -> frozenset[str]:
    """The parameters of a product that everybody may read."""
    rendered = building.build(catalog, (product,))[product].rendered
    template = yaml_text.load(rendered.text) if rendered else None
    declared = (template or {}).get("Parameters") or {}
    return frozenset(
        name
        for name, body in declared.items()
        if isinstance(body, dict) and str(body.get("NoEcho", "false")).lower() == "false"
    )


def _half(catalog: Catalog, sides: Sides) -> Half:
    releases = {name: side.release for name, side in sides.items() if side.release}
    return Half(catalog=catalog, releases=releases)
