"""Hashes with a meaning: canonical text of our values, their digests, and idempotency tokens.

Two equal values have the same canonical text, whatever the order of their mappings and sets; that
is what fingerprints of a catalog, digests in the index and idempotency tokens are taken over.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum


def canonical(value: object, *, indent: int | None = None) -> str:
    """The one JSON text of `value`: keys sorted, sets sorted, ASCII only.

    Args:
        value: Dataclasses, mappings, sequences, sets, dates and scalars, nested at will.
        indent: For people; leave it out for hashing.
    """
    separators = (",", ": ") if indent else (",", ":")
    return json.dumps(plain(value), sort_keys=True, indent=indent, separators=separators)


def plain(value: object) -> object:
    """`value` made of dicts, lists and scalars only; a mapping's other keys become text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Set):
        return sorted((plain(entry) for entry in value), key=_order)
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return value.isoformat() if isinstance(value, date) else value


def digest(value: object) -> str:
    """SHA-256 of the canonical text, 64 hex digits."""
    return hashlib.sha256(canonical(value).encode()).hexdigest()


def token(operation: str, request: object, observed: object) -> str:
    """An idempotency token (1 to 128 characters of `[a-zA-Z0-9_-]`).

    The same request about the same observed past gives the same token, so that a create repeated
    after a crash is answered by the service with what it made the first time. What was observed
    goes in as well: something deleted by hand must really be created again.

    Args:
        operation: API operation, e.g. `CreateProduct`.
        request: Everything that is sent.
        observed: What distinguishes this creation from an earlier one, e.g. the id that is gone.
    """
    return digest([operation, request, observed])


def _order(entry: object) -> str:
    return json.dumps(entry, sort_keys=True)
