"""The embedded AWS's own interface: faults, recorded calls and whatever else no AWS service has."""

from __future__ import annotations

import http.client
import json
from typing import Any
from urllib.parse import urlsplit


def ask(
    endpoint: str, method: str, what: str, body: object = None, *, quietly: bool = False
) -> Any:
    """Call `/local-aws/<what>` and return what it answers.

    Args:
        endpoint: `http://127.0.0.1:port`.
        method: GET, PUT or DELETE.
        what: `identity`, `faults`, `calls` or `state`.
        body: Sent as JSON.
        quietly: Answer None instead of raising when nobody listens.

    Raises:
        OSError: Nobody listens, or somebody else does.
        ValueError: The server refuses; the text says why.
    """
    connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=10)
    try:
        text = None if body is None else json.dumps(body)
        connection.request(method, f"/local-aws/{what}", body=text)
        response = connection.getresponse()
        answer = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError) as error:
        if quietly:
            return None
        raise OSError(f"no embedded AWS at {endpoint}: {error}") from error
    finally:
        connection.close()
    if response.status != http.client.OK and not quietly:
        raise ValueError(answer.get("error", f"{method} {what}: {response.status}"))
    return answer
