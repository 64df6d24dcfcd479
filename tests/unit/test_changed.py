"""A change touches exactly the products whose release it can alter."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog.model import Catalog, Kind, Owner, Product, ProductFolder, Settings
from catalog.releases.changed import affected

OWNER = Owner(key="team", name="Team", email="team@example.com", url="https://example.com")


def folder(name: str, **seeds: str) -> ProductFolder:
    product = Product(
        name=name,
        kind=Kind.ADMIN,
        version="1.0.0",
        title=name,
        summary="S",
        owner=OWNER,
        seeds=seeds,
    )
    return ProductFolder(product=product, template="", scenarios={}, changelog="")


CATALOG = Catalog(
    root=Path(),
    settings=Settings(),
    products={
        "ant": folder("ant", code="hello"),
        "bee": folder("bee"),
        "ant-two": folder("ant-two"),
    },
    portfolios={},
)
INCLUDES = {"ant": ["products/_shared/a.j2"], "bee": ["products/_shared/b.j2"]}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("products/ant/template.yaml.j2", {"ant"}),
        ("products/ant/README.md", {"ant"}),
        ("products/_shared/b.j2", {"bee", "ant-two"}),
        ("products/_shared/unused.j2", {"ant-two"}),
        ("seed_code/hello/x.py", {"ant"}),
        ("seed_code/hello-two/x.py", set()),
        ("catalog.yaml", {"ant", "bee", "ant-two"}),
        ("scripts/catalog/render.py", {"ant", "bee", "ant-two"}),
        ("docs/index.md", set()),
        ("portfolios/p.yaml", set()),
    ],
)
def test_affected(path: str, expected: set[str]) -> None:
    assert affected([path], CATALOG, INCLUDES) == dict.fromkeys(expected, (path,))


def test_a_product_says_by_which_paths_it_is_touched() -> None:
    paths = ["products/_shared/a.j2", "products/bee/NOTES.md", "seed_code/hello/x.py"]
    found = affected(paths, CATALOG, INCLUDES)
    assert found["ant"] == ("products/_shared/a.j2", "seed_code/hello/x.py")
    assert found["bee"] == ("products/bee/NOTES.md",)
