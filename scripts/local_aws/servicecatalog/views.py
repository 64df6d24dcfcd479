"""Records as the API shows them: one function per output shape that several operations share."""

from __future__ import annotations

from typing import Any

from local_aws.servicecatalog.state import (
    Artifact,
    Constraint,
    Portfolio,
    Product,
    ProvisionedProduct,
    Record,
)


def portfolio_detail(portfolio: Portfolio) -> dict[str, Any]:
    """`PortfolioDetail`."""
    return {
        "Id": portfolio.id,
        "ARN": portfolio.arn,
        "DisplayName": portfolio.name,
        "Description": portfolio.description,
        "CreatedTime": portfolio.created,
        "ProviderName": portfolio.provider,
    }


def product_summary(product: Product) -> dict[str, Any]:
    """`ProductViewSummary`; what was never said is left out."""
    details = dict(product.details)
    described = {"ShortDescription": details.pop("Description")} if "Description" in details else {}
    return {
        "Id": product.view_id,
        "ProductId": product.id,
        "Name": product.name,
        "Owner": product.owner,
        "Type": product.type,
        "HasDefaultPath": False,
        **described,
        **details,
    }


def product_detail(product: Product, status: str = "CREATED") -> dict[str, Any]:
    """`ProductViewDetail`. Products settle on the status CREATED, which the model does not list."""
    return {
        "ProductViewSummary": product_summary(product),
        "Status": status,
        "ProductARN": product.arn,
        "CreatedTime": product.created,
    }


def artifact_detail(artifact: Artifact) -> dict[str, Any]:
    """`ProvisioningArtifactDetail`."""
    return {
        "Id": artifact.id,
        "Name": artifact.name,
        "Description": artifact.description,
        "Type": "CLOUD_FORMATION_TEMPLATE",
        "CreatedTime": artifact.created,
        "Active": artifact.active,
        "Guidance": artifact.guidance,
    }


def artifact_summary(artifact: Artifact, *names: str) -> dict[str, Any]:
    """`ProvisioningArtifactSummary`, which has no Active; members in `names` are added."""
    shown = ("Id", "Name", "Description", "CreatedTime", *names)
    return {name: value for name, value in artifact_detail(artifact).items() if name in shown}


def constraint_detail(constraint: Constraint) -> dict[str, Any]:
    """`ConstraintDetail`, which has neither parameters nor status."""
    return {
        "ConstraintId": constraint.id,
        "Type": constraint.type,
        "Description": constraint.description,
        "Owner": constraint.account,
        "ProductId": constraint.product_id,
        "PortfolioId": constraint.portfolio_id,
    }


def provisioned_detail(product: ProvisionedProduct) -> dict[str, Any]:
    """`ProvisionedProductDetail`."""
    shown = {
        "Name": product.name,
        "Arn": product.arn,
        "Type": "CFN_STACK",
        "Id": product.id,
        "Status": product.status,
        "StatusMessage": product.message,
        "CreatedTime": product.created,
        "IdempotencyToken": product.token,
        "LastRecordId": product.last_record,
        "LastProvisioningRecordId": product.last_provisioning_record,
        "LastSuccessfulProvisioningRecordId": product.last_successful_record,
        "ProductId": product.product_id,
        "ProvisioningArtifactId": product.artifact_id,
        "LaunchRoleArn": product.launch_role,
    }
    return {name: value for name, value in shown.items() if value != ""}


def record_detail(record: Record) -> dict[str, Any]:
    """`RecordDetail`."""
    product = record.provisioned
    shown = {
        "RecordId": record.id,
        "ProvisionedProductName": product.name,
        "Status": record.status,
        "CreatedTime": record.created,
        "UpdatedTime": record.updated,
        "ProvisionedProductType": "CFN_STACK",
        "RecordType": record.type,
        "ProvisionedProductId": product.id,
        "ProductId": product.product_id,
        "ProvisioningArtifactId": product.artifact_id,
        "PathId": product.path_id,
        "RecordErrors": [{"Code": code, "Description": text} for code, text in record.errors],
        "RecordTags": [{"Key": key, "Value": value} for key, value in product.tags.items()],
        "LaunchRoleArn": product.launch_role,
    }
    return {name: value for name, value in shown.items() if value != ""}
