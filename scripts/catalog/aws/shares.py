"""Service Catalog portfolio shares with organizational units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from catalog.aws.session import Service
from catalog.state import Share

_TYPES = {"o": "ORGANIZATION", "ou": "ORGANIZATIONAL_UNIT"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareProgress:
    """Where a share action stands.

    Args:
        status: NOT_STARTED, IN_PROGRESS, COMPLETED, COMPLETED_WITH_ERRORS or ERROR.
        errors: (code, message, accounts) of what went wrong.
    """

    status: str
    errors: tuple[tuple[str, str, tuple[str, ...]], ...] = ()

    @property
    def over(self) -> bool:
        """Whether nothing more will happen."""
        return self.status not in {"NOT_STARTED", "IN_PROGRESS"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shares:
    """Gateway to portfolio shares; nodes are bare `o-…` and `ou-…` ids."""

    service: Service

    def list(self, portfolio: str) -> Iterator[tuple[str, Share]]:
        """Shares with organizational units and with the organization (DescribePortfolioShares).

        The operation takes one type a call and has no paginator; account shares are not ours.
        """
        for kind in ("ORGANIZATIONAL_UNIT", "ORGANIZATION"):
            for detail in self.service.pages(
                "describe_portfolio_shares",
                "PortfolioShareDetails",
                f"portfolio {portfolio}",
                PortfolioId=portfolio,
                Type=kind,
                PageSize=100,
            ):
                yield (
                    detail["PrincipalId"],
                    Share(
                        principals=detail.get("SharePrincipals", False),
                        tag_options=detail.get("ShareTagOptions", False),
                    ),
                )

    def create(self, portfolio: str, node: str, share: Share) -> str:
        """CreatePortfolioShare; the token of its progress, empty when nothing is under way."""
        return self._act("create_portfolio_share", portfolio, node, share)

    def update(self, portfolio: str, node: str, share: Share) -> str:
        """UpdatePortfolioShare; the token of its progress."""
        return self._act("update_portfolio_share", portfolio, node, share)

    def delete(self, portfolio: str, node: str) -> str:
        """DeletePortfolioShare; the token of its progress."""
        return self._act("delete_portfolio_share", portfolio, node, None)

    def progress(self, token: str) -> ShareProgress:
        """DescribePortfolioShareStatus."""
        answer = self.service.call("describe_portfolio_share_status", "", PortfolioShareToken=token)
        errors = answer.get("ShareDetails", {}).get("ShareErrors", ())
        return ShareProgress(status=answer["Status"], errors=tuple(_error(e) for e in errors))

    def _act(self, operation: str, portfolio: str, node: str, share: Share | None) -> str:
        flags = {
            "SharePrincipals": share.principals if share else None,
            "ShareTagOptions": share.tag_options if share else None,
        }
        answer = self.service.call(
            operation,
            f"share of portfolio {portfolio} with {node}",
            PortfolioId=portfolio,
            OrganizationNode={"Type": _TYPES[node.partition("-")[0]], "Value": node},
            **(flags if share else {}),
        )
        return str(answer.get("PortfolioShareToken", ""))


def _error(error: dict[str, Any]) -> tuple[str, str, tuple[str, ...]]:
    return error.get("Error", ""), error.get("Message", ""), tuple(error.get("Accounts", ()))
