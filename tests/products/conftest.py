"""The repository's own products, rendered as they are published, as plain values."""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import cfn_flip
import pytest

from catalog import workspace
from catalog.model import Bundle, Catalog, ProductFolder, Rendered
from catalog.templates.render import render

ROOT = Path(__file__).parents[2]
Template = Mapping[str, Any]


@cache
def own_catalog() -> Catalog:
    catalog, findings = workspace.load(ROOT)
    assert not findings
    return catalog


@cache
def rendered_product(name: str) -> Rendered:
    catalog = own_catalog()
    tree = workspace.read(ROOT)
    templates = {
        path: file.content.decode()
        for path, file in tree.items()
        if path.startswith("products/") and path.endswith(".j2")
    }
    folder = catalog.products[name]
    rendered, findings = render(
        folder, settings=catalog.settings, bundles=_bundles(folder), templates=templates
    )
    assert not findings
    assert rendered
    return rendered


def _bundles(folder: ProductFolder) -> list[Bundle]:
    named = [("seed", name) for name in folder.product.seeds]
    functions = ROOT / folder.path / "functions"
    named += [("function", path.name) for path in functions.glob("*") if path.is_dir()]
    return [
        Bundle(name=name, kind=kind, files=(), digest="0" * 64, key=f"bundles/{kind}/{name}.zip")
        for kind, name in named
    ]


@cache
def _template(name: str) -> Template:
    found: Template = cfn_flip.load(rendered_product(name).text)[0]
    return found


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """The catalog of this repository."""
    return own_catalog()


@pytest.fixture(scope="session")
def rendered() -> Callable[[str], Rendered]:
    """A product's rendered text, by the product's name."""
    return rendered_product


@pytest.fixture(scope="session")
def template() -> Callable[[str], Template]:
    """A product's template with intrinsic functions in their long form, by the product's name."""
    return _template
