"""Events on their way from one bus to another, which keep their envelope.

A forwarded event keeps id, source and account although PutEvents would give it new ones. So the
envelope waits here while the ordinary PutEvents call, which the role must be allowed, carries a
token in its trace header.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local_aws.events.buses import Event

_sealed: dict[str, Event] = {}


@contextmanager
def sealed(event: Event) -> Iterator[dict[str, Any]]:
    """The entry of PutEvents that stands for `event` while this context lasts."""
    token = secrets.token_hex(16)
    _sealed[token] = event
    try:
        yield {
            "Source": event.body["source"],
            "DetailType": event.body["detail-type"],
            "Detail": json.dumps(event.body["detail"]),
            "Resources": list(event.body["resources"]),
            "TraceHeader": token,
        }
    finally:
        del _sealed[token]


def opened(entry: dict[str, Any]) -> Event | None:
    """The event an entry stands for; None where it is somebody's new one."""
    return _sealed.get(entry.get("TraceHeader", ""))
