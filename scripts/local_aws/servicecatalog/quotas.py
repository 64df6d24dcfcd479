"""Default quotas of AWS Service Catalog.

General reference, *Service Catalog endpoints and quotas*; administrator guide, *Default service
quotas*.
"""

from __future__ import annotations

from local_aws.servicecatalog.errors import LimitExceeded

PORTFOLIOS = 100
PRODUCTS = 350
PRODUCTS_PER_PORTFOLIO = 150
VERSIONS_PER_PRODUCT = 100
TAGS_PER_RESOURCE = 20
TAGS_PER_PROVISIONED_PRODUCT = 50
PRINCIPALS_PER_PORTFOLIO = 100
PATTERNS_PER_PORTFOLIO = 10
CONSTRAINTS_PER_ASSOCIATION = 100
ACCOUNTS_PER_PORTFOLIO = 5000


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
