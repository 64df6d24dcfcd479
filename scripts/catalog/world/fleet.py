"""Who runs which version, in which account, and which accounts could not be looked into. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

SHOWN = 5
"""Names in one sentence; the rest is counted."""


class Door(StrEnum):
    """What something was launched from."""

    SERVICE_CATALOG = "Service Catalog"
    S3 = "S3"


@dataclass(frozen=True, slots=True, kw_only=True)
class Running:
    """A provisioned product of ours, or the stack of a project from one of our S3 templates.

    Args:
        product: Our name.
        version: As the artifact is named, or as the stack's template says.
        account: 12 digits.
        name: Of the provisioned product or of the stack.
        project: Name of the SageMaker project it belongs to; empty when it belongs to none.
        owner: ARN of who launched it; empty for a stack, whose listing does not say.
        since: When it was launched; None when the service does not say.
        status: As the service spells it, e.g. AVAILABLE, TAINTED, UPDATE_COMPLETE.
    """

    product: str
    version: str
    account: str
    region: str
    name: str
    door: Door = Door.SERVICE_CATALOG
    project: str = ""
    owner: str = ""
    since: datetime | None = None
    status: str = ""

    def __str__(self) -> str:
        what = f"project {self.project}" if self.project else self.name
        what += " from S3" if self.door is Door.S3 else ""
        since = f" since {self.since:%Y-%m-%d}" if self.since else ""
        return f"{what} in {self.account} ({self.region}){since}"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Unseen:
    """An account, or a whole unit, that could not be looked into.

    Args:
        where: 12 digits, or the organization node whose accounts cannot be listed.
    """

    where: str
    region: str
    why: str

    def __str__(self) -> str:
        return f"{self.where} ({self.region}): {self.why}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """What runs, as far as it was seen.

    Args:
        partly: Accounts in which projects from S3 were not seen, only what Service Catalog runs.
    """

    running: tuple[Running, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    partly: tuple[Unseen, ...] = ()

    def of(self, product: str, versions: Collection[str] | None = None) -> tuple[Running, ...]:
        """What runs of a product; of some versions only, unless they are None."""
        return tuple(
            each
            for each in self.running
            if each.product == product and (versions is None or each.version in versions)
        )


def merged(fleets: Iterable[Fleet]) -> Fleet:
    """Several fleets as one, in the order in which they are read."""
    every = tuple(fleets)
    running = (each for fleet in every for each in fleet.running)
    return Fleet(
        running=tuple(sorted(running, key=_order)),
        unseen=tuple(sorted({each for fleet in every for each in fleet.unseen})),
        partly=tuple(sorted({each for fleet in every for each in fleet.partly})),
    )


def _order(running: Running) -> tuple[str, ...]:
    return running.product, running.version, running.account, running.region, running.name


def some(things: Iterable[object]) -> str:
    """The first few, and how many more there are."""
    every = [str(thing) for thing in things]
    more = len(every) - SHOWN
    return ", ".join(every[:SHOWN]) + (f" and {more} more" if more > 0 else "")
