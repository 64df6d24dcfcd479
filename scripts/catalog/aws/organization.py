"""The accounts of an organization: its management account and delegated administrators may look."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.aws.session import Service

ACTIVE = "ACTIVE"
_UNBORN = "PENDING_ACTIVATION"
_TOKENS = ("NextToken", "NextToken")


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """Gateway to AWS Organizations."""

    service: Service

    def active(self, node: str) -> frozenset[str]:
        """Of those that `states` tells of, the accounts in which something can be done.

        Stack sets pass over suspended ones.
        """
        return frozenset(each for each, state in self.states(node).items() if state == ACTIVE)

    def states(self, node: str) -> Mapping[str, str]:
        """Account id (12 digits) -> its state, in a unit and those below it, or in all of them.

        `Status` is what `State` was called before. Accounts whose sign-up was never completed are
        left out: nothing ever ran there.

        Args:
            node: `ou-…`, or `o-…` for all (ListAccounts), the management account among them; an
                account alone, with `member-` before it or not, is taken as active.

        Raises:
            ServiceFault: There is no such node, or the caller may not look.
        """
        if (account := node.removeprefix("member-")).isdigit():
            return {account: ACTIVE}
        listed = self._everyone() if node.startswith("o-") else self._below(node)
        found = {each["Id"]: each.get("State", each.get("Status", "")) for each in listed}
        return {account: state for account, state in found.items() if state != _UNBORN}

    def _everyone(self) -> Iterator[dict[str, Any]]:
        yield from self.service.pages("list_accounts", "Accounts", tokens=_TOKENS)

    def _below(self, unit: str) -> Iterator[dict[str, Any]]:
        subject = f"unit {unit}"
        yield from self.service.pages(
            "list_accounts_for_parent", "Accounts", subject, tokens=_TOKENS, ParentId=unit
        )
        for below in self.service.pages(
            "list_organizational_units_for_parent",
            "OrganizationalUnits",
            subject,
            tokens=_TOKENS,
            ParentId=unit,
        ):
            yield from self._below(below["Id"])
