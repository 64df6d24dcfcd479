"""AWS ids of what we know by our own names. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.planning.index import Index, Lane
from catalog.state import ConstraintKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Where AWS keeps a portfolio or product."""

    id: str
    arn: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ids:
    """What an observation found.

    Args:
        lanes: Portfolios and products.
        versions: Product -> version -> artifact id.
        constraints: (portfolio, product, kind) -> constraint id.
    """

    lanes: Mapping[Lane, Identity] = field(default_factory=dict)
    versions: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    constraints: Mapping[tuple[str, str, ConstraintKind], str] = field(default_factory=dict)


def former(index: Index, lanes: Mapping[Lane, Identity]) -> frozenset[Lane]:
    """Names under which the index remembers what goes by another name now."""
    names = {identity.id: lane for lane, identity in lanes.items()}
    ids = {lane: entry.id for lane in index.lanes() if (entry := index.entry(lane))}
    return frozenset(lane for lane, id_ in ids.items() if names.get(id_, lane) != lane)
