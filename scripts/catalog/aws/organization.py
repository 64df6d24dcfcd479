"""The accounts of an organization: its management account and delegated administrators may look."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

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
        return frozenset(self._everyone() if node.startswith("o-") else self._under(node))

    def _everyone(self) -> Iterator[str]:
        for account in self.service.pages("list_accounts", "Accounts", tokens=_TOKENS):
            yield account["Id"]

    def _under(self, unit: str) -> Iterator[str]:
        subject = f"unit {unit}"
        for account in self.service.pages(
            "list_accounts_for_parent", "Accounts", subject, tokens=_TOKENS, ParentId=unit
        ):
            yield account["Id"]
        for below in self.service.pages(
            "list_organizational_units_for_parent",
            "OrganizationalUnits",
            subject,
            tokens=_TOKENS,
            ParentId=unit,
        ):
            yield from self._under(below["Id"])
