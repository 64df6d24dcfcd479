"""Streams of CloudWatch Logs, as services open them under a customer's role."""

from __future__ import annotations

from contextlib import suppress
from typing import Any


def opened(client: Any, group: str, stream: str) -> dict[str, str]:
    """Make a stream, and its group when there is none.

    Args:
        client: `logs` with the permissions of the role.
        group: Name of the log group.
        stream: Name of a new stream in it.

    Returns:
        Both names as PutLogEvents takes them.

    Raises:
        ClientError: The role may not, or the stream is there already.
    """
    names = {"logGroupName": group, "logStreamName": stream}
    try:
        client.create_log_stream(**names)
    except client.exceptions.ResourceNotFoundException:
        with suppress(client.exceptions.ResourceAlreadyExistsException):  # made meanwhile
            client.create_log_group(logGroupName=group)
        client.create_log_stream(**names)
    return names
