"""Provisioned products: what an account runs of its own products and of those shared with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from catalog.aws.session import Service
from catalog.aws.tags import from_list

MAX_PAGE = 100
"""PageSize of SearchProvisionedProducts (service model)."""

PROJECT_TAG = "sagemaker:project-name"
"""SageMaker puts it on what a project provisions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveProvisioned:
    """A provisioned product.

    Args:
        product: Id of the product.
        artifact: Id of the version.
        version: Name of the version.
        project: Name of its SageMaker project; empty when it has none.
        owner: ARN of who launched it.
    """

    name: str
    product: str
    artifact: str
    version: str
    project: str
    owner: str
    since: datetime | None
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Provisioned:
    """Gateway to what the caller's own account runs; the service shows no other's."""

    service: Service

    def list(self, product: str = "") -> Iterator[LiveProvisioned]:
        """Everything, or what runs of one product (SearchProvisionedProducts, 100 a page)."""
        query: dict[str, Any] = {}
        if product:
            query["Filters"] = {"SearchQuery": [f"productId:{product}"]}
        found = self.service.pages(
            "search_provisioned_products",
            "ProvisionedProducts",
            f"product {product}" if product else "",
            AccessLevelFilter={"Key": "Account", "Value": "self"},
            PageSize=MAX_PAGE,
            **query,
        )
        return (one for one in map(_live, found) if product in ("", one.product))


def _live(attribute: Mapping[str, Any]) -> LiveProvisioned:
    return LiveProvisioned(
        name=attribute.get("Name", ""),
        product=attribute.get("ProductId", ""),
        artifact=attribute.get("ProvisioningArtifactId", ""),
        version=attribute.get("ProvisioningArtifactName", ""),
        project=from_list(attribute.get("Tags", ())).get(PROJECT_TAG, ""),
        owner=attribute.get("UserArn", ""),
        since=attribute.get("CreatedTime"),
        status=attribute.get("Status", ""),
    )
