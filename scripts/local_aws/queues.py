"""SQS, where moto forgets: a queue keeps its policy when other attributes are set.

SetQueueAttributes changes the attributes it names, and no others (SQS API reference).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.sqs.models import Queue


def _keeping(original: Callable[..., None]) -> Callable[..., None]:
    def set_attributes(queue: Queue, attributes: dict[str, Any], *more: Any, **named: Any) -> None:
        before = (
            "" if "Policy" in attributes or not hasattr(queue, "_policy_json") else queue.policy
        )
        original(queue, attributes, *more, **named)
        if before:
            queue.policy = before

    return set_attributes


def install() -> None:
    """Let queues keep their policies."""
    Queue._set_attributes = _keeping(Queue._set_attributes)
