"""The tagging API's GetResources as AWS has it, where moto's differs.

Resource Groups Tagging API reference, *GetResources*: `ResourceARNList` excludes every filter and
page parameter; pages count resources; resource types are spelled as in ARNs (`catalog:product`);
what was once tagged shows with an empty list, what never was does not. Which resources there are is
asked of every service in use, ours (`local_aws.servicecatalog.state.Catalog`) and moto's.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Any

from moto.core.resource_tagging import (
    TaggedResource,
    iter_taggable_backends,
    make_tag_matcher,
    match_resource_type,
)
from moto.core.responses import BaseResponse
from moto.resourcegroupstaggingapi.responses import ResourceGroupsTaggingAPIResponse

from local_aws import validation
from local_aws.errors import Refusal

_EXCLUDED = ("TagFilters", "ResourceTypeFilters", "ResourcesPerPage", "TagsPerPage")
_PAGE, _MOST = 50, 100


def _invalid(text: str) -> Refusal:
    return Refusal("InvalidParameterException", text)


def get_resources(response: BaseResponse, params: dict[str, Any]) -> dict[str, Any]:
    """One page of tagged resources of the caller's account and region, in the order of ARNs."""
    _check(params)
    resources = sorted(
        _matching(response.current_account, response.region, params), key=lambda one: one.arn
    )
    if token := params.get("PaginationToken"):
        last = _read(token)
        resources = [one for one in resources if one.arn > last]
    arns = params.get("ResourceARNList")
    size = len(arns) if arns else params.get("ResourcesPerPage", _PAGE)
    more = len(resources) > size
    shown = resources[:size]
    return {
        "ResourceTagMappingList": [
            {
                "ResourceARN": one.arn,
                "Tags": [{"Key": key, "Value": value} for key, value in one.tags.items()],
            }
            for one in shown
        ],
        "PaginationToken": base64.urlsafe_b64encode(shown[-1].arn.encode()).decode()
        if more
        else "",
    }


def _check(params: Mapping[str, Any]) -> None:
    if "ResourceARNList" in params:
        clashing = [name for name in (*_EXCLUDED, "PaginationToken") if params.get(name)]
        if clashing:
            names = ", ".join(clashing)
            raise _invalid(f"ResourceARNList cannot be combined with {names}.")
    if not 1 <= params.get("ResourcesPerPage", _PAGE) <= _MOST:
        raise _invalid(f"ResourcesPerPage must be between 1 and {_MOST}.")
    if "TagsPerPage" in params:
        raise Refusal(
            "NotImplementedException",
            "not implemented in the embedded AWS: GetResources with TagsPerPage",
        )


def _matching(account: str, region: str, params: Mapping[str, Any]) -> list[TaggedResource]:
    has_tags = make_tag_matcher(params.get("TagFilters"))
    types = params.get("ResourceTypeFilters")
    arns = frozenset(params.get("ResourceARNList") or ())
    return [
        one
        for backend in iter_taggable_backends(account, region)
        for one in backend.iter_tagged_resources()
        if one.tags or one.extra.get("include_untagged")
        if not arns or one.arn in arns
        if match_resource_type(one.resource_type, types)
        if has_tags(one.tags)
    ]


def _read(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise _invalid("The pagination token is not valid.") from error


def install() -> None:
    """Answer GetResources here instead of in moto."""
    ResourceGroupsTaggingAPIResponse.get_resources = validation.served(
        "resourcegroupstaggingapi", "GetResources", get_resources
    )
