"""Portfolios (API reference: CreatePortfolio … ListPortfolios)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from local_aws.servicecatalog import imports, paging, quotas, tags, views
from local_aws.servicecatalog.calls import Call, operation
from local_aws.servicecatalog.errors import ResourceInUse, ResourceNotFound
from local_aws.servicecatalog.state import Portfolio, new_id


def own(call: Call, identifier: str) -> Portfolio:
    """A portfolio of the caller's account.

    Raises:
        ResourceNotFound: There is none of this id in the account; an imported one is not its own.
    """
    if portfolio := call.catalog.portfolios.get(identifier):
        return portfolio
    raise ResourceNotFound(f"Portfolio {identifier} not found.")


@operation
def create_portfolio(call: Call) -> dict[str, Any]:
    """Names are not unique; the idempotency token is all that keeps a retry from making a twin."""
    quotas.hold(
        len(call.catalog.portfolios) + 1,
        quotas.adjustable(call, quotas.PORTFOLIOS),
        "portfolios per region",
    )
    carried = tags.changed({}, {"AddTags": call.params.get("Tags")}, "portfolio")
    identifier = new_id("port")
    portfolio = Portfolio(
        id=identifier,
        arn=call.catalog.arn("portfolio", identifier),
        account=call.caller.account,
        name=call.params["DisplayName"],
        provider=call.params["ProviderName"],
        description=call.params.get("Description", ""),
        tags=carried,
        tagged=bool(carried),
    )
    call.catalog.portfolios.put(identifier, portfolio)
    return {"PortfolioDetail": views.portfolio_detail(portfolio), "Tags": tags.write(carried)}


@operation
def update_portfolio(call: Call) -> dict[str, Any]:
    """What is not given stays as it is."""
    portfolio, params = own(call, call.params["Id"]), call.params
    carried = tags.changed(portfolio.tags, params, "portfolio")
    portfolio = replace(
        portfolio,
        name=params.get("DisplayName", portfolio.name),
        provider=params.get("ProviderName", portfolio.provider),
        description=params.get("Description", portfolio.description),
        tags=carried,
        tagged=portfolio.tagged or bool(carried),
    )
    call.catalog.portfolios.put(portfolio.id, portfolio)
    return {"PortfolioDetail": views.portfolio_detail(portfolio), "Tags": tags.write(carried)}


@operation
def delete_portfolio(call: Call) -> dict[str, Any]:
    """Refused while anything hangs on it; an imported portfolio is not the caller's to delete."""
    portfolio, catalog = own(call, call.params["Id"]), call.catalog
    for what, shelf in (
        ("Products", catalog.associations),
        ("Principals", catalog.principals),
        ("Constraints", catalog.constraints),
        ("Shares", catalog.shares),
    ):
        if any(thing.portfolio_id == portfolio.id for thing in shelf.values()):
            raise ResourceInUse(f"Portfolio {portfolio.id} still has associated {what}")
    catalog.portfolios.remove(portfolio.id)
    return {}


@operation
def describe_portfolio(call: Call) -> dict[str, Any]:
    """Own portfolios, and imported ones read-only; tags of these only if the share carries them."""
    identifier = call.params["Id"]
    if portfolio := call.catalog.portfolios.look(identifier):
        carried = tags.write(portfolio.tags)
    elif imported := imports.find(call, identifier):
        portfolio, carried = imported.portfolio, []
    else:
        raise ResourceNotFound(f"Portfolio {identifier} not found.")
    return {
        "PortfolioDetail": views.portfolio_detail(portfolio),
        "Tags": carried,
        "TagOptions": [],
        "Budgets": [],
    }


@operation
def list_portfolios(call: Call) -> dict[str, Any]:
    """Own portfolios without their tags; imported ones come from ListAcceptedPortfolioShares."""
    seen = call.catalog.portfolios.look_at_all()
    found, token = paging.page(seen, call.params, cap=100, key=lambda portfolio: portfolio.id)
    return paging.answer(
        "PortfolioDetails", [views.portfolio_detail(portfolio) for portfolio in found], token
    )
