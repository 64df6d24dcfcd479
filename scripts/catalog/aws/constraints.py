"""Service Catalog constraints: of a product in a portfolio."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from catalog.aws.session import Service
from catalog.errors import ServiceFault
from catalog.planning.tokens import canonical
from catalog.state import Constraint, ConstraintKind

MAX_PAGE = 20
"""PageSize of ListConstraintsForPortfolio (service model, shape PageSize)."""


_KINDS = frozenset(kind.value for kind in ConstraintKind)


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveConstraint:
    """A constraint as it is listed: of a type we manage, without its parameters."""

    id: str
    product: str
    kind: ConstraintKind
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraints:
    """Gateway to constraints."""

    service: Service

    def list(self, portfolio: str, product: str = "") -> Iterator[LiveConstraint]:
        """Those of a portfolio, or of one product in it; other types than ours are left out.

        ListConstraintsForPortfolio, 20 a page, tells neither parameters nor status.
        """
        request: dict[str, Any] = {"PortfolioId": portfolio, "PageSize": MAX_PAGE}
        if product:
            request["ProductId"] = product
        for detail in self.service.pages(
            "list_constraints_for_portfolio",
            "ConstraintDetails",
            f"portfolio {portfolio}",
            **request,
        ):
            if detail["Type"] in _KINDS:
                yield LiveConstraint(
                    id=detail["ConstraintId"],
                    product=detail["ProductId"],
                    kind=ConstraintKind(detail["Type"]),
                    description=detail.get("Description", ""),
                )

    def describe(self, constraint: str) -> Constraint:
        """A constraint with its parameters and whether it failed (DescribeConstraint)."""
        answer = self.service.call("describe_constraint", f"constraint {constraint}", Id=constraint)
        detail = answer["ConstraintDetail"]
        return Constraint(
            parameters=_canonical(answer.get("ConstraintParameters", "")),
            description=detail.get("Description", ""),
            failed=answer.get("Status") == "FAILED",
        )

    def create(
        self, portfolio: str, product: str, kind: ConstraintKind, constraint: Constraint, token: str
    ) -> str:
        """CreateConstraint, by ids; its id.

        Raises:
            ServiceFault: It was refused, or made and answered as FAILED.
        """
        answer = self.service.call(
            "create_constraint",
            f"{kind} constraint on product {product}",
            PortfolioId=portfolio,
            ProductId=product,
            Type=kind.value,
            Parameters=constraint.parameters,
            Description=constraint.description,
            IdempotencyToken=token,
        )
        _refuse_failed(answer, f"{kind} constraint on product {product}")
        return str(answer["ConstraintDetail"]["ConstraintId"])

    def update(self, live: str, constraint: Constraint) -> None:
        """UpdateConstraint in place.

        Raises:
            ServiceFault: It was refused, or answered as FAILED.
        """
        answer = self.service.call(
            "update_constraint",
            f"constraint {live}",
            Id=live,
            Parameters=constraint.parameters,
            Description=constraint.description,
        )
        _refuse_failed(answer, f"constraint {live}")

    def delete(self, constraint: str) -> None:
        """DeleteConstraint."""
        self.service.call("delete_constraint", f"constraint {constraint}", Id=constraint)


def _refuse_failed(answer: dict[str, Any], subject: str) -> None:
    if answer.get("Status") == "FAILED":
        raise ServiceFault(
            f"Service Catalog made the {subject} and says FAILED without a reason.",
            "Look at it in the console: does its launch role exist in this account?",
            code="FAILED",
        )


def _canonical(parameters: str) -> str:
    """One spelling for equal parameters; text that is no JSON is compared as it stands."""
    try:
        value: Any = json.loads(parameters)
    except ValueError:
        return parameters
    return canonical(value)
