"""All questions, in the order in which a target is brought up. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from catalog.doctor import accounts, foundation, organization, regions
from catalog.doctor.facts import Facts
from catalog.doctor.verdicts import Verdict

Check = Callable[[Facts], Iterator[Verdict]]

FIRST: tuple[Check, ...] = (
    regions.support,
    organization.access,
    organization.trusted,
    organization.administrators,
    organization.units,
)
"""What stops every deployment, and mostly only a person can do."""

ALL: tuple[Check, ...] = (
    *FIRST,
    regions.buckets,
    regions.lifecycles,
    regions.connections,
    regions.quotas,
    accounts.roles,
    foundation.drift,
)


def verdicts(facts: Facts, checks: tuple[Check, ...] = ALL) -> tuple[Verdict, ...]:
    """What the questions find."""
    return tuple(verdict for check in checks for verdict in check(facts))
