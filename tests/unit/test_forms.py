"""Lengths and patterns of the forms are those of botocore's service models."""

from __future__ import annotations

import re

import pytest
from botocore.session import get_session
from pydantic import BaseModel

from catalog.manifests import tags
from catalog.manifests.forms import NODE, PortfolioForm, ProductForm
from catalog.manifests.settings_forms import OwnerForm
from catalog.releases import changelog

MODEL = get_session().get_service_model("servicecatalog")


def longest(form: type[BaseModel], field: str) -> int:
    schema = form.model_json_schema()["properties"][field]
    return int(schema.get("maxLength") or schema["items"]["maxLength"])


@pytest.mark.parametrize(
    ("form", "field", "shape"),
    [
        (PortfolioForm, "title", "PortfolioDisplayName"),
        (PortfolioForm, "provider", "ProviderName"),
        (PortfolioForm, "summary", "PortfolioDescription"),
        (PortfolioForm, "principals", "PrincipalARN"),
        (ProductForm, "summary", "ProductViewShortDescription"),
        (OwnerForm, "name", "ProductViewOwner"),
        (OwnerForm, "email", "SupportEmail"),
        (OwnerForm, "url", "SupportUrl"),
    ],
)
def test_length_is_the_services(form: type[BaseModel], field: str, shape: str) -> None:
    assert longest(form, field) == MODEL.shape_for(shape).metadata["max"]


def test_tags_are_the_services() -> None:
    (pattern, value), *_ = ProductForm.model_json_schema()["properties"]["tags"][
        "patternProperties"
    ].items()
    assert value["maxLength"] == MODEL.shape_for("TagValue").metadata["max"]
    assert pattern.replace("+$", "*$") == (
        MODEL.shape_for("TagKey").metadata["pattern"].replace("(", "").replace(")", "")
    )
    assert MODEL.shape_for("AddTags").metadata["max"] == tags.MAX_TAGS


def test_a_changelog_entry_leaves_room_for_the_digest_line() -> None:
    most = MODEL.shape_for("ProvisioningArtifactDescription").metadata["max"]
    assert changelog.MAX_ENTRY + len("\n\ncatalog digest sha256:") + 64 <= most


@pytest.mark.parametrize("node", ["ou-ab12-11111111", "o-exampleorg1"])
def test_nodes_are_the_services(node: str) -> None:
    pattern = MODEL.shape_for("OrganizationNodeValue").metadata["pattern"]
    assert re.search(pattern, node)
    assert re.search(NODE, node)
