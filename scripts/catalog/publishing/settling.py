"""Waiting, in bulk, until what was made can be seen by others.

Products and constraints are looked for in listings of whole portfolios, one listing per portfolio
and look, instead of one call per product and constraint.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Protocol

from catalog.planning.actions import AnyAction, Associate, CreateConstraint
from catalog.publishing.desk import Desk
from catalog.publishing.waiting import Patience, until

_LATE = "It was made, but Service Catalog does not show it yet.\n  Run this again later."


class _Listed(Protocol):
    @property
    def id(self) -> str: ...


def unsettled(actions: Iterable[AnyAction], desk: Desk) -> list[tuple[AnyAction, str]]:
    """Associations and constraints that do not come to be seen, each with what to say about it.

    Args:
        actions: What was done.
        desk: Gateways, ids and patience.
    """
    associations: dict[str, dict[str, AnyAction]] = {}
    constraints: dict[str, dict[str, AnyAction]] = {}
    for action in actions:
        if isinstance(action, Associate):
            portfolio = desk.id(("portfolio", action.portfolio))
            associations.setdefault(portfolio, {})[desk.id(action.lane)] = action
        elif isinstance(action, CreateConstraint):
            portfolio = desk.id(("portfolio", action.portfolio))
            made = desk.constraints[action.portfolio, action.product, action.type]
            constraints.setdefault(portfolio, {})[made] = action
    watches = [
        *(
            _Watch(expected, partial(desk.aws.products.search, p))
            for p, expected in associations.items()
        ),
        *(
            _Watch(expected, partial(desk.aws.constraints.list, p))
            for p, expected in constraints.items()
        ),
    ]
    with ThreadPoolExecutor(len(watches) or 1, "settle") as pool:
        late = pool.map(lambda watch: watch.missing(desk.patience), watches)
        return [entry for entries in late for entry in entries]


class _Watch:
    """Lists until everything expected was seen once.

    Args:
        expected: Id -> the action that made it.
        listing: What is there now.
    """

    def __init__(
        self, expected: dict[str, AnyAction], listing: Callable[[], Iterable[_Listed]]
    ) -> None:
        self._unseen, self._listing = dict(expected), listing

    def missing(self, patience: Patience) -> list[tuple[AnyAction, str]]:
        """What was not seen until patience ran out."""
        until(self._look, patience)
        return [(action, _LATE) for action in self._unseen.values()]

    def _look(self) -> bool | None:
        for live in self._listing():
            self._unseen.pop(live.id, None)
        return None if self._unseen else True
