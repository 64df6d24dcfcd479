"""Which regions an account may use (Account Management API reference, *GetRegionOptStatus* …).

Regions since March 2019 are off until somebody turns them on. A change takes minutes on AWS and
none here, where a region that is off answers all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import botocore.session
from moto.core.responses import BaseResponse

from local_aws import dispatch, organization, validation
from local_aws.errors import Refusal

Params = Mapping[str, Any]

BY_DEFAULT = frozenset(
    {
        *("ap-northeast-1", "ap-northeast-2", "ap-northeast-3", "ap-south-1", "ap-southeast-1"),
        *("ap-southeast-2", "ca-central-1", "eu-central-1", "eu-north-1", "eu-west-1"),
        *("eu-west-2", "eu-west-3", "sa-east-1", "us-east-1", "us-east-2", "us-west-1"),
        "us-west-2",
    }
)
"""Regions every account has (Account Management reference guide, *Enable or disable Regions*)."""

_on: set[tuple[str, str]] = set()


def forget() -> None:
    """Nobody turned a region on."""
    _on.clear()


def _meant(caller: BaseResponse, params: Params) -> tuple[str, str]:
    own = str(caller.current_account)
    account, region = str(params.get("AccountId") or own), str(params["RegionName"])
    if account != own and not organization.is_management(own):
        raise Refusal("AccessDeniedException", "You are not authorized to perform this operation.")
    if region not in botocore.session.get_session().get_available_regions("ec2"):
        raise Refusal("ValidationException", f"The region {region} does not exist.")
    return account, region


def _status(caller: BaseResponse, params: Params) -> dict[str, Any]:
    account, region = _meant(caller, params)
    status = "ENABLED" if (account, region) in _on else "DISABLED"
    if region in BY_DEFAULT:
        status = "ENABLED_BY_DEFAULT"
    return {"RegionName": region, "RegionOptStatus": status}


def _enable(caller: BaseResponse, params: Params) -> dict[str, Any]:
    _on.add(_meant(caller, params))
    return {}


def _disable(caller: BaseResponse, params: Params) -> dict[str, Any]:
    account, region = _meant(caller, params)
    if region in BY_DEFAULT:
        raise Refusal("ValidationException", f"The region {region} cannot be disabled.")
    _on.discard((account, region))
    return {}


HANDLERS: dict[str, validation.Handler] = {
    "DisableRegion": _disable,
    "EnableRegion": _enable,
    "GetRegionOptStatus": _status,
}


def _init(self: BaseResponse) -> None:
    BaseResponse.__init__(self, service_name="account")
    self.automated_parameter_parsing = True


def install() -> None:
    """Answer for Account Management, of which moto knows the alternate contacts alone."""
    methods = [validation.served("account", name, handler) for name, handler in HANDLERS.items()]
    members = {method.__name__: method for method in methods}
    dispatch.serve("account", type("Account", (BaseResponse,), {"__init__": _init, **members}))
