"""Products (API reference: CreateProduct … DeleteProduct, SearchProductsAsAdmin)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from local_aws.servicecatalog import artifacts, imports, paging, portfolios, quotas, tags, views
from local_aws.servicecatalog.calls import Call, operation
from local_aws.servicecatalog.errors import (
    InvalidParameters,
    NotImplementedHere,
    ResourceInUse,
    ResourceNotFound,
)
from local_aws.servicecatalog.shelf import Shelf
from local_aws.servicecatalog.state import Product, new_id

_DETAILS = ("Description", "Distributor", "SupportDescription", "SupportEmail", "SupportUrl")


def own(call: Call, identifier: str) -> Product:
    """A product of the caller's account.

    Raises:
        ResourceNotFound: There is none of this id in the account.
    """
    if product := call.catalog.products.get(identifier):
        return product
    raise ResourceNotFound(f"Product {identifier} not found.")


def _details(params: Mapping[str, Any]) -> dict[str, str]:
    given = {name: params[name] for name in _DETAILS if name in params}
    url = given.get("SupportUrl")
    if url and urlsplit(url).scheme not in ("http", "https"):
        raise InvalidParameters("SupportUrl must begin with http:// or https://.")
    return given


@operation
def create_product(call: Call) -> dict[str, Any]:
    """A product comes with its first version; names are not unique."""
    params, catalog = call.params, call.catalog
    if params["ProductType"] != "CLOUD_FORMATION_TEMPLATE":
        raise NotImplementedHere(f"products of type {params['ProductType']}")
    if "SourceConnection" in params:
        raise NotImplementedHere("products by SourceConnection")
    if "ProvisioningArtifactParameters" not in params:
        raise InvalidParameters("ProvisioningArtifactParameters is required.")
    quotas.hold(
        len(catalog.products) + 1, quotas.adjustable(call, quotas.PRODUCTS), "products per region"
    )
    carried = tags.changed({}, {"AddTags": params.get("Tags")}, "product")
    identifier = new_id("prod")
    product = Product(
        id=identifier,
        view_id=new_id("prodview"),
        arn=catalog.arn("product", identifier),
        account=call.caller.account,
        name=params["Name"],
        owner=params["Owner"],
        type=params["ProductType"],
        details=_details(params),
        tags=carried,
        tagged=bool(carried),
    )
    first = artifacts.made(call, identifier, params["ProvisioningArtifactParameters"])
    catalog.products.put(identifier, product)
    catalog.artifacts[identifier] = Shelf()
    artifacts.keep(call, first)
    return {
        "ProductViewDetail": views.product_detail(product),
        "ProvisioningArtifactDetail": views.artifact_detail(first),
        "Tags": tags.write(carried),
    }


@operation
def update_product(call: Call) -> dict[str, Any]:
    """Changes words and tags, never a version."""
    product, params = own(call, call.params["Id"]), call.params
    if "SourceConnection" in params:
        raise NotImplementedHere("products by SourceConnection")
    carried = tags.changed(product.tags, params, "product")
    product = replace(
        product,
        name=params.get("Name", product.name),
        owner=params.get("Owner", product.owner),
        details=dict(product.details) | _details(params),
        tags=carried,
        tagged=product.tagged or bool(carried),
    )
    call.catalog.products.put(product.id, product)
    return {"ProductViewDetail": views.product_detail(product), "Tags": tags.write(carried)}


@operation
def delete_product(call: Call) -> dict[str, Any]:
    """Takes every version with it; refused while the product is in a portfolio."""
    product, catalog = own(call, call.params["Id"]), call.catalog
    if any(one.product_id == product.id for one in catalog.associations.values()):
        raise ResourceInUse(f"Product {product.id} is still associated with a portfolio.")
    catalog.products.remove(product.id)
    del catalog.artifacts[product.id]
    return {}


@operation
def describe_product_as_admin(call: Call) -> dict[str, Any]:
    """By id or by name, with versions (without Active and Guidance), tags, budgets."""
    product = _described(call)
    versions = call.catalog.artifacts.get(product.id)
    if versions is not None:
        carried = tags.write(product.tags)
    else:
        catalog = next(one.catalog for one in imports.imported(call) if _holds(one, product.id))
        versions, carried = catalog.artifacts[product.id], []
    return {
        "ProductViewDetail": views.product_detail(product),
        "ProvisioningArtifactSummaries": [
            views.artifact_summary(artifact) for artifact in versions.look_at_all()
        ],
        "Tags": carried,
        "TagOptions": [],
        "Budgets": [],
    }


def _holds(one: imports.Imported, product_id: str) -> bool:
    return (one.portfolio.id, product_id) in one.catalog.associations


def _described(call: Call) -> Product:
    identifier, name = call.params.get("Id"), call.params.get("Name")
    if not identifier and not name:
        raise InvalidParameters("Id or Name is required.")
    if source := call.params.get("SourcePortfolioId"):
        candidates = _in_portfolio(call, source)
    elif identifier:
        found = call.catalog.products.look(identifier)
        candidates = [found] if found else []
    else:
        candidates = call.catalog.products.look_at_all()
    matching = [one for one in candidates if one.id == identifier or one.name == name]
    if not matching:
        raise ResourceNotFound(f"Product {identifier or name} not found.")
    if len(matching) > 1:
        raise InvalidParameters(f"More than one product is named {name}; name its Id.")
    return matching[0]


@operation
def search_products_as_admin(call: Call) -> dict[str, Any]:
    """Own products, or those of one portfolio; without tags and versions, 20 a page."""
    params = call.params
    if portfolio_id := params.get("PortfolioId"):
        products = _in_portfolio(call, portfolio_id)
    else:
        products = call.catalog.products.look_at_all()
    found, token = search(products, params, cap=20)
    details = [views.product_detail(product) for product in found]
    return paging.answer("ProductViewDetails", details, token)


def _in_portfolio(call: Call, portfolio_id: str) -> list[Product]:
    if one := imports.find(call, portfolio_id):
        catalog = one.catalog
    else:
        portfolios.own(call, portfolio_id)
        catalog = call.catalog
    held = catalog.associations.look_at_all(lambda key: key[0] == portfolio_id)
    seen = (catalog.products.look(one.product_id) for one in held)
    return [product for product in seen if product is not None]


def search(
    products: list[Product], params: Mapping[str, Any], *, cap: int
) -> tuple[list[Product], str | None]:
    """Filter, sort and page products as both searches do.

    Full text search is fuzzy: it finds every product that has the words' beginnings anywhere, never
    only the one so named.

    Args:
        products: What there is to find.
        params: The request: `Filters`, `SortBy`, `SortOrder`, `PageSize`, `PageToken`.
        cap: Most products of a page.
    """
    for name, values in (params.get("Filters") or {}).items():
        products = [one for one in products if any(_matches(one, name, value) for value in values)]
    by_date = params.get("SortBy") == "CreationDate"
    return paging.page(
        products,
        params,
        cap=cap,
        key=lambda one: f"{one.created.isoformat() if by_date else one.name.casefold()}\0{one.id}",
        descending=params.get("SortOrder") == "DESCENDING",
    )


def _matches(product: Product, name: str, value: str) -> bool:
    if name == "Owner":
        return product.owner == value
    if name == "ProductType":
        return product.type == value
    if name == "SourceProductId":
        return product.id == value
    text = " ".join((product.name, product.owner, *product.details.values())).casefold()
    return all(word in text for word in value.casefold().split())
