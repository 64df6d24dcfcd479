"""What policies of every product must refuse, whoever wrote them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
PRODUCTS = sorted(path.parent.name for path in ROOT.glob("products/*/product.yaml"))
BOUND_BY_CONDITION = {
    "cloudwatch:PutMetricData": "cloudwatch:namespace",
    "s3:GetObject": "s3:ExistingObjectTag/servicecatalog:provisioning",
}
"""Actions that some statement allows on everything -> the condition key that holds them."""


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def plain(template: Mapping[str, Any]) -> Mapping[str, Any]:
    """Resources that no loop makes."""
    return {name: body for name, body in template["Resources"].items() if "Type" in body}


def statements(value: Any) -> Iterator[Mapping[str, Any]]:
    """Every policy statement anywhere in a template, conditional ones too."""
    if isinstance(value, Mapping):
        if "Effect" in value:
            yield value
        for inner in value.values():
            yield from statements(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from statements(inner)


def condition_keys(statement: Mapping[str, Any]) -> set[str]:
    return {key for operator in statement.get("Condition", {}).values() for key in operator}


@pytest.mark.parametrize("product", PRODUCTS)
def test_topics_take_nothing_without_tls(template, product):
    """Amazon SNS security best practices: deny sns:Publish while aws:SecureTransport is false."""
    resources = plain(template(product))
    topics = {name for name, body in resources.items() if body["Type"] == "AWS::SNS::Topic"}
    closed = {
        statement["Resource"]["Ref"]
        for body in resources.values()
        if body["Type"] == "AWS::SNS::TopicPolicy"
        for statement in statements(body)
        if statement["Effect"] == "Deny"
        and statement["Principal"] == "*"
        and statement["Action"] == "sns:Publish"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    }
    assert topics == closed


@pytest.mark.parametrize("product", PRODUCTS)
def test_what_is_allowed_on_everything_is_held_by_its_condition(template, product):
    for statement in statements(template(product)["Resources"]):
        if statement["Effect"] == "Allow" and as_list(statement.get("Resource")) == ["*"]:
            for action in {*as_list(statement["Action"])} & {*BOUND_BY_CONDITION}:
                assert BOUND_BY_CONDITION[action] in condition_keys(statement), statement["Sid"]


@pytest.mark.parametrize("product", PRODUCTS)
def test_other_accounts_come_as_roles_of_a_known_name(template, product):
    """Who lets in accounts by parameter, or everybody, lets in a role: not whoever is there."""
    for name, body in plain(template(product)).items():
        if body["Type"] == "AWS::SageMaker::ModelPackageGroup":
            continue  # that its policy understands conditions is documented nowhere
        for statement in statements(body["Properties"]):
            if statement["Effect"] == "Allow" and _strangers(statement.get("Principal")):
                assert "aws:PrincipalArn" in condition_keys(statement), f"{name} {statement['Sid']}"


STANDS_ON = {"AWS::S3::BucketPolicy": "Bucket", "AWS::SNS::TopicPolicy": "Topics"}
"""Type of a resource policy -> the property that says what it stands on."""


@pytest.mark.parametrize("product", PRODUCTS)
def test_resource_policies_speak_of_what_they_stand_on(catalog, made, product):
    """A statement about something else does nothing there."""
    for scenario in catalog.products[product].scenarios.values():
        for name, body in made(product, scenario.parameters).items():
            if body["Type"] not in STANDS_ON:
                continue
            (on,) = as_list(body[STANDS_ON[body["Type"]]])
            own = on.strip("<>")
            for statement in statements(body):
                for resource in as_list(statement["Resource"]):
                    named = resource == on or f":::{own}.Arn" in resource
                    assert named, (name, statement["Sid"], resource)


def _strangers(principal: Any) -> bool:
    named = principal.get("AWS") if isinstance(principal, Mapping) else principal
    return named == "*" or (isinstance(named, Mapping) and "Ref" in named)
