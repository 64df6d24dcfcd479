"""Portfolio shares, with accounts and with nodes of the organization.

API reference: CreatePortfolioShare … ListOrganizationPortfolioAccess. Shares with nodes are
asynchronous: they answer a token, whose status settles a look later; one action at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from local_aws import faults, organization
from local_aws.servicecatalog import paging, portfolios, quotas, sharetargets
from local_aws.servicecatalog.calls import Call, operation
from local_aws.servicecatalog.errors import (
    InvalidParameters,
    InvalidState,
    ResourceNotFound,
)
from local_aws.servicecatalog.state import Share, ShareAction, new_id


def _wait_for_others(call: Call) -> None:
    """One share action at a time; being refused brings the one under way on, too."""
    for action in call.catalog.share_actions.values():
        if action.look() == "IN_PROGRESS":
            raise InvalidState(
                "Cannot process more than one portfolio share action at the same time. Try again"
                " later."
            )


def _accounts(call: Call, kind: str, principal: str) -> tuple[str, ...]:
    """The accounts a share is for, without its owner."""
    if kind in ("ACCOUNT", "ORGANIZATION_MEMBER_ACCOUNT"):
        return (principal,)
    return tuple(sorted(organization.accounts_under(principal) - {call.caller.account}))


def _unreached(call: Call, kind: str, principal: str) -> dict[str, str]:
    """The accounts a new share fails to reach, which a fault decides; with the error code."""
    if kind == "ACCOUNT":
        return {}
    accounts = _accounts(call, kind, principal)
    struck = {one: faults.step(f"servicecatalog:PortfolioShare/{one}") for one in accounts}
    return {account: code for account, code in struck.items() if code}


def _begin(call: Call, share: Share, unreached: Mapping[str, str]) -> str:
    """Note an asynchronous action; empty for account shares, which are done at once."""
    if share.type == "ACCOUNT":
        return ""
    action = ShareAction(
        token=new_id("share"),
        portfolio_id=share.portfolio_id,
        node=share.principal,
        accounts=_accounts(call, share.type, share.principal),
        unreached=unreached,
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
    kind, principal = sharetargets.named(call)
    sharetargets.check_target(call, kind, principal)
    _wait_for_others(call)
    share = Share(
        portfolio_id=portfolio.id,
        type=kind,
        principal=principal,
        accepted=kind != "ACCOUNT",
        share_principals=call.params.get("SharePrincipals", False),
        share_tag_options=call.params.get("ShareTagOptions", False),
    )
    if known := call.catalog.shares.get(share.key):
        share = known
    else:
        share = replace(share, unreached=_unreached(call, kind, principal))
        there = sum(one.portfolio_id == portfolio.id for one in call.catalog.shares.values())
        quotas.hold(there + 1, quotas.ACCOUNTS_PER_PORTFOLIO, "shares per portfolio")
        call.catalog.shares.put(share.key, share)
    return _token(_begin(call, share, share.unreached))


def _existing(call: Call) -> Share:
    portfolio = portfolios.own(call, call.params["PortfolioId"])
    kind, principal = sharetargets.named(call)
    share = call.catalog.shares.get((portfolio.id, kind, principal))
    if share is None:
        raise ResourceNotFound(f"Portfolio {portfolio.id} is not shared with {principal}.")
    return share


@operation
def update_portfolio_share(call: Call) -> dict[str, Any]:
    """Changes the flags that are given; the others stay.

    An account that the share did not reach stays unreached until the share is made anew, as users
    of Terraform found.
    """
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
    token = _begin(call, share, share.unreached)
    return _token(token) | {"Status": "IN_PROGRESS" if token else "COMPLETED"}


@operation
def delete_portfolio_share(call: Call) -> dict[str, Any]:
    """Takes the portfolio away from the recipients."""
    share = _existing(call)
    _wait_for_others(call)
    call.catalog.shares.remove(share.key)
    return _token(_begin(call, share, {}))


@operation
def describe_portfolio_share_status(call: Call) -> dict[str, Any]:
    """IN_PROGRESS at the first look, over later; for administrators of the organization only."""
    sharetargets.check_administrator(call)
    token = call.params["PortfolioShareToken"]
    action = call.catalog.share_actions.get(token)
    if action is None:
        raise ResourceNotFound(f"Portfolio share token {token} not found.")
    status = action.look()
    over = status != "IN_PROGRESS"
    errors = [
        {"Accounts": [account], "Error": code, "Message": f"The share failed with {code}."}
        for account, code in action.unreached.items()
    ]
    return {
        "PortfolioShareToken": token,
        "PortfolioId": action.portfolio_id,
        "OrganizationNodeValue": action.node,
        "Status": status,
        "ShareDetails": {
            "SuccessfulShares": list(action.reached) if over else [],
            "ShareErrors": errors if over else [],
        },
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
        sharetargets.check_organization(call)
        units = _shares(call, portfolio.id, "ORGANIZATION")
        units += _shares(call, portfolio.id, "ORGANIZATIONAL_UNIT")
        reached = {one for share in units for one in organization.accounts_under(share.principal)}
        accounts = reached & organization.accounts_under(parent) - {call.caller.account}
    shown, token = paging.page(accounts, call.params, cap=100, key=str)
    return paging.answer("AccountIds", shown, token)


@operation
def list_organization_portfolio_access(call: Call) -> dict[str, Any]:
    """Nodes of one type a portfolio is shared with."""
    sharetargets.check_organization(call)
    portfolio = portfolios.own(call, call.params["PortfolioId"])
    kind = call.params["OrganizationNodeType"]
    seen = _shares(call, portfolio.id, sharetargets.SHARE_TYPE[kind])
    shown, token = paging.page(seen, call.params, cap=20, key=lambda share: share.principal)
    nodes = [{"Type": kind, "Value": share.principal} for share in shown]
    return paging.answer("OrganizationNodes", nodes, token)
