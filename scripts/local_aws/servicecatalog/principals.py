"""Who may launch from a portfolio (API reference: AssociatePrincipalWithPortfolio …).

Owners name principals for their own account and, with SharePrincipals, for others; a recipient adds
its own to an imported portfolio, in its own catalog.
"""

from __future__ import annotations

import re
from typing import Any

from moto.iam.models import iam_backends

from local_aws.servicecatalog import imports, paging, quotas
from local_aws.servicecatalog.calls import Call, Caller, operation
from local_aws.servicecatalog.errors import InvalidParameters, ResourceNotFound
from local_aws.servicecatalog.shelf import Shelf
from local_aws.servicecatalog.state import Principal

_IAM = re.compile(r"arn:[a-z-]+:iam::(\d{12}):(user|group|role)/.+")
_PATTERN = re.compile(r"arn:[a-z-]+:iam:::(user|group|role)/.+")


def _check_portfolio(call: Call) -> str:
    """The portfolio named by the request: own, or imported."""
    identifier: str = call.params["PortfolioId"]
    if identifier not in call.catalog.portfolios and not imports.find(call, identifier):
        raise ResourceNotFound(f"Portfolio {identifier} not found.")
    return identifier


@operation
def associate_principal_with_portfolio(call: Call) -> dict[str, Any]:
    """IAM principals must exist; patterns have no account, and wildcards behind the type only."""
    portfolio_id, params = _check_portfolio(call), call.params
    arn, kind = params["PrincipalARN"], params["PrincipalType"]
    _check_arn(call.caller, arn, kind)
    key = portfolio_id, arn, kind
    shelf = call.catalog.principals
    if key in shelf:
        return {}
    there = [one for one in shelf.values() if one.portfolio_id == portfolio_id]
    quotas.hold(
        len(there) + 1, quotas.PRINCIPALS_PER_PORTFOLIO, "users, groups, and roles per portfolio"
    )
    if kind == "IAM_PATTERN":
        patterns = sum(one.type == kind for one in there)
        quotas.hold(
            patterns + 1, quotas.PATTERNS_PER_PORTFOLIO, "IAM_PATTERN principals per portfolio"
        )
    shelf.put(key, Principal(portfolio_id=portfolio_id, arn=arn, type=kind))
    return {}


def _check_arn(caller: Caller, arn: str, kind: str) -> None:
    if kind == "IAM_PATTERN":
        if not _PATTERN.fullmatch(arn):
            raise InvalidParameters(
                f"Invalid principal pattern {arn}: it is an ARN without account, and has wildcards"
                " only after user/, group/ or role/."
            )
        return
    match = _IAM.fullmatch(arn)
    if not match or "*" in arn or "?" in arn:
        raise InvalidParameters(f"Invalid principal ARN {arn}.")
    if match[1] != caller.account or not _exists(caller, arn, match[2]):
        raise InvalidParameters(f"Principal {arn} does not exist.")


def _exists(caller: Caller, arn: str, kind: str) -> bool:
    iam = iam_backends[caller.account][caller.partition]
    things = {"role": iam.roles, "user": iam.users, "group": iam.groups}[kind]
    return any(thing.arn == arn for thing in things.values())


@operation
def disassociate_principal_from_portfolio(call: Call) -> dict[str, Any]:
    """The type must be the one of the association; IAM when it is not said."""
    portfolio_id, params = _check_portfolio(call), call.params
    key = portfolio_id, params["PrincipalARN"], params.get("PrincipalType", "IAM")
    if key not in call.catalog.principals:
        raise ResourceNotFound(f"Principal {key[1]} is not associated with {portfolio_id}.")
    call.catalog.principals.remove(key)
    return {}


@operation
def list_principals_for_portfolio(call: Call) -> dict[str, Any]:
    """The caller's own associations; on an imported portfolio also those that are shared."""
    portfolio_id = _check_portfolio(call)
    seen = _of(call.catalog.principals, portfolio_id)
    if (one := imports.find(call, portfolio_id)) and one.share.share_principals:
        seen += _of(one.catalog.principals, portfolio_id)
    found, token = paging.page(seen, call.params, cap=20, key=lambda one: f"{one.arn}\0{one.type}")
    listed = [{"PrincipalARN": one.arn, "PrincipalType": one.type} for one in found]
    return paging.answer("Principals", listed, token)


def _of(shelf: Shelf[tuple[str, str, str], Principal], portfolio_id: str) -> list[Principal]:
    return shelf.look_at_all(lambda key: key[0] == portfolio_id)
