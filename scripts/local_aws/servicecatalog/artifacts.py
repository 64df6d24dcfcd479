"""Provisioning artifacts: the versions of a product, each a template that never changes.

API reference: CreateProvisioningArtifact … ListProvisioningArtifacts. Names are not unique.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from local_aws.servicecatalog import copies, imports, quotas, templates, views
from local_aws.servicecatalog.calls import Call, operation
from local_aws.servicecatalog.errors import (
    InvalidParameters,
    NotImplementedHere,
    ResourceInUse,
    ResourceNotFound,
)
from local_aws.servicecatalog.shelf import Shelf
from local_aws.servicecatalog.state import Artifact, new_id


def made(call: Call, product_id: str, params: Mapping[str, Any]) -> Artifact:
    """A new version from `ProvisioningArtifactProperties`, its template read now.

    Raises:
        InvalidParameters: No template there, or the name has spaces.
    """
    if params.get("Type", "CLOUD_FORMATION_TEMPLATE") != "CLOUD_FORMATION_TEMPLATE":
        raise NotImplementedHere(f"artifacts of type {params['Type']}")
    name = params.get("Name", "")
    if any(letter.isspace() for letter in name):
        raise InvalidParameters("The name of a provisioning artifact cannot contain spaces.")
    validated = not params.get("DisableTemplateValidation", False)
    identifier = new_id("pa")
    return Artifact(
        id=identifier,
        product_id=product_id,
        name=name or identifier,
        description=params.get("Description", ""),
        template=templates.fetch(call.caller, params.get("Info") or {}, validated=validated),
    )


def keep(call: Call, artifact: Artifact) -> None:
    """Put a new version on the shelf; it is seen as CREATING before it is AVAILABLE."""
    creating = replace(artifact, status="CREATING")
    call.catalog.artifacts[artifact.product_id].put(artifact.id, artifact, passing=creating)


def _versions(call: Call, product_id: str) -> Shelf[str, Artifact]:
    versions = call.catalog.artifacts.get(product_id)
    if versions is None:
        raise ResourceNotFound(f"Product {product_id} not found.")
    return versions


def _settled(call: Call, product_id: str) -> Shelf[str, Artifact]:
    """Versions of a product none of which is still being made.

    Users of Terraform who change several versions of one product at once are answered that one is
    not found; the next try brings the work on.

    Raises:
        ResourceNotFound: One is not yet seen as AVAILABLE.
    """
    versions = _versions(call, product_id)
    seen = [one for one in versions.look_at_all() if one.status == "AVAILABLE"]
    if len(seen) < len(versions):
        raise ResourceNotFound(f"A provisioning artifact of product {product_id} is not settled.")
    return versions


def _readable(call: Call, product_id: str) -> Shelf[str, Artifact]:
    """Versions of an own product, or of one in an imported portfolio."""
    if product_id not in call.catalog.artifacts:
        for one in imports.imported(call):
            if (one.portfolio.id, product_id) in one.catalog.associations:
                return one.catalog.artifacts[product_id]
    return _versions(call, product_id)


def _info(artifact: Artifact, call: Call) -> dict[str, str]:
    return {"TemplateUrl": copies.url(artifact, call)}


@operation
def create_provisioning_artifact(call: Call) -> dict[str, Any]:
    """A further version; always active, guidance DEFAULT."""
    product_id = call.params["ProductId"]
    versions = _settled(call, product_id)
    quotas.hold(
        len(versions) + 1,
        quotas.adjustable(call, quotas.VERSIONS_PER_PRODUCT),
        "versions per product",
    )
    artifact = made(call, product_id, call.params["Parameters"])
    keep(call, artifact)
    return {
        "ProvisioningArtifactDetail": views.artifact_detail(artifact),
        "Info": _info(artifact, call),
        "Status": "CREATING",
    }


@operation
def update_provisioning_artifact(call: Call) -> dict[str, Any]:
    """Name, description, active, guidance; the template cannot change.

    Right after its creation a version may not be found yet.
    """
    params = call.params
    versions, identifier = _versions(call, params["ProductId"]), params["ProvisioningArtifactId"]
    if versions.look(identifier) is None:
        raise ResourceNotFound(f"Provisioning artifact {identifier} not found.")
    artifact = versions.get(identifier)
    if artifact is None:
        raise ResourceNotFound(f"Provisioning artifact {identifier} not found.")
    artifact = replace(
        artifact,
        name=params.get("Name", artifact.name),
        description=params.get("Description", artifact.description),
        active=params.get("Active", artifact.active),
        guidance=params.get("Guidance", artifact.guidance),
    )
    versions.put(identifier, artifact)
    return {
        "ProvisioningArtifactDetail": views.artifact_detail(artifact),
        "Info": _info(artifact, call),
        "Status": "AVAILABLE",
    }


@operation
def delete_provisioning_artifact(call: Call) -> dict[str, Any]:
    """A product keeps at least one version."""
    versions = _settled(call, call.params["ProductId"])
    identifier = call.params["ProvisioningArtifactId"]
    if identifier not in versions:
        raise ResourceNotFound(f"Provisioning artifact {identifier} not found.")
    if len(versions) == 1:
        raise ResourceInUse("The last provisioning artifact of a product cannot be deleted.")
    versions.remove(identifier)
    return {}


@operation
def list_provisioning_artifacts(call: Call) -> dict[str, Any]:
    """Every version at once, oldest first: there is no paging."""
    versions = _readable(call, call.params["ProductId"]).look_at_all()
    return {"ProvisioningArtifactDetails": [views.artifact_detail(one) for one in versions]}


@operation
def describe_provisioning_artifact(call: Call) -> dict[str, Any]:
    """By ids or by names; `Verbose` adds where the service keeps its copy of the template."""
    params = call.params
    versions = _readable(call, _product_id(call))
    identifier, name = params.get("ProvisioningArtifactId"), params.get("ProvisioningArtifactName")
    if not identifier and not name:
        raise InvalidParameters("ProvisioningArtifactId or ProvisioningArtifactName is required.")
    found = [one for one in versions.look_at_all() if identifier == one.id or name == one.name]
    if not found:
        raise ResourceNotFound(f"Provisioning artifact {identifier or name} not found.")
    if len(found) > 1:
        raise InvalidParameters(f"More than one provisioning artifact is named {name}.")
    answer: dict[str, Any] = {
        "ProvisioningArtifactDetail": views.artifact_detail(found[0]),
        "Status": found[0].status,
    }
    if params.get("Verbose"):
        copies.lay(found[0], call, _owner(call, found[0].product_id))
        answer["Info"] = _info(found[0], call)
    if params.get("IncludeProvisioningArtifactParameters"):
        answer["ProvisioningArtifactParameters"] = templates.parameters(found[0].template)
    return answer


def _owner(call: Call, product_id: str) -> str:
    """The account whose product it is: the caller's, or the one that shared it."""
    if product_id in call.catalog.artifacts:
        return call.caller.account
    owners = (
        one.catalog.account_id
        for one in imports.imported(call)
        if (one.portfolio.id, product_id) in one.catalog.associations
    )
    return str(next(owners))


def _product_id(call: Call) -> str:
    identifier, name = call.params.get("ProductId"), call.params.get("ProductName")
    if identifier:
        return str(identifier)
    found = [one.id for one in call.catalog.products.values() if one.name == name]
    if len(found) == 1:
        return found[0]
    if found:
        raise InvalidParameters(f"More than one product is named {name}; name its ProductId.")
    raise ResourceNotFound(f"Product {name} not found.")
