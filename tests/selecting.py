"""Tests of products that a change leaves alone, for `make test BASE=REF`."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path

import pytest

from catalog import base, git
from catalog.model import Catalog, Kind

ROOT = Path(__file__).parents[1]
FOLDERS = ("tests/products/", "tests/rehearsals/")
"""Where tests are about products; all others are about the tool, and always run."""

SHARED = re.compile(r"tests/(products/|[^/]+\.py$|rehearsals/test_)|portfolios/|Makefile$")
"""What every test of a product rests on, beside what every release does."""

_LIFE = re.compile(r"tests/rehearsals/(.+)\.py")


def affected(root: Path, ref: str) -> frozenset[str]:
    """Names of products and seeds whose tests the work since `ref` can alter.

    Every rehearsal stands on the foundation products: one of them affects everything.
    """
    work = base.work(root, ref)
    catalog = work.catalog
    paths = git.changed(root, str(work.commit))
    lives = {hit[1] for path in paths if (hit := _LIFE.fullmatch(path))}
    touched = {*work.touched, *lives} & catalog.products.keys()
    founding = any(catalog.products[name].product.kind is Kind.FOUNDATION for name in touched)
    if founding or work.findings or any(SHARED.match(path) for path in paths):
        touched = {*catalog.products}
    seeds = {one for name in touched for one in catalog.products[name].product.seeds.values()}
    return frozenset(touched | seeds)


def names(catalog: Catalog) -> frozenset[str]:
    """Names of all products and seeds."""
    return frozenset({*catalog.products, *catalog.seeds})


def about(item: pytest.Item, known: Collection[str]) -> frozenset[str]:
    """Products and seeds a test is about: those it is given, else those its file speaks of."""
    callspec = getattr(item, "callspec", None)
    values = callspec.params.values() if callspec else ()
    given = {str(getattr(value, "product", value)) for value in values} & {*known}
    if given:
        return frozenset(given)
    text = item.path.read_text(encoding="utf-8")
    return frozenset(name for name in known if re.search(rf'["/]{name}["/]', text))


def spared(item: pytest.Item, known: Collection[str], touched: Collection[str]) -> bool:
    """Whether a test is about products, and nothing has touched any of them."""
    if not item.path.relative_to(ROOT).as_posix().startswith(FOLDERS):
        return False
    meant = about(item, known)
    return bool(meant) and not meant & {*touched}
