"""Connections to Git providers (CodeConnections)."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.aws.session import Service


@dataclass(frozen=True, slots=True, kw_only=True)
class Connections:
    """Gateway to the connections of one account and region."""

    service: Service

    def standing(self) -> dict[str, str]:
        """Name of each connection -> `PENDING`, `AVAILABLE` or `ERROR` (ListConnections)."""
        listed = self.service.pages(
            "list_connections", "Connections", tokens=("NextToken", "NextToken")
        )
        return {each["ConnectionName"]: each["ConnectionStatus"] for each in listed}
