"""Which accounts lose which products when shares are taken back. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from catalog.planning.actions import AnyAction, Disassociate, RemoveShare
from catalog.state import CatalogState

Members = Callable[[str], frozenset[str]]
"""Accounts (12 digits) that a share with a node reaches; none where nobody can tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What a share leaves behind that is taken back.

    Args:
        accounts: Product -> accounts (12 digits) that no other share brings it to.
        reached: All accounts of the share.
    """

    accounts: Mapping[str, frozenset[str]]
    reached: frozenset[str]


def losses(
    actions: Iterable[AnyAction], observed: CatalogState, members: Members
) -> Mapping[str, Loss]:
    """Subject of each share that is taken back -> what is lost with it.

    Products that leave the portfolio in the same plan are left out: that is guarded by itself.

    Args:
        actions: What is to be removed.
        observed: What is live.
        members: Asked only when a share is taken back.
    """
    actions = tuple(actions)
    gone = {(a.portfolio, a.node) for a in actions if isinstance(a, RemoveShare)}
    left = {(a.portfolio, a.product) for a in actions if isinstance(a, Disassociate)}

    def kept(product: str) -> frozenset[str]:
        """Accounts to which some share still brings a product."""
        nodes = (
            node
            for name, portfolio in observed.portfolios.items()
            if product in portfolio.products and (name, product) not in left
            for node in portfolio.shares
            if (name, node) not in gone
        )
        return frozenset().union(*map(members, nodes))

    found = {}
    for action in actions:
        if not isinstance(action, RemoveShare):
            continue
        reached = members(action.node)
        held = observed.portfolios[action.portfolio].products
        products = sorted(p for p in held if (action.portfolio, p) not in left)
        accounts = {product: reached - kept(product) for product in products}
        found[action.subject] = Loss(accounts=accounts, reached=reached)
    return found
