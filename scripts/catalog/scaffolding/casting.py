"""Who launches a new product in its rehearsal, and in which account: what its portfolio says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from catalog.model import Catalog, Portfolio
from catalog.targets import Organization, OrganizationalUnit, Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Somebody a portfolio lets in.

    Args:
        account: As the embedded organization names it.
        role: Name of their IAM role.
        hired: Whether the role comes with them; otherwise the foundation makes it.
    """

    account: str
    role: str
    hired: bool


def cast(catalog: Catalog, portfolio: str) -> Cast | None:
    """Who launches what a portfolio offers; None where nobody can be named.

    A pattern such as `role/scientist-*` stands for roles that teams make for themselves, so one of
    them is made for the rehearsal. A whole name is a role's that stands there already.
    """
    offered = catalog.portfolios.get(portfolio)
    for target in catalog.settings.targets.values():
        if offered and target.organization:
            account = _account(offered, target, target.organization)
            role = min(_roles(offered), key=lambda each: not each[1], default=None)
            return Cast(account=account, role=role[0], hired=role[1]) if account and role else None
    return None


def _account(portfolio: Portfolio, target: Target, organization: Organization) -> str:
    """The first account the portfolio is shared with; the hub's for one that is not shared."""
    if not portfolio.share:
        names = {number: name for name, number in organization.accounts.items()}
        return names.get(target.account, "")
    node = target.ous.get(portfolio.share[0].ou, "")
    units = {unit.id: unit for unit in _units(organization.units)}
    reached = organization.accounts if node == organization.id else None
    if reached is None:
        reached = units[node].everywhere if node in units else {}
    return next(iter(reached), "")


def _units(units: tuple[OrganizationalUnit, ...]) -> Iterator[OrganizationalUnit]:
    for unit in units:
        yield unit
        yield from _units(unit.units)


def _roles(portfolio: Portfolio) -> Iterator[tuple[str, bool]]:
    """Names of roles that may launch, and whether each was made up for a pattern."""
    for principal in portfolio.principals:
        kind, _, name = principal.rpartition(":")[2].partition("/")
        wild = bool(re.search(r"[*?]", name))
        if kind == "role" and not (wild and "/" in name):
            yield re.sub(r"[*?]+", "rehearsal", name.rpartition("/")[2]), wild
