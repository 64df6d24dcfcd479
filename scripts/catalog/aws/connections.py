"""Connections to Git providers (CodeConnections)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from catalog.aws.session import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """Gateway to the connections of one account and region."""

    service: Service

    def standing(self, ours: Collection[str]) -> dict[str, str]:
        """Name of each connection -> `PENDING`, `AVAILABLE` or `ERROR` (ListConnections).

        Args:
            ours: ARNs of those that matter; an account has others, which are not our business.
        """
        listed = self.service.pages(
            "list_connections", "Connections", tokens=("NextToken", "NextToken")
        )
        return {
            each["ConnectionName"]: each["ConnectionStatus"]
            for each in listed
            if each["ConnectionArn"] in ours
        }
