"""Service Catalog products and their versions, the provisioning artifacts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.aws.live import Live
from catalog.aws.provisioned import Provisioned
from catalog.aws.session import Service
from catalog.aws.tags import from_list, to_list
from catalog.planning.desired import digest_of
from catalog.state import Artifact, ProductState

MAX_PAGE = 20
"""PageSize of SearchProductsAsAdmin (service model, shape PageSize)."""

_TYPE = "CLOUD_FORMATION_TEMPLATE"


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveProduct(Live):
    """A product as an admin sees it.

    Args:
        state: Without versions and tags.
    """

    state: ProductState


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveVersion:
    """A provisioning artifact."""

    id: str
    name: str
    artifact: Artifact
    status: str = "AVAILABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Products:
    """Gateway to products and versions."""

    service: Service

    def search(self, portfolio: str = "") -> Iterator[LiveProduct]:
        """All products of the account, or of one portfolio (SearchProductsAsAdmin, 20 a page).

        Tags are not in the answer; names are compared by the caller, since the service's own
        filter is fuzzy.
        """
        request: dict[str, Any] = {"PageSize": MAX_PAGE}
        if portfolio:
            request["PortfolioId"] = portfolio
        for detail in self.service.pages(
            "search_products_as_admin", "ProductViewDetails", **request
        ):
            yield _live(detail, None)

    def describe(self, product: str) -> LiveProduct:
        """One product with its tags (DescribeProductAsAdmin)."""
        answer = self.service.call("describe_product_as_admin", f"product {product}", Id=product)
        return _live(answer["ProductViewDetail"], from_list(answer.get("Tags", ())))

    def create(
        self, name: str, state: ProductState, version: str, url: str, token: str
    ) -> tuple[LiveProduct, LiveVersion]:
        """CreateProduct with its first version.

        Args:
            name: Ours, for messages.
            state: Metadata, tags and the first version.
            version: Name of the first version.
            url: Where the template lies; read at once, with the caller's rights.
            token: The same token answers with the same product.
        """
        answer = self.service.call(
            "create_product",
            f"product {name}",
            **_metadata(state),
            ProductType=_TYPE,
            Tags=to_list(state.tags),
            ProvisioningArtifactParameters=_parameters(version, state.versions[version], url),
            IdempotencyToken=token,
        )
        product = _live(answer["ProductViewDetail"], from_list(answer.get("Tags", ())))
        return product, _version(answer["ProvisioningArtifactDetail"])

    def update(
        self,
        name: str,
        product: str,
        state: ProductState,
        removed_tags: tuple[str, ...],
    ) -> None:
        """UpdateProduct: metadata and tags in one call."""
        self.service.call(
            "update_product",
            f"product {name}",
            Id=product,
            **_metadata(state),
            AddTags=to_list(state.tags),
            RemoveTags=list(removed_tags),
        )

    def delete(self, name: str, product: str) -> None:
        """DeleteProduct with all its versions."""
        self.service.call("delete_product", f"product {name}", Id=product)

    def versions(self, product: str) -> list[LiveVersion]:
        """All versions, oldest first (ListProvisioningArtifacts answers them in one page)."""
        answer = self.service.call(
            "list_provisioning_artifacts", f"product {product}", ProductId=product
        )
        details = answer.get("ProvisioningArtifactDetails", [])
        return [_version(detail) for detail in sorted(details, key=_age)]

    def create_version(
        self, product: str, version: str, artifact: Artifact, url: str, token: str
    ) -> LiveVersion:
        """CreateProvisioningArtifact; it may still be CREATING."""
        answer = self.service.call(
            "create_provisioning_artifact",
            f"version {version} of product {product}",
            ProductId=product,
            Parameters=_parameters(version, artifact, url),
            IdempotencyToken=token,
        )
        return _version(answer["ProvisioningArtifactDetail"], answer.get("Status", "AVAILABLE"))

    def version_status(self, product: str, version_id: str) -> str:
        """CREATING, AVAILABLE or FAILED (DescribeProvisioningArtifact)."""
        answer = self.service.call(
            "describe_provisioning_artifact",
            f"version {version_id} of product {product}",
            ProductId=product,
            ProvisioningArtifactId=version_id,
        )
        return str(answer.get("Status", "AVAILABLE"))

    def update_version(self, product: str, version_id: str, artifact: Artifact) -> None:
        """UpdateProvisioningArtifact: description, Guidance and Active."""
        self.service.call(
            "update_provisioning_artifact",
            f"version {version_id} of product {product}",
            ProductId=product,
            ProvisioningArtifactId=version_id,
            Description=artifact.description,
            Active=artifact.active,
            Guidance="DEPRECATED" if artifact.deprecated else "DEFAULT",
        )

    def running(self, product: str) -> list[str]:
        """Names of what this account runs of a product; who runs it elsewhere stays unseen."""
        return [one.name for one in Provisioned(service=self.service).list(product)]


def by_name(versions: Iterable[LiveVersion]) -> dict[str, LiveVersion]:
    """Names are not unique: the oldest that carries a digest is the one."""
    held: dict[str, LiveVersion] = {}
    for version in versions:
        known = held.get(version.name)
        if known is None or (version.artifact.digest and not known.artifact.digest):
            held[version.name] = version
    return held


def _metadata(state: ProductState) -> dict[str, Any]:
    """The fields of a product; a manifest leaves none of them empty."""
    return {
        "Name": state.title,
        "Owner": state.owner,
        "Description": state.summary,
        "Distributor": state.distributor,
        "SupportDescription": state.support_description,
        "SupportEmail": state.support_email,
        "SupportUrl": state.support_url,
    }


def _parameters(version: str, artifact: Artifact, url: str) -> dict[str, Any]:
    return {
        "Name": version,
        "Description": artifact.description,
        "Info": {"LoadTemplateFromURL": url},
        "Type": _TYPE,
    }


def _live(detail: Mapping[str, Any], tags: Mapping[str, str] | None) -> LiveProduct:
    summary = detail["ProductViewSummary"]
    return LiveProduct(
        id=summary["ProductId"],
        arn=detail["ProductARN"],
        title=summary.get("Name", ""),
        tags=tags,
        state=ProductState(
            title=summary.get("Name", ""),
            owner=summary.get("Owner", ""),
            summary=summary.get("ShortDescription", ""),
            distributor=summary.get("Distributor", ""),
            support_description=summary.get("SupportDescription", ""),
            support_email=summary.get("SupportEmail", ""),
            support_url=summary.get("SupportUrl", ""),
            tags={},
            versions={},
        ),
    )


def _age(detail: Mapping[str, Any]) -> tuple[bool, Any]:
    created = detail.get("CreatedTime")
    return created is not None, created


def _version(detail: Mapping[str, Any], status: str = "AVAILABLE") -> LiveVersion:
    description = detail.get("Description", "")
    return LiveVersion(
        id=detail["Id"],
        name=detail.get("Name", ""),
        status=status,
        artifact=Artifact(
            description=description,
            digest=digest_of(description),
            deprecated=detail.get("Guidance", "DEFAULT") == "DEPRECATED",
            active=detail.get("Active", True),
        ),
    )
