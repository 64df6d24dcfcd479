"""Service Catalog portfolio shares with organizational units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from catalog.aws.session import Service
from catalog.state import Share

_TYPES = {"o": "ORGANIZATION", "ou": "ORGANIZATIONAL_UNIT", "member": "ACCOUNT"}
_NODES = ("ORGANIZATIONAL_UNIT", "ORGANIZATION")
_ACCOUNTS = ("ACCOUNT", "ORGANIZATION_MEMBER_ACCOUNT")


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
    """Gateway to portfolio shares.

    Nodes are bare `o-…` and `ou-…` ids. Single accounts are nobody's of ours: 12 digits, after
    `member-` where the share was made by way of the organization.
    """

    service: Service

    def list(self, portfolio: str, *, accounts: bool = False) -> Iterator[tuple[str, Share]]:
        """Shares with organizational units and with the organization (DescribePortfolioShares).

        The operation takes one type a call and has no paginator.

        Args:
            portfolio: Its id.
            accounts: Whether to look for shares with single accounts, too.
        """
        for kind in (*_NODES, *_ACCOUNTS) if accounts else _NODES:
            for detail in self.service.pages(
                "describe_portfolio_shares",
                "PortfolioShareDetails",
                f"portfolio {portfolio}",
                PortfolioId=portfolio,
                Type=kind,
                PageSize=100,
            ):
                member = "member-" if kind == "ORGANIZATION_MEMBER_ACCOUNT" else ""
                yield (
                    f"{member}{detail['PrincipalId']}",
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
            **_recipient(node),
            **(flags if share else {}),
        )
        return str(answer.get("PortfolioShareToken", ""))


def _recipient(node: str) -> dict[str, Any]:
    if node.isdigit():
        return {"AccountId": node}
    kind = _TYPES[node.partition("-")[0]]
    return {"OrganizationNode": {"Type": kind, "Value": node.removeprefix("member-")}}


def _error(error: dict[str, Any]) -> tuple[str, str, tuple[str, ...]]:
    return error.get("Error", ""), error.get("Message", ""), tuple(error.get("Accounts", ()))
