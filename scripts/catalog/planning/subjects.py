"""What an action is about: its lane, its subject in words, and what it does to it.

Names are ours; AWS ids appear only where an action is applied. A `lane` is strictly serial: all
actions of one product, all actions of one portfolio.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from catalog.state import ConstraintKind, Principal


class Effect(StrEnum):
    """What an action does to its subject, as the report counts it."""

    CREATED = "created"
    UPDATED = "updated"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPortfolio:
    """Something done to a portfolio."""

    effect: ClassVar[Effect]
    portfolio: str
    reason: str

    @property
    def lane(self) -> tuple[str, str]:
        """The unit in which actions are serial."""
        return "portfolio", self.portfolio

    @property
    def subject(self) -> str:
        """What is changed, in words."""
        return f"portfolio {self.portfolio}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfProduct:
    """Something done to a product."""

    effect: ClassVar[Effect]
    product: str
    reason: str

    @property
    def lane(self) -> tuple[str, str]:
        """The unit in which actions are serial."""
        return "product", self.product

    @property
    def subject(self) -> str:
        """What is changed, in words."""
        return f"product {self.product}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfVersion(OfProduct):
    """Something done to a version of a product."""

    version: str

    @property
    def subject(self) -> str:
        """What is changed, in words."""
        return f"version {self.version} of {self.product}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfAssociation(OfProduct):
    """Something done to a product in a portfolio."""

    portfolio: str

    @property
    def subject(self) -> str:
        """What is changed, in words."""
        return f"product {self.product} in portfolio {self.portfolio}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfConstraint(OfAssociation):
    """Something done to a constraint on a product in a portfolio."""

    type: ConstraintKind

    @property
    def subject(self) -> str:
        """What is changed, in words."""
        return f"{self.type} constraint on {self.product} in portfolio {self.portfolio}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfPrincipal(OfPortfolio):
    """Something done to a principal of a portfolio."""

    principal: Principal

    @property
    def subject(self) -> str:
        """What is changed, in words."""
        return f"principal {self.principal.arn} of portfolio {self.portfolio}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfShare(OfPortfolio):
    """Something done to a share of a portfolio."""

    node: str

    @property
    def subject(self) -> str:
        """What is changed, in words."""
        return f"share of portfolio {self.portfolio} with {self.node}"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfTemplate(OfProduct):
    """Something done to the template that Studio finds in S3."""

    @property
    def subject(self) -> str:
        """What is changed, in words."""
        return f"S3 template of {self.product}"
