"""Eventual consistency, in one place: a shelf of frozen values that readers see late.

The truth changes at once; what a reader sees follows after `faults.current().lag` reads. A new
value is first unseen, then seen in its passing state (`CREATING`), then as it is; a changed or
removed one is first seen as it was. With no lag every read sees the truth.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable, Iterator
from typing import Generic, TypeVar

from local_aws import faults

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class _Cell(Generic[V]):
    """One value: the truth, and what readers see before it; each entry lasts for one read."""

    __slots__ = ("before", "truth")

    def __init__(self) -> None:
        self.truth: V | None = None
        self.before: deque[V | None] = deque()

    def look(self) -> V | None:
        return self.before.popleft() if self.before else self.truth


class Shelf(Generic[K, V]):
    """Values by key, in the order they were first put; frozen, so that the past stays as it was."""

    def __init__(self) -> None:
        self._cells: dict[K, _Cell[V]] = {}

    def put(self, key: K, value: V, *, passing: V | None = None, unseen: bool = True) -> None:
        """Make `value` the truth of `key`.

        Args:
            key: Where to put it.
            value: What is true from now on.
            passing: The state in which a new value is seen first, e.g. with status `CREATING`.
            unseen: Whether the change may stay unseen for a while; False for what its own request
                hands out to be watched.
        """
        cell = self._cells.setdefault(key, _Cell())
        lag = faults.current().lag if unseen else 0
        cell.before.extend([cell.truth] * lag)
        if passing is not None:
            cell.before.extend([passing] * lag)
        cell.truth = value

    def remove(self, key: K) -> None:
        """Take `key` away; with lag it is seen a little longer."""
        cell = self._cells[key]
        cell.before.extend([cell.truth] * faults.current().lag)
        cell.truth = None
        if not cell.before:
            del self._cells[key]

    def get(self, key: K) -> V | None:
        """What is true of `key`; None when there is nothing."""
        cell = self._cells.get(key)
        return cell.truth if cell else None

    def look(self, key: K) -> V | None:
        """What one more read sees at `key`."""
        cell = self._cells.get(key)
        return self._seen(key, cell) if cell else None

    def values(self) -> Iterator[V]:
        """Everything that is true, oldest first."""
        return (cell.truth for cell in list(self._cells.values()) if cell.truth is not None)

    def look_at_all(self, wanted: Callable[[K], bool] | None = None) -> list[V]:
        """What one more read of the shelf, or of its `wanted` keys, sees, oldest first."""
        keys = [key for key in self._cells if wanted is None or wanted(key)]
        seen = (self.look(key) for key in keys)
        return [value for value in seen if value is not None]

    def __contains__(self, key: K) -> bool:
        return self.get(key) is not None

    def __len__(self) -> int:
        return sum(1 for _ in self.values())

    def _seen(self, key: K, cell: _Cell[V]) -> V | None:
        value = cell.look()
        if cell.truth is None and not cell.before:
            self._cells.pop(key, None)
        return value
