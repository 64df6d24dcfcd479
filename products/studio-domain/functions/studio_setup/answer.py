"""The answer that CloudFormation waits for: one PUT to the request's own pre-signed URL.

User guide, *Custom resource response objects*: status, reason, ids of the request; at most 4 KB.
"""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Mapping
from typing import Any

REASON_LIMIT = 1000
ATTEMPTS = 3


def send(request: Mapping[str, Any], status: str, physical_id: str, reason: str = "") -> None:
    """Tell CloudFormation how the request ended.

    Args:
        request: The custom resource request.
        status: `SUCCESS` or `FAILED`.
        physical_id: Identity of the resource; a changed one makes CloudFormation delete the old.
        reason: Shown in the stack's events; needed with `FAILED`.

    Raises:
        OSError: The URL could not be reached three times in a row.
    """
    body = json.dumps(
        {
            "Status": status,
            "Reason": reason[:REASON_LIMIT],
            "PhysicalResourceId": physical_id,
            "StackId": request["StackId"],
            "RequestId": request["RequestId"],
            "LogicalResourceId": request["LogicalResourceId"],
        }
    ).encode()
    # The signature covers an empty content type.
    put = urllib.request.Request(  # noqa: S310 - the URL is CloudFormation's
        request["ResponseURL"], data=body, method="PUT", headers={"Content-Type": ""}
    )
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with urllib.request.urlopen(put, timeout=5):  # noqa: S310
                return
        except OSError:
            if attempt == ATTEMPTS:
                raise
            time.sleep(attempt)
