"""Default quotas of AWS Service Catalog.

General reference, *Service Catalog endpoints and quotas*; administrator guide, *Default service
quotas*.
"""

from __future__ import annotations

from local_aws import service_quotas
from local_aws.service_quotas import (
    PORTFOLIOS,
    PRODUCTS,
    PRODUCTS_PER_PORTFOLIO,
    VERSIONS_PER_PRODUCT,
)
from local_aws.servicecatalog.calls import Call
from local_aws.servicecatalog.errors import LimitExceeded

__all__ = [
    "PORTFOLIOS",
    "PRODUCTS",
    "PRODUCTS_PER_PORTFOLIO",
    "VERSIONS_PER_PRODUCT",
    "adjustable",
    "hold",
]

TAGS_PER_RESOURCE = 20
TAGS_PER_PROVISIONED_PRODUCT = 50
PRINCIPALS_PER_PORTFOLIO = 100
PATTERNS_PER_PORTFOLIO = 10
CONSTRAINTS_PER_ASSOCIATION = 100
ACCOUNTS_PER_PORTFOLIO = 5000


def adjustable(call: Call, code: str) -> int:
    """A quota as Service Quotas has it for the caller's account and region."""
    return service_quotas.applied(call.caller.account, call.region, code)


def hold(count: int, quota: int, what: str) -> None:
    """Refuse one more than the quota.

    Args:
        count: How many there would be.
        quota: How many there may be.
        what: Their name, for the message.

    Raises:
        LimitExceeded: `count` is over `quota`.
    """
    if count > quota:
        raise LimitExceeded(f"You have reached the limit of {quota} {what}.")
