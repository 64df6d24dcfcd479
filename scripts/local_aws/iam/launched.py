"""Whose provisioned products a request to Service Catalog is about.

`servicecatalog:accountLevel`, `…roleLevel` and `…userLevel` are `self` for what the caller's
account, role or session launched (administrator guide, *Example policies for managing provisioned
products*). A request for a list says by its filter whose it wants; the caller's own without one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_aws.iam.evaluation import Caller

_LEVELS = ("Account", "Role", "User")


def keys(params: Mapping[str, Any], region: str, caller: Caller) -> dict[str, tuple[str, ...]]:
    """The condition keys of a request.

    Args:
        params: Of the request.
        region: Where it goes.
        caller: Who asks.
    """
    product = _product(params, caller.account, region)
    if product is not None:
        launched_by = (caller.account, product.principal, product.session)
        asks = (caller.account, caller.principal, caller.arn)
        own = [
            level for level, *pair in zip(_LEVELS, launched_by, asks, strict=True) if _same(pair)
        ]
    else:
        wanted = (params.get("AccessLevelFilter") or {}).get("Key", "User")
        own = list(_LEVELS[: _LEVELS.index(wanted) + 1]) if wanted in _LEVELS else []
    return {f"servicecatalog:{level.lower()}level": ("self",) for level in own}


def _same(pair: list[str]) -> bool:
    return pair[0] == pair[1]


def _product(params: Mapping[str, Any], account: str, region: str) -> Any:
    """The provisioned product a request names, itself or by a record; None when it names none."""
    from local_aws.servicecatalog import state  # noqa: PLC0415 - which itself asks this package

    names = {params.get(name) for name in ("ProvisionedProductId", "ProvisionedProductName", "Id")}
    names |= {params.get("Name")}
    catalog = state.catalogs[account][region]
    record = catalog.records.get(str(params.get("Id")))
    if record is not None:
        return record.provisioned
    known = catalog.provisioned.values()
    return next((one for one in known if {one.id, one.name} & names), None)
