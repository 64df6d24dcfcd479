"""Service Quotas: what an account may have of Service Catalog, and asking for more.

Names and values are the General Reference's; the codes are this embedded AWS's own, because AWS
writes them down nowhere else than in its answers. What is asked for is granted at once.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.core.responses import BaseResponse
from moto.core.utils import utcnow

from local_aws import dispatch, validation
from local_aws.errors import Refusal

Params = Mapping[str, Any]
SERVICE = "servicecatalog"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """A quota of Service Catalog."""

    name: str
    value: int
    adjustable: bool = True


PORTFOLIOS, PRODUCTS = "L-00000001", "L-00000002"
PRODUCTS_PER_PORTFOLIO, VERSIONS_PER_PRODUCT = "L-00000003", "L-00000004"
QUOTAS: Mapping[str, Quota] = {
    PORTFOLIOS: Quota(name="Portfolios", value=100),
    PRODUCTS: Quota(name="Products", value=350),
    PRODUCTS_PER_PORTFOLIO: Quota(name="Products per portfolio", value=150),
    VERSIONS_PER_PRODUCT: Quota(name="Product versions per product", value=100),
    "L-00000005": Quota(name="Tags per product", value=20, adjustable=False),
}

_raised: dict[tuple[str, str, str], int] = {}


def forget() -> None:
    """Every quota has its default."""
    _raised.clear()


def applied(account: str, region: str, code: str) -> int:
    """How many an account (12 digits) may have in a region."""
    return _raised.get((account, region, code), QUOTAS[code].value)


def _shown(caller: BaseResponse, code: str) -> dict[str, Any]:
    account, region, quota = str(caller.current_account), str(caller.region), QUOTAS[code]
    return {
        "ServiceCode": SERVICE,
        "ServiceName": "AWS Service Catalog",
        "QuotaArn": f"arn:aws:servicequotas:{region}:{account}:{SERVICE}/{code}",
        "QuotaCode": code,
        "QuotaName": quota.name,
        "Value": float(applied(account, region, code)),
        "Adjustable": quota.adjustable,
        "GlobalQuota": False,
    }


def _known(params: Params) -> str:
    if params["ServiceCode"] != SERVICE:
        raise NotImplementedError(f"service-quotas of {params['ServiceCode']}")
    code = str(params.get("QuotaCode") or next(iter(QUOTAS)))
    if code not in QUOTAS:
        raise Refusal("NoSuchResourceException", f"There is no quota {code} of {SERVICE}.")
    return code


def _list(caller: BaseResponse, params: Params) -> dict[str, Any]:
    _known(params)
    start, most = int(params.get("NextToken") or 0), int(params.get("MaxResults") or 100)
    codes = list(QUOTAS)[start : start + most]
    more = {"NextToken": str(start + most)} if start + most < len(QUOTAS) else {}
    return {"Quotas": [_shown(caller, code) for code in codes], **more}


def _get(caller: BaseResponse, params: Params) -> dict[str, Any]:
    return {"Quota": _shown(caller, _known(params))}


def _request(caller: BaseResponse, params: Params) -> dict[str, Any]:
    code = _known(params)
    account, region = str(caller.current_account), str(caller.region)
    if not QUOTAS[code].adjustable:
        raise Refusal("IllegalArgumentException", f"Quota {code} is not adjustable.")
    if params["DesiredValue"] <= applied(account, region, code):
        raise Refusal(
            "IllegalArgumentException",
            "You must provide a quota value greater than the current quota value",
        )
    _raised[account, region, code] = int(params["DesiredValue"])
    return {
        "RequestedQuota": {
            "Id": uuid.uuid4().hex,
            "ServiceCode": SERVICE,
            "QuotaCode": code,
            "QuotaName": QUOTAS[code].name,
            "DesiredValue": params["DesiredValue"],
            "Status": "APPROVED",
            "Created": utcnow(),
        }
    }


HANDLERS: dict[str, validation.Handler] = {
    "GetServiceQuota": _get,
    "ListServiceQuotas": _list,
    "RequestServiceQuotaIncrease": _request,
}


def _init(self: BaseResponse) -> None:
    BaseResponse.__init__(self, service_name="service-quotas")
    self.automated_parameter_parsing = True


def install() -> None:
    """Answer for Service Quotas, of which moto knows the VPC's alone."""
    name = "service-quotas"
    methods = [validation.served(name, each, handler) for each, handler in HANDLERS.items()]
    members = {method.__name__: method for method in methods}
    dispatch.serve("servicequotas", type("Quotas", (BaseResponse,), {"__init__": _init, **members}))
