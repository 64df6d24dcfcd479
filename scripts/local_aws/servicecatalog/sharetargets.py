"""Whom a request names to share a portfolio with, and whether its caller may.

API reference: CreatePortfolioShare (`AccountId`, `OrganizationNode`), DescribePortfolioShareStatus.
"""

from __future__ import annotations

from local_aws import organization
from local_aws.servicecatalog.calls import Call
from local_aws.servicecatalog.errors import InvalidParameters, NotSupported
from local_aws.servicecatalog.orgaccess import PRINCIPAL, organization_access

SHARE_TYPE = {
    "ORGANIZATION": "ORGANIZATION",
    "ORGANIZATIONAL_UNIT": "ORGANIZATIONAL_UNIT",
    "ACCOUNT": "ORGANIZATION_MEMBER_ACCOUNT",
}
"""Type of an organization node -> type of its share."""


def named(call: Call) -> tuple[str, str]:
    """Share type and principal that a request names: an account, or a node of the organization.

    Raises:
        InvalidParameters: It names none of them, or both.
        NotSupported: The caller may not share with the organization.
    """
    account: str = call.params.get("AccountId", "")
    node: dict[str, str] = call.params.get("OrganizationNode", {})
    if bool(account) == bool(node):
        raise InvalidParameters("Exactly one of AccountId and OrganizationNode is required.")
    if account:
        return "ACCOUNT", account
    if not node.get("Type") or not node.get("Value"):
        raise InvalidParameters("OrganizationNode takes Type and Value.")
    check_organization(call)
    return SHARE_TYPE[node["Type"]], node["Value"].rpartition("/")[2]


def check_administrator(call: Call) -> None:
    """Let the management account and delegated administrators of Service Catalog pass.

    Raises:
        NotSupported: The caller is neither.
    """
    account = call.caller.account
    delegated = organization.is_delegated_administrator(account, PRINCIPAL)
    if not delegated and not organization.is_management(account):
        raise NotSupported(
            "Only the management account or a delegated administrator can share with the"
            " organization."
        )


def check_organization(call: Call) -> None:
    """Let those who may share with the organization pass.

    Raises:
        InvalidParameters: Service Catalog has no access to the organization.
        NotSupported: The caller does not administer it.
    """
    check_administrator(call)
    if organization_access() != "ENABLED":
        raise InvalidParameters("AWS Organizations access is not enabled for Service Catalog.")


def check_target(call: Call, kind: str, principal: str) -> None:
    """Refuse to share with what does not exist, with oneself, or principals with an account.

    Raises:
        InvalidParameters: One of these.
    """
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
