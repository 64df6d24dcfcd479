"""Pages: each operation's cap, and tokens that name the last thing shown.

A token holds the key of the last item, so that a page goes on behind it even when the list changes
in between.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from local_aws.servicecatalog.errors import InvalidParameters

T = TypeVar("T")


def page(
    items: Iterable[T],
    params: Mapping[str, Any],
    *,
    cap: int,
    key: Callable[[T], str] | None = None,
    descending: bool = False,
) -> tuple[list[T], str | None]:
    """Cut one page out of `items`.

    Args:
        items: Everything, in order.
        params: The request: its `PageSize` (0 and none mean the cap) and `PageToken`.
        cap: Most items of a page (the model's maximum of `PageSize`).
        key: Sorts the items first and gives each its place, a unique text; none keeps their order
            and counts.
        descending: Whether the order is turned around.

    Returns:
        The page, and the token of the next one when there is more.

    Raises:
        InvalidParameters: The token is not one of ours.
    """
    rows = [
        (f"{index:09d}" if key is None else key(item), item) for index, item in enumerate(items)
    ]
    rows.sort(key=lambda row: row[0], reverse=descending)
    if token := params.get("PageToken"):
        last = _read(token)
        rows = [row for row in rows if (row[0] < last if descending else row[0] > last)]
    size = params.get("PageSize") or cap
    following = _write(rows[size - 1][0]) if len(rows) > size else None
    return [item for _, item in rows[:size]], following


def answer(name: str, items: list[Any], token: str | None) -> dict[str, Any]:
    """A response with one page; the token is left out on the last."""
    return {name: items} | ({"NextPageToken": token} if token else {})


def _write(last: str) -> str:
    return base64.urlsafe_b64encode(json.dumps(last).encode()).decode()


def _read(token: str) -> str:
    try:
        return str(json.loads(base64.b64decode(token, altchars=b"-_", validate=True)))
    except (binascii.Error, ValueError) as error:
        raise InvalidParameters("Invalid page token.") from error
