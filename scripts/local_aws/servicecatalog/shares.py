"""Portfolio shares, with accounts and with nodes of the organization.

API reference: CreatePortfolioShare … ListOrganizationPortfolioAccess. Shares with nodes are
asynchronous: they answer a token, whose status settles a look later; one action at a time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from local_aws import faults, organization
from local_aws.servicecatalog import paging, portfolios, quotas
from local_aws.servicecatalog.calls import Call, operation
from local_aws.servicecatalog.errors import (
    InvalidParameters,
    InvalidState,
    NotSupported,
    ResourceNotFound,
)
from local_aws.servicecatalog.orgaccess import PRINCIPAL, organization_access
from local_aws.servicecatalog.state import Share, ShareAction, new_id

_SHARE_TYPE = {
    "ORGANIZATION": "ORGANIZATION",
    "ORGANIZATIONAL_UNIT": "ORGANIZATIONAL_UNIT",
    "ACCOUNT": "ORGANIZATION_MEMBER_ACCOUNT",
}
"""Type of an organization node -> type of its share."""


def _target(call: Call) -> tuple[str, str]:
    """Share type and principal that a request names: an account, or a node of the organization."""
    account: str = call.params.get("AccountId", "")
    node: dict[str, str] = call.params.get("OrganizationNode", {})
    if bool(account) == bool(node):
        raise InvalidParameters("Exactly one of AccountId and OrganizationNode is required.")
    if account:
        return "ACCOUNT", account
    if not node.get("Type") or not node.get("Value"):
        raise InvalidParameters("OrganizationNode takes Type and Value.")
    _check_organization_admin(call)
    return _SHARE_TYPE[node["Type"]], node["Value"].rpartition("/")[2]


def _check_organization_admin(call: Call) -> None:
    account = call.caller.account
    delegated = organization.is_delegated_administrator(account, PRINCIPAL)
    if not delegated and not organization.is_management(account):
        raise NotSupported(
            "Only the management account or a delegated administrator can share with the"
            " organization."
        )
    if organization_access() != "ENABLED":
        raise InvalidParameters("AWS Organizations access is not enabled for Service Catalog.")


def _wait_for_others(call: Call) -> None:
    """One share action at a time; being refused brings the one under way on, too."""
    for action in call.catalog.share_actions.values():
        if action.look() == "IN_PROGRESS":
            raise InvalidState(
                f"Another share operation ({action.token}) is in progress; only one share action"
                " is allowed at a time."
            )


def _begin(call: Call, portfolio_id: str, kind: str, principal: str) -> str:
    """Note an asynchronous action; empty for account shares, which are done at once."""
    if kind == "ACCOUNT":
        return ""
    if kind == "ORGANIZATION_MEMBER_ACCOUNT":
        accounts = {principal}
    else:
        accounts = set(organization.accounts_under(principal))
    action = ShareAction(
        token=new_id("share"),
        portfolio_id=portfolio_id,
        node=principal,
        accounts=tuple(sorted(accounts - {call.caller.account})),
        looks=1 + faults.current().lag,
    )
    call.catalog.share_actions[action.token] = action
    return action.token


def _token(token: str) -> dict[str, Any]:
    return {"PortfolioShareToken": token} if token else {}


@operation
def create_portfolio_share(call: Call) -> dict[str, Any]:
    """An existing share is left as it is, flags included, without a word."""
    portfolio = portfolios.own(call, call.params["PortfolioId"])
    kind, principal = _target(call)
    _check_target(call, kind, principal)
    _wait_for_others(call)
    share = Share(
        portfolio_id=portfolio.id,
        type=kind,
        principal=principal,
        accepted=kind != "ACCOUNT",
        share_principals=call.params.get("SharePrincipals", False),
        share_tag_options=call.params.get("ShareTagOptions", False),
    )
    if share.key not in call.catalog.shares:
        there = sum(one.portfolio_id == portfolio.id for one in call.catalog.shares.values())
        quotas.hold(there + 1, quotas.ACCOUNTS_PER_PORTFOLIO, "shares per portfolio")
        call.catalog.shares.put(share.key, share)
    return _token(_begin(call, portfolio.id, kind, principal))


def _check_target(call: Call, kind: str, principal: str) -> None:
    if kind == "ACCOUNT":
        if call.params.get("SharePrincipals"):
            raise InvalidParameters("Principals can be shared within an organization only.")
        if principal == call.caller.account:
            raise InvalidParameters("A portfolio cannot be shared with its own account.")
    elif kind == "ORGANIZATION" and principal != organization.organization_id():
        raise InvalidParameters(f"Organization {principal} is not the caller's.")
    elif kind != "ORGANIZATION" and not _is_node(kind, principal):
        raise InvalidParameters(f"Organization node {principal} not found.")


def _is_node(kind: str, principal: str) -> bool:
    if kind == "ORGANIZATION_MEMBER_ACCOUNT":
        return principal in organization.accounts_under(organization.organization_id())
    try:
        organization.accounts_under(principal)
    except KeyError:
        return False
    return principal.startswith("ou-")


def _existing(call: Call) -> Share:
    portfolio = portfolios.own(call, call.params["PortfolioId"])
    kind, principal = _target(call)
    share = call.catalog.shares.get((portfolio.id, kind, principal))
    if share is None:
        raise ResourceNotFound(f"Portfolio {portfolio.id} is not shared with {principal}.")
    return share


@operation
def update_portfolio_share(call: Call) -> dict[str, Any]:
    """Changes the flags that are given; the others stay."""
    share = _existing(call)
    if share.type == "ACCOUNT" and call.params.get("SharePrincipals"):
        raise InvalidParameters("Principals can be shared within an organization only.")
    _wait_for_others(call)
    share = replace(
        share,
        share_principals=call.params.get("SharePrincipals", share.share_principals),
        share_tag_options=call.params.get("ShareTagOptions", share.share_tag_options),
    )
    call.catalog.shares.put(share.key, share)
    token = _begin(call, share.portfolio_id, share.type, share.principal)
    return _token(token) | {"Status": "IN_PROGRESS" if token else "COMPLETED"}


@operation
def delete_portfolio_share(call: Call) -> dict[str, Any]:
    """Takes the portfolio away from the recipients."""
    share = _existing(call)
    _wait_for_others(call)
    call.catalog.shares.remove(share.key)
    return _token(_begin(call, share.portfolio_id, share.type, share.principal))


@operation
def describe_portfolio_share_status(call: Call) -> dict[str, Any]:
    """IN_PROGRESS at the first look, COMPLETED later."""
    token = call.params["PortfolioShareToken"]
    action = call.catalog.share_actions.get(token)
    if action is None:
        raise ResourceNotFound(f"Portfolio share token {token} not found.")
    status = action.look()
    done = list(action.accounts) if status == "COMPLETED" else []
    return {
        "PortfolioShareToken": token,
        "PortfolioId": action.portfolio_id,
        "OrganizationNodeValue": action.node,
        "Status": status,
        "ShareDetails": {"SuccessfulShares": done, "ShareErrors": []},
    }


@operation
def describe_portfolio_shares(call: Call) -> dict[str, Any]:
    """Shares of one type with their flags; `PrincipalId` is the bare id."""
    portfolio = portfolios.own(call, call.params["PortfolioId"])
    seen = _shares(call, portfolio.id, call.params["Type"])
    shown, token = paging.page(seen, call.params, cap=100, key=lambda share: share.principal)
    details = [
        {
            "PrincipalId": share.principal,
            "Type": share.type,
            "Accepted": share.accepted,
            "ShareTagOptions": share.share_tag_options,
            "SharePrincipals": share.share_principals,
        }
        for share in shown
    ]
    return paging.answer("PortfolioShareDetails", details, token)


def _shares(call: Call, portfolio_id: str, kind: str) -> list[Share]:
    return call.catalog.shares.look_at_all(lambda key: key[:2] == (portfolio_id, kind))


@operation
def list_portfolio_access(call: Call) -> dict[str, Any]:
    """Accounts a portfolio is shared with by name; with a parent node, those below it."""
    portfolio = portfolios.own(call, call.params["PortfolioId"])
    accounts = {share.principal for share in _shares(call, portfolio.id, "ACCOUNT")}
    if parent := call.params.get("OrganizationParentId"):
        _check_organization_admin(call)
        units = _shares(call, portfolio.id, "ORGANIZATION")
        units += _shares(call, portfolio.id, "ORGANIZATIONAL_UNIT")
        reached = {one for share in units for one in organization.accounts_under(share.principal)}
        accounts = reached & organization.accounts_under(parent) - {call.caller.account}
    shown, token = paging.page(accounts, call.params, cap=100, key=str)
    return paging.answer("AccountIds", shown, token)


@operation
def list_organization_portfolio_access(call: Call) -> dict[str, Any]:
    """Nodes of one type a portfolio is shared with."""
    _check_organization_admin(call)
    portfolio = portfolios.own(call, call.params["PortfolioId"])
    kind = call.params["OrganizationNodeType"]
    seen = _shares(call, portfolio.id, _SHARE_TYPE[kind])
    shown, token = paging.page(seen, call.params, cap=20, key=lambda share: share.principal)
    nodes = [{"Type": kind, "Value": share.principal} for share in shown]
    return paging.answer("OrganizationNodes", nodes, token)
