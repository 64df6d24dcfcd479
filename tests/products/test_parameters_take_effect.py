"""Optional parameters of every product: given, one shows in what is made; left out, it does not.

Templates are resolved as CloudFormation does it, conditions and all, without making anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from local_aws.cloudformation import parameters
from local_aws.cloudformation.intrinsic import Scope
from local_aws.cloudformation.template import load, parse_template

ROOT = Path(__file__).parents[2]
PRODUCTS = sorted(path.parent.name for path in ROOT.glob("products/*/product.yaml"))
REGION = "us-east-1"
PSEUDO = {
    "AWS::AccountId": "111111111111",
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackId": "arn:aws:cloudformation:us-east-1:111111111111:stack/a/1",
    "AWS::StackName": "a",
    "AWS::URLSuffix": "amazonaws.com",
}


@dataclass(frozen=True)
class Elsewhere:
    """Resources as their own names: what they are called is not asked here."""

    def ref(self, name: str) -> str:
        return f"<{name}>"

    def attribute(self, name: str, attribute: str) -> str:
        return f"arn:aws:made:::{name}.{attribute}"

    def exported(self, name: str) -> str:
        raise NotImplementedError(name)

    def dynamic(self, service: str, reference: str) -> str:
        raise NotImplementedError(service, reference)

    def zones(self, region: str) -> list[str]:
        raise NotImplementedError(region)


def made(text: str, given: Mapping[str, str]) -> dict[str, Any]:
    """Resources that are made with some parameters: logical id -> type and properties."""
    read = load(text)
    values = parameters.resolve(read, given, stored=lambda name: f"stored:{name}")
    template = parse_template(text, values)
    scope = Scope(
        values={**PSEUDO, **values},
        mappings={**template.get("Mappings", {}), "Catalog": {REGION: {"Bucket": "catalog"}}},
        conditions=template.get("Conditions") or {},
        world=Elsewhere(),
    )
    return {
        name: {"Type": body["Type"], **scope.resolve(body.get("Properties") or {})}
        for name, body in template["Resources"].items()
        if "Condition" not in body or scope.condition(body["Condition"])
    }


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
def test_what_is_left_out_leaves_no_empty_text(catalog, rendered, product):
    """A property that is empty where a parameter is has lost its condition."""
    for given in scenarios(catalog, product):
        found = made(rendered(product).text, given)
        empty = [name for name, body in found.items() if "" in texts(configured(body))]
        assert empty == []


@pytest.mark.parametrize("product", PRODUCTS)
def test_what_is_given_is_used(catalog, rendered, template, product):
    """A value that somebody gave and that shows nowhere has been conditioned away."""
    for given in scenarios(catalog, product):
        found = json.dumps(made(rendered(product).text, given))
        asked = {name: given.get(name, "").split(",") for name in optional(template(product))}
        unused = [name for name, values in asked.items() if any(v not in found for v in values)]
        assert unused == []
