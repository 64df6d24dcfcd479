"""Tags: lists on the wire, mappings in here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_aws.servicecatalog import quotas
from local_aws.servicecatalog.errors import InvalidParameters


def read(tags: list[dict[str, str]] | None) -> dict[str, str]:
    """Tags of a request as a mapping.

    Raises:
        InvalidParameters: A key stands twice, or begins with `aws:`, which is AWS's own.
    """
    found: dict[str, str] = {}
    for tag in tags or []:
        key = tag["Key"]
        if key in found:
            raise InvalidParameters(f"Duplicate tag key: {key}.")
        if key.lower().startswith("aws:"):
            raise InvalidParameters(f"Tag keys beginning with aws: are reserved: {key}.")
        found[key] = tag["Value"]
    return found


def write(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as a response lists them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def changed(tags: Mapping[str, str], params: Mapping[str, Any], what: str) -> dict[str, str]:
    """Tags after `RemoveTags` and `AddTags` of an update.

    A key in both is refused: AWS documents no order between them.

    Args:
        tags: As they are.
        params: The request.
        what: What carries the tags, for the message of the quota.

    Raises:
        InvalidParameters: A key is added and removed at once.
        LimitExceeded: More than 20 tags.
    """
    added, removed = read(params.get("AddTags")), set(params.get("RemoveTags") or ())
    if both := sorted(removed & added.keys()):
        raise InvalidParameters(f"Tag keys both added and removed: {', '.join(both)}.")
    result = {key: value for key, value in tags.items() if key not in removed} | added
    quotas.hold(len(result), quotas.TAGS_PER_RESOURCE, f"tags per {what}")
    return result
