"""The repository's own products, rendered as they are published, as plain values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cfn_flip
import pytest

from catalog import workspace
from catalog.model import Bundle, Catalog, ProductFolder, Rendered
from catalog.templates.render import render
from local_aws.cloudformation import parameters
from local_aws.cloudformation.intrinsic import Scope
from local_aws.cloudformation.template import load, parse_template

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


REGION = "us-east-1"
CONNECTION = "AWS::CodeConnections::Connection"
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
    """Resources as their own names: what they are called is not asked here.

    Connections are the exception: templates take their ARN, which is their Ref, apart.
    """

    connections: frozenset[str]

    def ref(self, name: str) -> str:
        if name in self.connections:
            return f"arn:aws:codeconnections:{REGION}:111111111111:connection/<{name}>"
        return f"<{name}>"

    def attribute(self, name: str, attribute: str) -> str:
        return f"arn:aws:made:::{name}.{attribute}"

    def exported(self, name: str) -> str:
        raise NotImplementedError(name)

    def dynamic(self, service: str, reference: str) -> str:
        raise NotImplementedError(service, reference)

    def zones(self, region: str) -> list[str]:
        raise NotImplementedError(region)


def _resolved(text: str, given: Mapping[str, str]) -> dict[str, Any]:
    read = load(text)
    values = parameters.resolve(read, given, stored=lambda name: f"stored:{name}")
    template = parse_template(text, values)
    scope = Scope(
        values={**PSEUDO, **values},
        mappings={**template.get("Mappings", {}), "Catalog": {REGION: {"Bucket": "catalog"}}},
        conditions=template.get("Conditions") or {},
        world=Elsewhere(
            frozenset(
                name for name, body in template["Resources"].items() if body["Type"] == CONNECTION
            )
        ),
    )
    return {
        name: {"Type": body["Type"], **scope.resolve(body.get("Properties") or {})}
        for name, body in template["Resources"].items()
        if "Condition" not in body or scope.condition(body["Condition"])
    }


@pytest.fixture(scope="session")
def made() -> Callable[[str, Mapping[str, str]], dict[str, Any]]:
    """What a product makes of some parameters, conditions and all: logical id -> type, properties.

    Resolved as CloudFormation does it, without making anything.
    """
    return lambda product, given: _resolved(rendered_product(product).text, given)


@pytest.fixture(scope="session")
def resolved() -> Callable[[str, Mapping[str, str]], dict[str, Any]]:
    """The same of a template's text."""
    return _resolved
