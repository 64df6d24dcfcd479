"""What makes a service act when no person asked it to, e.g. a rule that starts a pipeline.

AWS knows it from within; a call that one service makes to another here says it beside the request.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """E.g. `CloudWatchEvent` and the ARN of a rule."""

    kind: str
    detail: str


_cause: ContextVar[Cause | None] = ContextVar("cause", default=None)


@contextmanager
def because(kind: str, detail: str) -> Iterator[None]:
    """Calls made within have this cause."""
    token = _cause.set(Cause(kind=kind, detail=detail))
    try:
        yield
    finally:
        _cause.reset(token)


def current() -> Cause | None:
    """Why the current call is made; None when somebody just makes it."""
    return _cause.get()
