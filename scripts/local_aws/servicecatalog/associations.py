"""Products in portfolios (API reference: AssociateProductWithPortfolio …)."""

from __future__ import annotations

from typing import Any

from local_aws.servicecatalog import imports, paging, portfolios, products, quotas, views
from local_aws.servicecatalog.calls import Call, operation
from local_aws.servicecatalog.errors import NotImplementedHere, ResourceInUse, ResourceNotFound
from local_aws.servicecatalog.state import Association


@operation
def associate_product_with_portfolio(call: Call) -> dict[str, Any]:
    """Doing it again changes nothing; others see it a little later."""
    if "SourcePortfolioId" in call.params:
        raise NotImplementedHere("AssociateProductWithPortfolio with a SourcePortfolioId")
    portfolio = portfolios.own(call, call.params["PortfolioId"])
    product = products.own(call, call.params["ProductId"])
    shelf, key = call.catalog.associations, (portfolio.id, product.id)
    if key not in shelf:
        count = sum(1 for one in shelf.values() if one.portfolio_id == portfolio.id)
        quotas.hold(
            count + 1,
            quotas.adjustable(call, quotas.PRODUCTS_PER_PORTFOLIO),
            "products per portfolio",
        )
        shelf.put(key, Association(portfolio_id=portfolio.id, product_id=product.id))
    return {}


@operation
def disassociate_product_from_portfolio(call: Call) -> dict[str, Any]:
    """Constraints go first."""
    key = call.params["PortfolioId"], call.params["ProductId"]
    portfolios.own(call, key[0])
    if key not in call.catalog.associations:
        raise ResourceNotFound(f"Product {key[1]} is not associated with portfolio {key[0]}.")
    for constraint in call.catalog.constraints.values():
        if (constraint.portfolio_id, constraint.product_id) == key:
            raise ResourceInUse(f"Product {key[1]} still has constraints in portfolio {key[0]}.")
    call.catalog.associations.remove(key)
    return {}


@operation
def list_portfolios_for_product(call: Call) -> dict[str, Any]:
    """Portfolios that hold a product: own ones, or the imported ones it was found through."""
    product_id = call.params["ProductId"]
    catalog = call.catalog
    seen = catalog.associations.look_at_all(lambda key: key[1] == product_id)
    found = [catalog.portfolios.get(one.portfolio_id) for one in seen]
    holding = {one.id: one for one in found if one is not None}
    for one in imports.imported(call):
        if (one.portfolio.id, product_id) in one.catalog.associations:
            holding[one.portfolio.id] = one.portfolio
    if not holding and product_id not in catalog.products:
        raise ResourceNotFound(f"Product {product_id} not found.")
    shown, token = paging.page(holding.values(), call.params, cap=100, key=lambda one: one.id)
    return paging.answer("PortfolioDetails", [views.portfolio_detail(one) for one in shown], token)
