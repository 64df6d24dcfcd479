"""Optional parameters of every product: given, one shows in what is made; left out, it does not.

Templates are resolved as CloudFormation does it, conditions and all, without making anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PRODUCTS = sorted(path.parent.name for path in ROOT.glob("products/*/product.yaml"))


def texts(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)
    elif isinstance(value, str):
        yield value


def configured(body: Mapping[str, Any]) -> Any:
    """What AWS itself is told; an empty variable or custom property is for code to read."""
    told = {} if body["Type"].startswith("Custom::") else dict(body)
    if isinstance(environment := told.get("Environment"), Mapping):
        told["Environment"] = {
            k: v for k, v in environment.items() if k not in {"EnvironmentVariables", "Variables"}
        }
    return told


def optional(template: Mapping[str, Any]) -> list[str]:
    return [n for n, one in template["Parameters"].items() if one.get("Default") == ""]


def scenarios(catalog: Any, product: str) -> list[Mapping[str, str]]:
    return [one.parameters for one in catalog.products[product].scenarios.values()]


@pytest.mark.parametrize("product", PRODUCTS)
def test_what_is_left_out_leaves_no_empty_text(catalog, made, product):
    """A property that is empty where a parameter is has lost its condition."""
    for given in scenarios(catalog, product):
        found = made(product, given)
        empty = [name for name, body in found.items() if "" in texts(configured(body))]
        assert empty == []


@pytest.mark.parametrize("product", PRODUCTS)
def test_what_is_given_is_used(catalog, made, template, product):
    """A value that somebody gave and that shows nowhere has been conditioned away."""
    for given in scenarios(catalog, product):
        found = json.dumps(made(product, given))
        asked = {name: given.get(name, "").split(",") for name in optional(template(product))}
        unused = [name for name, values in asked.items() if any(v not in found for v in values)]
        assert unused == []
