"""Where custom resources answer: one inbox per request, reached by PUT at its response URL.

AWS gives out a presigned S3 URL; ours is `/local-aws/answers/<token>` of this process's server. A
request that no answer reaches fails at once rather than after an hour, because the function has
ended by then (user guide, *Custom resource response objects*).
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

PATH = "answers/"

_inboxes: dict[str, list[dict[str, Any]]] = {}


@contextmanager
def inbox(endpoint: str) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """A response URL and the list its answers arrive in.

    Args:
        endpoint: Of this process's server.
    """
    token = secrets.token_urlsafe(16)
    _inboxes[token] = []
    try:
        yield f"{endpoint}/local-aws/{PATH}{token}", _inboxes[token]
    finally:
        del _inboxes[token]


def deliver(token: str, body: bytes) -> bool:
    """Put an answer into its inbox; whether there is one.

    Raises:
        ValueError: The answer is not a JSON object.
    """
    answer = json.loads(body)
    if not isinstance(answer, Mapping):
        raise ValueError("an answer of a custom resource is an object")  # noqa: TRY004
    if token not in _inboxes:
        return False
    _inboxes[token].append(dict(answer))
    return True


RESPONSE_MODULE = '''
"""What a function written into a template imports as cfnresponse."""
import json
import urllib.request

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(event, context, responseStatus, responseData, physicalResourceId=None, noEcho=False,
         reason=None):
    log = f"See the details in CloudWatch Log Stream: {context.log_stream_name}"
    answer = {
        "Status": responseStatus,
        "Reason": reason or log,
        "PhysicalResourceId": physicalResourceId or context.log_stream_name,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    }
    request = urllib.request.Request(
        event["ResponseURL"],
        data=json.dumps(answer).encode(),
        method="PUT",
        headers={"Content-Type": ""},
    )
    urllib.request.urlopen(request, timeout=10).close()
'''
"""Same interface as the module Lambda offers to code in a template (user guide, *cfn-response
module*)."""
