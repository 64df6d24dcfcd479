"""Differences that an author accepts: they demand no step, and are shown with the reason.

    contract:
      - {version: 1.2.1, accept: Resources.Alarms, because: "nobody subscribes by its name"}

An entry is for one version, the one that is being made: what was right once excuses nothing later.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from catalog.accepted import Acceptance
from catalog.contract.differences import Bump, Difference, Level, bump


def demanded(found: Bump, accepted: Iterable[Acceptance]) -> Bump:
    """The step that is left when some differences are accepted."""
    places = {each.accept for each in accepted}
    return bump(each for each in found.differences if each.place not in places)


def excused(found: Bump, entry: Acceptance) -> tuple[Difference, ...]:
    """The differences that an entry accepts: those at its place that demand a step."""
    return tuple(_demanding(found, entry.accept))


def _demanding(found: Bump, place: str) -> Iterator[Difference]:
    for each in found.differences:
        if each.place == place and each.level is not Level.PATCH:
            yield each
