"""Bounded patience with services that are eventually consistent. Pure, but for the clock.

botocore has no waiters for Service Catalog, so that every wait of the publisher is one of these.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import TypeVar

from catalog.errors import ServiceFault

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How often and how long to wait.

    Args:
        looks: How many attempts in total, at least 1.
        first: Seconds before the second attempt; each further pause is half as long again.
        longest: Seconds of the longest pause.
        sleep: Waits for a number of seconds.
    """

    looks: int
    first: float = 0.2
    longest: float = 5.0
    sleep: Callable[[float], None] = time.sleep

    def pauses(self) -> Iterator[float]:
        """The seconds to wait between attempts."""
        pause = self.first
        for _ in range(self.looks - 1):
            yield pause
            pause = min(pause * 1.5, self.longest)


CONSISTENCY = Patience(looks=24)
"""About a minute and a half, for a thing just made to be seen by the next call."""

CONFIRMATION = Patience(looks=8)
"""About six seconds, before what is remembered and not found counts as gone."""

SHARING = Patience(looks=120, first=0.1, longest=10.0)
"""About twenty minutes, for a share to reach every account of an organizational unit."""


def until(look: Callable[[], _T | None], patience: Patience) -> _T | None:
    """Look until something is seen; None when patience runs out."""
    for pause in patience.pauses():
        seen = look()
        if seen is not None:
            return seen
        patience.sleep(pause)
    return look()


def retrying(call: Callable[[], _T], codes: Collection[str], patience: Patience) -> _T:
    """Repeat a call while it fails with one of `codes`.

    Raises:
        ServiceFault: Another failure at once, or the last one when patience runs out.
    """
    for pause in patience.pauses():
        try:
            return call()
        except ServiceFault as fault:
            if fault.code not in codes:
                raise
        patience.sleep(pause)
    return call()
