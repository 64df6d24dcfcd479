"""Whose request is being done right now, and which services forwarded it.

A service that works with its caller's own permissions (forward access sessions; IAM user guide,
*Forward access sessions*) makes its calls with the caller's key, and those say by whom they come:
`aws:CalledVia`. A call under a role of the service's own begins a new chain.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_key: ContextVar[str] = ContextVar("key", default="")
_via: ContextVar[tuple[str, ...]] = ContextVar("via", default=())


@contextmanager
def by(key: str) -> Iterator[None]:
    """Do a request that is signed with an access key (its id; empty when unsigned)."""
    before = _key.set(key)
    try:
        yield
    finally:
        _key.reset(before)


@contextmanager
def forwarded_by(principal: str) -> Iterator[None]:
    """Send a call on the caller's behalf; an empty principal begins a chain of its own."""
    before = _via.set((*_via.get(), principal) if principal else ())
    try:
        yield
    finally:
        _via.reset(before)


def key() -> str:
    """The access key id of the request being done; empty outside of one."""
    return _key.get()


def via() -> tuple[str, ...]:
    """The services that forwarded the request, first to last."""
    return _via.get()
