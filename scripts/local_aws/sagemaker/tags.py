"""Tags of everything that has an ARN here (API reference: AddTags, ListTags, DeleteTags)."""

from __future__ import annotations

from typing import Any

from local_aws.errors import Refusal
from local_aws.sagemaker.calls import Call, Handler
from local_aws.sagemaker.kinds import tag_map
from local_aws.sagemaker.state import invalid

_PAGE = 50
_MOST = 50
"""Tags per resource (developer guide, *Amazon SageMaker AI endpoints and quotas*)."""


def _known(call: Call) -> dict[str, str]:
    """The tags of the resource a request names, to be changed in place.

    Raises:
        Refusal: There is no such resource.
    """
    arn = call.params["ResourceArn"]
    if call.shelf.by_arn(arn) is None:
        kind, _, name = arn.rpartition(":")[2].partition("/")
        raise invalid(f"Could not find {kind.replace('-', ' ')} with name {name}.")
    return call.shelf.tags.setdefault(arn, {})


def _add(call: Call) -> dict[str, Any]:
    tags = _known(call)
    added = tag_map(call.params)
    if any(key.startswith("aws:") for key in added):
        raise invalid("aws: prefixed tag key names are not allowed for external use.")
    if len(tags | added) > _MOST:
        raise Refusal("ResourceLimitExceeded", f"A resource has at most {_MOST} tags.")
    tags |= added
    return {"Tags": _pairs(tags)}


def _list(call: Call) -> dict[str, Any]:
    pairs = _pairs(_known(call))
    start = int(call.params.get("NextToken", 0))
    end = start + call.params.get("MaxResults", _PAGE)
    return {"Tags": pairs[start:end]} | ({"NextToken": str(end)} if end < len(pairs) else {})


def _delete(call: Call) -> dict[str, Any]:
    tags = _known(call)
    for key in call.params["TagKeys"]:
        tags.pop(key, None)
    return {}


def _pairs(tags: dict[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


OPERATIONS: dict[str, Handler] = {"AddTags": _add, "ListTags": _list, "DeleteTags": _delete}
