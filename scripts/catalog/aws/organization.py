"""The accounts of an organization: its management account and delegated administrators may look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from catalog.aws.session import Service

_TOKENS = ("NextToken", "NextToken")


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """Gateway to AWS Organizations."""

    service: Service

    def accounts(self, node: str) -> frozenset[str]:
        """Account ids (12 digits) in a unit and those below it, or in the whole organization.

        Args:
            node: `ou-…`, or `o-…` for all (ListAccounts).

        Raises:
            ServiceFault: There is no such node, or the caller may not look.
        """
        found = self._everyone() if node.startswith("o-") else self._below(node)
        return frozenset(each["Id"] for each in found)

    def active(self, unit: str) -> frozenset[str]:
        """Of those in a unit and below it, the accounts in which something can be done.

        Stack sets pass over suspended ones. `Status` is what `State` was called before.
        """
        return frozenset(
            each["Id"]
            for each in self._below(unit)
            if each.get("State", each.get("Status")) == "ACTIVE"
        )

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
