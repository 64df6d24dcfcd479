"""Service Catalog portfolios: their metadata, members and principals."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.aws.live import Live
from catalog.aws.session import Service
from catalog.aws.tags import from_list, to_list
from catalog.state import PortfolioState, Principal, PrincipalKind

MAX_PAGE = 20
"""PageSize of the admin listings (service model, shape PageSize)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LivePortfolio(Live):
    """A portfolio as ListPortfolios or, with tags, DescribePortfolio shows it."""

    provider: str
    summary: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolios:
    """Gateway to portfolios."""

    service: Service

    def list(self) -> Iterator[LivePortfolio]:
        """The account's own portfolios, without tags (ListPortfolios, 100 a page)."""
        for detail in self.service.pages("list_portfolios", "PortfolioDetails", PageSize=100):
            yield _live(detail)

    def describe(self, portfolio: str) -> LivePortfolio:
        """One portfolio with its tags (DescribePortfolio)."""
        answer = self.service.call("describe_portfolio", f"portfolio {portfolio}", Id=portfolio)
        return _live(answer["PortfolioDetail"], from_list(answer.get("Tags", ())))

    def create(self, name: str, state: PortfolioState, token: str) -> LivePortfolio:
        """CreatePortfolio; the same token answers with the same portfolio."""
        answer = self.service.call(
            "create_portfolio",
            f"portfolio {name}",
            **_metadata(state),
            Tags=to_list(state.tags),
            IdempotencyToken=token,
        )
        return _live(answer["PortfolioDetail"], from_list(answer.get("Tags", ())))

    def update(
        self,
        name: str,
        portfolio: str,
        state: PortfolioState,
        removed_tags: tuple[str, ...],
    ) -> None:
        """UpdatePortfolio: metadata and tags in one call."""
        self.service.call(
            "update_portfolio",
            f"portfolio {name}",
            Id=portfolio,
            **_metadata(state),
            AddTags=to_list(state.tags),
            RemoveTags=list(removed_tags),
        )

    def delete(self, name: str, portfolio: str) -> None:
        """DeletePortfolio; refused by the service while it holds anything."""
        self.service.call("delete_portfolio", f"portfolio {name}", Id=portfolio)

    def associate(self, portfolio: str, product: str) -> None:
        """AssociateProductWithPortfolio, by ids; harmless when it is associated already."""
        self.service.call(
            "associate_product_with_portfolio",
            f"product {product} in portfolio {portfolio}",
            PortfolioId=portfolio,
            ProductId=product,
        )

    def disassociate(self, portfolio: str, product: str) -> None:
        """DisassociateProductFromPortfolio, by ids."""
        self.service.call(
            "disassociate_product_from_portfolio",
            f"product {product} in portfolio {portfolio}",
            PortfolioId=portfolio,
            ProductId=product,
        )

    def principals(self, portfolio: str) -> Iterator[Principal]:
        """ListPrincipalsForPortfolio, 20 a page."""
        listed = self.service.pages(
            "list_principals_for_portfolio",
            "Principals",
            f"portfolio {portfolio}",
            PortfolioId=portfolio,
            PageSize=MAX_PAGE,
        )
        for entry in listed:
            kind = PrincipalKind(entry.get("PrincipalType", "IAM"))
            yield Principal(arn=entry["PrincipalARN"], kind=kind)

    def add_principal(self, portfolio: str, principal: Principal) -> None:
        """AssociatePrincipalWithPortfolio; harmless when it is associated already."""
        self.service.call(
            "associate_principal_with_portfolio",
            f"principal {principal.arn}",
            PortfolioId=portfolio,
            PrincipalARN=principal.arn,
            PrincipalType=principal.kind.value,
        )

    def remove_principal(self, portfolio: str, principal: Principal) -> None:
        """DisassociatePrincipalFromPortfolio; the type must be repeated."""
        self.service.call(
            "disassociate_principal_from_portfolio",
            f"principal {principal.arn}",
            PortfolioId=portfolio,
            PrincipalARN=principal.arn,
            PrincipalType=principal.kind.value,
        )


def _metadata(state: PortfolioState) -> dict[str, Any]:
    return {
        "DisplayName": state.title,
        "ProviderName": state.provider,
        "Description": state.summary,
    }


def _live(detail: Mapping[str, Any], tags: Mapping[str, str] | None = None) -> LivePortfolio:
    return LivePortfolio(
        id=detail["Id"],
        arn=detail["ARN"],
        title=detail.get("DisplayName", ""),
        provider=detail.get("ProviderName", ""),
        summary=detail.get("Description", ""),
        tags=tags,
    )
