"""What a project's template says of itself, by which its stacks are told apart in the world.

A project from the template in S3 has no record in Service Catalog: the description of its stack is
all that says which version of what it runs (`catalog.stacks.release_of`).
"""

from __future__ import annotations

from collections.abc import Iterator

import yaml

from catalog.findings import Finding
from catalog.model import Kind, Product, Rendered, SourceLine
from catalog.templates.yaml_text import composed

KEY = "Description"


def check(rendered: Rendered, product: Product) -> Iterator[Finding]:
    """Hold the description of a project's template against its product: finding C440."""
    if product.kind is not Kind.PROJECT:
        return
    said, place = _description(rendered)
    if said != f"{product.name} {product.version}":
        yield Finding(
            file=place.file,
            line=place.line,
            rule="C440",
            message=f"The template's Description {f'is {said!r}' if said else 'is missing'}.",
            remedy="Make it ${{ product.name }} ${{ product.version }}, and nothing else.",
        )


def _description(rendered: Rendered) -> tuple[str, SourceLine]:
    """The description and where it was written; the template's first line where there is none."""
    top = composed(rendered.text)
    for key, value in top.value if isinstance(top, yaml.MappingNode) else ():
        if key.value == KEY:
            said = value.value if isinstance(value, yaml.ScalarNode) else "no text"
            return said, rendered.source[key.start_mark.line]
    return "", rendered.source[0]
