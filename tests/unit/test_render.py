"""Rendering by value: syntax, whitespace, the source map."""

from __future__ import annotations

import pytest

from catalog.model import (
    Bundle,
    Kind,
    Owner,
    Product,
    ProductFolder,
    Rendered,
    Settings,
)
from catalog.templates.render import render

OWNER = Owner(key="team", name="Team", email="team@example.com", url="https://example.com")
MAIN = "products/greeter/template.yaml.j2"


def rendered(main: str, **files: str) -> Rendered:
    """`main` rendered; other files are given as name -> text and lie in products/_shared."""
    product = Product(
        name="greeter",
        kind=Kind.PROJECT,
        version="1.2.0",
        title="Greeter",
        summary="Says hello.",
        owner=OWNER,
    )
    templates = {f"products/_shared/{name}.yaml.j2": text for name, text in files.items()}
    made, findings = render(
        ProductFolder(product=product, template=main, scenarios={}, changelog=""),
        settings=Settings(values={"days": 90, "items": [1, 2], "zones": ["a", "b"]}),
        bundles=[Bundle(name="code", kind="seed", files=(), digest="d" * 64, key="k/d.zip")],
        templates={MAIN: main, **templates},
    )
    assert findings == ()
    assert made is not None
    return made


def places(made: Rendered) -> list[str]:
    short = {MAIN: "main"}
    return [
        f"{short.get(o.file, o.file.split('/')[-1].split('.')[0])}:{o.line}" for o in made.source
    ]


def test_values() -> None:
    text = "A: ${{ product.version }} ${{ product.kind }}\nB: ${{ values.days }}\n"
    assert rendered(text).text == "A: 1.2.0 project\nB: 90\n"
    assert rendered("A: ${{ seed.code.key }}\n").text == "A: k/d.zip\n"


def test_a_key_comes_before_a_method_of_its_mapping() -> None:
    assert rendered("A: ${{ values.items | tojson }}\n").text == "A: [1, 2]\n"


@pytest.mark.parametrize(
    "line",
    [
        "A: '{{resolve:ssm:/path:1}}'",
        "A: '{% raw %} {# no remark #}'",
        "A: !Sub '${AWS::Region}-${Name}'",
        "A: '#@'  # @ nothing",
        "# A: remark of YAML",
    ],
)
def test_what_is_not_ours_passes_through(line: str) -> None:
    text = f"B: 1\n{line}\n" if "'#@'" not in line else "B: 1\nA: '# @'\n"
    assert rendered(text).text == text


def test_a_dollar_brace_can_be_written() -> None:
    assert rendered("A: \"${{ '${{' }} x }}\"\n").text == 'A: "${{ x }}"\n'


def test_statements_and_remarks_vanish_with_their_line() -> None:
    text = """\
#@# a remark
#@ set days = values.days
A:
  #@ for zone in values.zones
  - ${{ zone }}

  #@# another
  #@ endfor
B: ${{ days }}
"""
    made = rendered(text)
    assert made.text == "A:\n  - a\n\n  - b\n\nB: 90\n"
    assert places(made)[:2] == ["main:3", "main:5"]
    assert places(made)[3] == "main:5"
    assert places(made)[5] == "main:9"


def test_windows_line_ends() -> None:
    made = rendered("A: 1\r\n#@ if true\r\nB: 2\r\n#@ endif\r\n")
    assert made.text == "A: 1\nB: 2\n"


def test_the_map_goes_through_includes_macros_and_filters() -> None:
    main = """\
#@ import "bucket.yaml.j2" as bucket
Resources:
  #@ print bucket.make("One") | indent(2, first=true)
  #@ include "queue.yaml.j2"
  Last: 1
"""
    made = rendered(
        main,
        bucket="#@ macro make(name)\n${{ name }}:\n  Type: B\n\n  Keep: 1\n#@ endmacro\n",
        queue="  Queue:\n    Type: Q\n",
    )
    assert made.text == (
        "Resources:\n  One:\n    Type: B\n\n    Keep: 1\n  Queue:\n    Type: Q\n  Last: 1\n"
    )
    assert places(made)[:8] == [
        "main:2",
        "bucket:2",
        "bucket:3",
        "bucket:5",
        "bucket:5",
        "queue:1",
        "queue:2",
        "main:5",
    ]
    assert made.includes == (
        "products/_shared/bucket.yaml.j2",
        "products/_shared/queue.yaml.j2",
        MAIN,
    )


def test_a_filter_that_counts_does_not_see_the_markers() -> None:
    main = """\
#@ set block
one: 1
two: 2
#@ endset
A: ${{ block | length }}
B: "${{ block | replace('one', 'x') | trim | upper | replace('\\n', ' ') }}"
C: 1
"""
    made = rendered(main)
    assert made.text == 'A: 14\nB: "X: 1 TWO: 2"\nC: 1\n'
    assert places(made)[2] == "main:7"


def test_a_products_own_file_comes_before_a_shared_one() -> None:
    product = "products/greeter/part.yaml.j2"
    folder = ProductFolder(
        product=Product(
            name="greeter",
            kind=Kind.ADMIN,
            version="1.0.0",
            title="T",
            summary="S",
            owner=OWNER,
        ),
        template='#@ include "part.yaml.j2"\n',
        scenarios={},
        changelog="",
    )
    made, _ = render(
        folder,
        settings=Settings(),
        bundles=(),
        templates={
            MAIN: folder.template,
            product: "A: own\n",
            "products/_shared/part.yaml.j2": "A: shared\n",
        },
    )
    assert made is not None
    assert made.text == "A: own\n"
    assert product in made.includes
