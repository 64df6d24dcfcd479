"""What an end user finds: products it may launch, and what a launch would ask.

API reference: SearchProducts, DescribeProduct, DescribeProductView, DescribeProvisioningParameters.
"""

from __future__ import annotations

from typing import Any

from local_aws.servicecatalog import launchpaths, paging, products, templates, views
from local_aws.servicecatalog.calls import Call, operation
from local_aws.servicecatalog.errors import InvalidParameters, ResourceNotFound
from local_aws.servicecatalog.launchpaths import LaunchPath


@operation
def search_products(call: Call) -> dict[str, Any]:
    """Products the caller may launch, from own and imported portfolios, 100 a page."""
    launchable = {path.product.id: path.product for path in launchpaths.paths(call)}
    found, token = products.search(list(launchable.values()), call.params, cap=100)
    return paging.answer(
        "ProductViewSummaries", [views.product_summary(one) for one in found], token
    )


def _described(call: Call, **wanted: str | None) -> tuple[LaunchPath, dict[str, Any]]:
    found = [
        path
        for path in launchpaths.paths(call)
        if any(value and getattr(path.product, name) == value for name, value in wanted.items())
    ]
    if not found:
        name = next((value for value in wanted.values() if value), "")
        raise ResourceNotFound(f"Product {name} not found.")
    if len({path.product.id for path in found}) > 1:
        raise InvalidParameters(f"More than one product is named {wanted['name']}; name its Id.")
    path = found[0]
    active = [one for one in path.artifacts if one.active]
    return path, {
        "ProductViewSummary": views.product_summary(path.product),
        "ProvisioningArtifacts": [views.artifact_summary(one, "Guidance") for one in active],
    }


@operation
def describe_product(call: Call) -> dict[str, Any]:
    """A product the caller may launch; administrators without a launch path find nothing."""
    identifier, name = call.params.get("Id"), call.params.get("Name")
    if not identifier and not name:
        raise InvalidParameters("Id or Name is required.")
    path, described = _described(call, id=identifier, name=name)
    ways = launchpaths.paths_of(call, path.product.id)
    shown = [{"Id": one.id, "Name": one.portfolio.name} for one in ways]
    return described | {"Budgets": [], "LaunchPaths": shown}


@operation
def describe_product_view(call: Call) -> dict[str, Any]:
    """The same by the id of the product's view (`prodview-…`)."""
    return _described(call, view_id=call.params["Id"])[1]


@operation
def describe_provisioning_parameters(call: Call) -> dict[str, Any]:
    """The form of a launch: the template's parameters and the path's constraints."""
    path = launchpaths.chosen(call, launchpaths.product_id(call))
    template = launchpaths.artifact(call, path).template
    return {
        "ProvisioningArtifactParameters": templates.parameters(template),
        "ConstraintSummaries": path.summaries,
        "UsageInstructions": templates.instructions(template),
        "TagOptions": [],
        "ProvisioningArtifactOutputKeys": templates.outputs(template),
    }
