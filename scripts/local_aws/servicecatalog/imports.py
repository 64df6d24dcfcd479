"""Imported portfolios: what other accounts share with the caller, read-only and always in sync.

A share with the organization or an OU imports by itself into every account below it; a share with
an account only once that account accepts it (administrator guide, *Sharing a portfolio*).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from local_aws import organization
from local_aws.servicecatalog import paging, views
from local_aws.servicecatalog.calls import Call, operation
from local_aws.servicecatalog.errors import ResourceNotFound
from local_aws.servicecatalog.state import Catalog, Portfolio, Share, catalogs_in


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """Somebody else's portfolio, the catalog it lives in, and the share that brings it here."""

    portfolio: Portfolio
    catalog: Catalog
    share: Share


def reaches(share: Share, account: str) -> bool:
    """Whether a share is meant for `account`, and arrived there."""
    if account in share.unreached:
        return False
    if share.type in ("ACCOUNT", "ORGANIZATION_MEMBER_ACCOUNT"):
        return share.principal == account
    return account in organization.accounts_under(share.principal)


def offered(call: Call) -> Iterator[Imported]:
    """Every share that reaches the caller's account, accepted or not."""
    for catalog in catalogs_in(call.region):
        if catalog.account_id == call.caller.account:
            continue
        for share in catalog.shares.look_at_all():
            portfolio = catalog.portfolios.get(share.portfolio_id)
            if portfolio and reaches(share, call.caller.account):
                yield Imported(portfolio=portfolio, catalog=catalog, share=share)


def imported(call: Call) -> Iterator[Imported]:
    """Every accepted share that reaches the caller's account."""
    return (found for found in offered(call) if found.share.accepted)


def by_portfolio(call: Call) -> dict[str, Imported]:
    """Imported portfolios by id; of several shares of one, the share that carries principals."""
    found: dict[str, Imported] = {}
    for one in imported(call):
        known = found.get(one.portfolio.id)
        if known is None or one.share.share_principals:
            found[one.portfolio.id] = one
    return found


def find(call: Call, portfolio_id: str) -> Imported | None:
    """The imported portfolio of this id, if there is one."""
    return by_portfolio(call).get(portfolio_id)


def _is_from_organization(share: Share) -> bool:
    return share.type != "ACCOUNT"


@operation
def list_accepted_portfolio_shares(call: Call) -> dict[str, Any]:
    """Imported portfolios of one kind: IMPORTED, by account share, unless the request differs."""
    kind = call.params.get("PortfolioShareType", "IMPORTED")
    found = {
        one.portfolio.id: one.portfolio
        for one in imported(call)
        if kind == ("AWS_ORGANIZATIONS" if _is_from_organization(one.share) else "IMPORTED")
    }
    shown, token = paging.page(found.values(), call.params, cap=100, key=lambda one: one.id)
    return paging.answer("PortfolioDetails", [views.portfolio_detail(one) for one in shown], token)


@operation
def accept_portfolio_share(call: Call) -> dict[str, Any]:
    """Accept an account share; a share of the organization needs no more than its type named."""
    one = _offer(call)
    one.catalog.shares.put(one.share.key, replace(one.share, accepted=True))
    return {}


@operation
def reject_portfolio_share(call: Call) -> dict[str, Any]:
    """Turn an account share down again; its owner sees it as not accepted."""
    one = _offer(call)
    if not _is_from_organization(one.share):
        refused = replace(one.share, accepted=False)
        one.catalog.shares.put(one.share.key, refused)
    return {}


def _offer(call: Call) -> Imported:
    wanted = call.params.get("PortfolioShareType", "IMPORTED") == "AWS_ORGANIZATIONS"
    for one in offered(call):
        named = one.portfolio.id == call.params["PortfolioId"]
        if named and _is_from_organization(one.share) == wanted:
            return one
    raise ResourceNotFound(f"Portfolio {call.params['PortfolioId']} not found.")
