"""The plan of a publish: a value that can be shown, kept in a file and applied later. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import TypeAdapter, ValidationError

from catalog.errors import UsageError
from catalog.planning.actions import Action
from catalog.planning.tokens import canonical
from catalog.state import CatalogState

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Something the publisher will not do, why, and what would make it possible.

    Args:
        place: Where somebody wrote it, `file:line:column`; empty where nobody did.
        rule: Number of the finding it is there; empty where it is none.
    """

    subject: str
    reason: str
    remedy: str
    place: str = ""
    rule: str = ""

    def __str__(self) -> str:
        where = f"{self.place} {self.rule}: " if self.place else ""
        return f"{where}{self.subject}: {self.reason}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is published but no longer here, and stays because nobody asked to remove it."""

    lane: tuple[str, str]
    subject: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What publishing would do.

    Args:
        actions: In the order in which they are applied.
        kept: What stays although it is no longer here.
        refusals: What makes the whole plan inapplicable.
        reach: Portfolio -> organization nodes it is shared with once the plan is applied.
        homes: Product -> portfolios that list it.
        unchanged: Portfolios and products that no action touches.
        observed: Digest of the catalog this plan was made against.
        deep: Whether everything was compared.
        prune: Whether what is no longer here is removed.
        unseen_ok: Whether accounts that cannot be looked into count as running nothing.
    """

    actions: tuple[Action, ...] = ()
    kept: tuple[Kept, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    reach: Mapping[str, tuple[str, ...]]
    homes: Mapping[str, tuple[str, ...]]
    unchanged: int
    observed: str
    deep: bool = False
    prune: bool = False
    unseen_ok: bool = False

    @property
    def empty(self) -> bool:
        """Whether there is nothing to do and nothing refused."""
        return not self.actions and not self.refusals


def to_json(value: Plan | CatalogState) -> str:
    """A plan or a catalog as JSON, for `build/plan.json` and `--against FILE`."""
    return canonical(value, indent=2) + "\n"


def plan_from_json(text: str) -> Plan:
    """Read back a plan.

    Raises:
        UsageError: The text is not a plan of this tool.
    """
    return _read(TypeAdapter(Plan), text, "plan")


def state_from_json(text: str) -> CatalogState:
    """Read back a catalog.

    Raises:
        UsageError: The text is not a catalog of this tool.
    """
    return _read(TypeAdapter(CatalogState), text, "catalog")


def _read(adapter: TypeAdapter[_T], text: str, noun: str) -> _T:
    try:
        return adapter.validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        what = f"The file is no {noun} of this tool: {place or 'text'}: {first['msg']}."
        raise UsageError(what, f"Write it anew, with this version, and give that {noun}.") from None
