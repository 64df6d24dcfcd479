"""A change touches exactly the products whose release it can alter."""

from __future__ import annotations

from pathlib import Path

import pytest

from catalog import workspace
from catalog.model import Catalog, Kind, Owner, Product, ProductFolder, Settings
from catalog.releases.changed import affected
from catalog.templates.files import TemplateFiles
from catalog.templates.render import TEMPLATE

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


def test_what_a_template_may_take_in_is_seen_without_reading_it_as_one() -> None:
    shared = "products/_shared"
    files = TemplateFiles(
        folder="products/ant",
        templates={
            "products/ant/template.yaml.j2": (
                '#@ import "a.j2" as a\n  #@ include \'own.j2\'\n#@# include "no.j2"\n'
                '#@ from "b.j2" import c\nText: include "no.j2"\n'
            ),
            "products/ant/own.j2": '#@ include "deep.j2"\n',
            f"{shared}/own.j2": '#@ include "no.j2"\n',
            f"{shared}/a.j2": '#@ include "a.j2"\n',
            f"{shared}/b.j2": "",
            f"{shared}/deep.j2": "",
            f"{shared}/no.j2": "",
        },
    )
    found = files.reachable("template.yaml.j2")
    own = {"products/ant/template.yaml.j2", "products/ant/own.j2"}
    assert found == own | {f"{shared}/{name}" for name in ("a.j2", "b.j2", "deep.j2")}
    assert files.reachable("none.j2") == frozenset()


def test_it_is_at_least_what_reading_finds() -> None:
    catalog, _ = workspace.load(Path(__file__).parents[2])
    for folder in catalog.products.values():
        files = TemplateFiles(folder=folder.path, templates=catalog.templates)
        assert files.check(TEMPLATE)[0] <= files.reachable(TEMPLATE), folder.path
