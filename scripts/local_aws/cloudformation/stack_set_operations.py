"""Operations of a stack set: one at a time, seen while it runs, kept when it is done.

An operation lets other calls in while it waits for a resource, an endpoint for example. Those see
it `RUNNING`, and may not begin another (API reference, *UpdateStackSet*, error
`OperationInProgressException`).
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from moto.core.utils import utcnow

from local_aws import serial, work
from local_aws.cloudformation.requests import Params
from local_aws.cloudformation.stack_sets import StackSet, must_be_free


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation; `results` grows by what each account and region came to."""

    id: str
    results: list[dict[str, Any]] = field(default_factory=list)


@contextmanager
def under_way(one: StackSet, action: str, params: Params) -> Iterator[Operation]:
    """An operation from its beginning to its end.

    Args:
        one: The set.
        action: `CREATE`, `UPDATE`, `DELETE` or `DETECT_DRIFT`.
        params: With the operation's id and preferences, where the request has them.

    Raises:
        OperationInProgress: Another one runs.
    """
    must_be_free(one)
    operation = Operation(id=str(params.get("OperationId") or uuid.uuid4()))
    noted = one.operations[operation.id] = {
        "OperationId": operation.id,
        "StackSetId": one.id,
        "Action": action,
        "Status": "RUNNING",
        "AdministrationRoleARN": one.administration_role,
        "ExecutionRoleName": one.execution_role,
        "CreationTimestamp": utcnow(),
    }
    one.results[operation.id] = operation.results
    well = False
    try:
        yield operation
        well = _tolerated(params, operation.results)
    finally:
        noted |= {"Status": "SUCCEEDED" if well else "FAILED", "EndTimestamp": utcnow()}


def wait_for_end(one: StackSet) -> None:
    """Let an operation that runs end; what StackSets does by itself comes after it."""
    with serial.given_away():
        work.until(lambda: not one.busy)


def _tolerated(params: Params, results: Sequence[dict[str, Any]]) -> bool:
    """Whether failures are no more, in each region, than an operation's preferences allow."""
    given = params.get("OperationPreferences") or {}
    count, percent = given.get("FailureToleranceCount"), given.get("FailureTolerancePercentage", 0)
    for region in {result["Region"] for result in results}:
        here = [result["Status"] for result in results if result["Region"] == region]
        most = int(len(here) * int(percent) / 100) if count is None else int(count)
        if here.count("FAILED") > most:
            return False
    return True
