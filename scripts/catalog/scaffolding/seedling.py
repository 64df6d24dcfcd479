"""What must be known of a product before it has a folder, and what the catalog leaves no choice in.

Pure: who asks, and whom, is the command line's business.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from catalog.errors import UsageError
from catalog.manifests.forms import NAME, ROLE, WORDS
from catalog.manifests.manifest import did_you_mean
from catalog.model import Catalog, Kind

SUMMARY = "TODO: say in one sentence what it does for the person who launches it"
"""What stands for a summary until its author gives one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seedling:
    """A product that has no folder yet.

    Args:
        owner: A key under `owners` in `catalog.yaml`.
        launch_role: Role NAME; empty for foundation products.
        portfolio: File name without its ending under `portfolios/`; empty for none yet.
        today: Date of its first changelog entry.
    """

    name: str
    kind: Kind
    title: str
    summary: str
    owner: str
    launch_role: str
    portfolio: str
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What was said of a new product; what is empty was left open."""

    name: str = ""
    kind: str = ""
    title: str = ""
    summary: str = ""
    owner: str = ""
    launch_role: str = ""
    portfolio: str = ""


def must_be_name(name: str) -> None:
    """See that a product can have this name.

    Raises:
        UsageError: It cannot.
    """
    if not name:
        raise UsageError("The product needs a name.", "Give it: make new-product NAME=my-product")
    if not re.fullmatch(NAME, name):
        raise UsageError(f"'{name}' is not a name.", f"Use {WORDS[NAME]}.")


def title_of(name: str) -> str:
    """The title that a name suggests: `model-card` -> `Model Card`."""
    return name.replace("-", " ").title()


def only_owner(catalog: Catalog) -> str:
    """The owner that need not be said; empty where there is a choice."""
    return _only(catalog.settings.owners)


def usual_launch_role(catalog: Catalog, kind: Kind) -> str:
    """The launch role of the other products of a kind; empty where they name none, or several."""
    products = (folder.product for folder in catalog.products.values())
    return _only({product.launch_role for product in products if product.kind is kind})


def seedling(catalog: Catalog, said: Answers, today: date) -> Seedling:
    """A seedling of what was said; the rest is taken from the catalog.

    Raises:
        UsageError: Something is missing that the catalog leaves open, or cannot be.
    """
    must_be_name(said.name)
    kind = Kind(said.kind or Kind.PROJECT)
    return Seedling(
        name=said.name,
        kind=kind,
        title=said.title or title_of(said.name),
        summary=said.summary or SUMMARY,
        owner=_owner(catalog, said.owner),
        launch_role=_launch_role(catalog, kind, said.launch_role),
        portfolio=_portfolio(catalog, kind, said.portfolio),
        today=today,
    )


def _owner(catalog: Catalog, said: str) -> str:
    owners = catalog.settings.owners
    owner = said or only_owner(catalog)
    if owner not in owners:
        what = f"catalog.yaml has no owner '{owner}'." if owner else "The product needs an owner."
        raise UsageError(what, f"Name one with --owner. {did_you_mean(owner, owners)}")
    return owner


def _launch_role(catalog: Catalog, kind: Kind, said: str) -> str:
    if kind is Kind.FOUNDATION:
        if said:
            raise UsageError("A foundation product has no launch role.", "Leave --launch-role out.")
        return ""
    role = said or usual_launch_role(catalog, kind)
    if not re.fullmatch(ROLE, role):
        raise UsageError(
            f"A product of kind {kind} needs a launch role.",
            "Name it with --launch-role: a role's name, not its ARN.",
        )
    return role


def _portfolio(catalog: Catalog, kind: Kind, said: str) -> str:
    if said and kind is Kind.FOUNDATION:
        raise UsageError("A foundation product is in no portfolio.", "Leave --portfolio out.")
    if said and said not in catalog.portfolios:
        known = did_you_mean(said, catalog.portfolios)
        raise UsageError(f"There is no portfolio '{said}'.", f"Name one with --portfolio. {known}")
    return said


def _only(names: Collection[str]) -> str:
    return next(iter(names)) if len(names) == 1 else ""
