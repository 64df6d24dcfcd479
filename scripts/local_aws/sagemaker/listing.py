"""List operations: filters, order and pages, read off the request's own members.

A filter is named after what it looks at: `CreationTimeAfter`, `NameContains`, `StatusEquals`,
`DomainIdEquals`. A page holds ten unless the request says otherwise, which is what SageMaker
documents for most of its lists; a client that reads one page only is thereby found out.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from moto.core.utils import get_service_model

from local_aws.sagemaker.calls import Call, fitted
from local_aws.sagemaker.state import Thing, invalid

PAGE = 10

_TIMES = {"Creation": "CreationTime", "Created": "CreationTime", "CreatedTime": "CreationTime"}
_NOT_FILTERS = frozenset(
    {"CrossAccountFilterOption", "MaxResults", "NextToken", "SortBy", "SortOrder"}
)


def listed(
    call: Call,
    operation: str,
    things: Iterable[Thing],
    *,
    status: str = "",
    by: str = "CreationTime",
    descending: bool = False,
) -> dict[str, Any]:
    """One page of a list.

    Args:
        call: The request.
        operation: Its name; the answer's members are read off botocore's model.
        things: Everything the caller may see; the request's filters choose among them.
        status: The field that `StatusEquals` and `SortBy=Status` mean.
        by: What the list is sorted by when the request does not say.
        descending: Whether it then begins with the greatest.
    """
    wanted = [thing for thing in things if _asked_for(call.params, thing, status)]
    key = _order(call.params.get("SortBy", by), status)
    order = call.params.get("SortOrder", "Descending" if descending else "Ascending")
    page, token = paged(call.params, wanted, key, descending=order == "Descending")
    shape = get_service_model("sagemaker").operation_model(operation).output_shape
    name, rows = next((n, s) for n, s in shape.members.items() if s.type_name == "list")
    answer: dict[str, Any] = {name: [fitted(rows.member, thing.fields) for thing in page]}
    return answer | ({"NextToken": token} if token else {})


def paged(
    params: Mapping[str, Any],
    things: Iterable[Thing],
    key: Callable[[Thing], str],
    *,
    descending: bool = False,
) -> tuple[list[Thing], str]:
    """Sort, and cut one page; the token says where the next one begins, empty on the last."""
    rows = sorted(
        ((f"{key(thing)}\0{thing.number:012d}", thing) for thing in things),
        key=lambda row: row[0],
        reverse=descending,
    )
    if token := params.get("NextToken"):
        last = _read(token)
        rows = [row for row in rows if (row[0] < last if descending else row[0] > last)]
    size = params.get("MaxResults", PAGE)
    following = _write(rows[size - 1][0]) if len(rows) > size else ""
    return [thing for _, thing in rows[:size]], following


def _order(by: str, status: str) -> Callable[[Thing], str]:
    if by == "Name":
        return lambda thing: thing.key
    field = status if by == "Status" else by
    return lambda thing: str(thing[field] or thing["CreationTime"])


def _asked_for(params: Mapping[str, Any], thing: Thing, status: str) -> bool:
    return all(
        _passes(name, wanted, thing, status)
        for name, wanted in params.items()
        if name not in _NOT_FILTERS
    )


def _passes(name: str, wanted: Any, thing: Thing, status: str) -> bool:
    if name.endswith("After"):
        return _moment(thing, name.removesuffix("After")) > _aware(wanted)
    if name.endswith("Before"):
        return _moment(thing, name.removesuffix("Before")) < _aware(wanted)
    if name.endswith("Contains"):
        return wanted in thing.key.rpartition("/")[2]
    if name.endswith("Prefix"):
        return thing.key.startswith(wanted)
    if name == "StatusEquals":
        return bool(thing[status] == wanted)
    return bool(thing[name.removesuffix("Equals")] == wanted)


def _moment(thing: Thing, name: str) -> datetime:
    name = name.replace("Modified", "LastModified") if name.startswith("Modified") else name
    found: datetime = thing[_TIMES.get(name, name)]
    return found


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _write(last: str) -> str:
    return base64.urlsafe_b64encode(last.encode()).decode()


def _read(token: str) -> str:
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise invalid("The NextToken is not valid.") from error
