"""The closed set of things a publish can do to a catalog, as values that say why.

Names are ours; AWS ids appear only where an action is applied. A `lane` is strictly serial: all
actions of one product, all actions of one portfolio.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Discriminator

from catalog.state import (
    Artifact,
    Constraint,
    ConstraintKind,
    PortfolioState,
    Principal,
    ProductState,
    Share,
)


class Effect(StrEnum):
    """What an action does to its subject, as the report counts it."""

    CREATED = "created"
    UPDATED = "updated"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfPortfolio:
    effect: ClassVar[Effect]
    portfolio: str
    reason: str

    @property
    def lane(self) -> tuple[str, str]:
        return "portfolio", self.portfolio

    @property
    def subject(self) -> str:
        return f"portfolio {self.portfolio}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfProduct:
    effect: ClassVar[Effect]
    product: str
    reason: str

    @property
    def lane(self) -> tuple[str, str]:
        return "product", self.product

    @property
    def subject(self) -> str:
        return f"product {self.product}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfVersion(_OfProduct):
    version: str

    @property
    def subject(self) -> str:
        return f"version {self.version} of {self.product}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfAssociation(_OfProduct):
    portfolio: str

    @property
    def subject(self) -> str:
        return f"product {self.product} in portfolio {self.portfolio}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfConstraint(_OfAssociation):
    type: ConstraintKind

    @property
    def subject(self) -> str:
        return f"{self.type} constraint on {self.product} in portfolio {self.portfolio}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfPrincipal(_OfPortfolio):
    principal: Principal

    @property
    def subject(self) -> str:
        return f"principal {self.principal.arn} of portfolio {self.portfolio}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _OfShare(_OfPortfolio):
    node: str

    @property
    def subject(self) -> str:
        return f"share of portfolio {self.portfolio} with {self.node}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatePortfolio(_OfPortfolio):
    """CreatePortfolio with its tags; `state` without products, principals and shares."""

    effect = Effect.CREATED
    state: PortfolioState
    kind: Literal["create-portfolio"] = "create-portfolio"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePortfolio(_OfPortfolio):
    """UpdatePortfolio: all metadata, the tags to set and the tag keys to take away."""

    effect = Effect.UPDATED
    state: PortfolioState
    removed_tags: tuple[str, ...] = ()
    kind: Literal["update-portfolio"] = "update-portfolio"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateProduct(_OfProduct):
    """CreateProduct, born with its first real version."""

    effect = Effect.CREATED
    state: ProductState
    version: str
    kind: Literal["create-product"] = "create-product"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateProduct(_OfProduct):
    """UpdateProduct: all metadata, the tags to set and the tag keys to take away."""

    effect = Effect.UPDATED
    state: ProductState
    removed_tags: tuple[str, ...] = ()
    kind: Literal["update-product"] = "update-product"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateVersion(_OfVersion):
    """CreateProvisioningArtifact."""

    effect = Effect.CREATED
    artifact: Artifact
    kind: Literal["create-version"] = "create-version"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateVersion(_OfVersion):
    """UpdateProvisioningArtifact: description, Guidance and Active; its content never changes."""

    effect = Effect.UPDATED
    artifact: Artifact
    kind: Literal["update-version"] = "update-version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Associate(_OfAssociation):
    """AssociateProductWithPortfolio."""

    effect = Effect.CREATED
    kind: Literal["associate"] = "associate"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateConstraint(_OfConstraint):
    """CreateConstraint."""

    effect = Effect.CREATED
    constraint: Constraint
    kind: Literal["create-constraint"] = "create-constraint"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateConstraint(_OfConstraint):
    """UpdateConstraint, in place: a launch role changes without a moment without a role."""

    effect = Effect.UPDATED
    constraint: Constraint
    kind: Literal["update-constraint"] = "update-constraint"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPrincipal(_OfPrincipal):
    """AssociatePrincipalWithPortfolio."""

    effect = Effect.CREATED
    kind: Literal["add-principal"] = "add-principal"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateShare(_OfShare):
    """CreatePortfolioShare with an organization node."""

    effect = Effect.CREATED
    share: Share
    kind: Literal["create-share"] = "create-share"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateShare(_OfShare):
    """UpdatePortfolioShare: creating an existing share again would leave its flags as they are."""

    effect = Effect.UPDATED
    share: Share
    kind: Literal["update-share"] = "update-share"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveConstraint(_OfConstraint):
    """DeleteConstraint."""

    effect = Effect.REMOVED
    kind: Literal["remove-constraint"] = "remove-constraint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disassociate(_OfAssociation):
    """DisassociateProductFromPortfolio."""

    effect = Effect.REMOVED
    kind: Literal["disassociate"] = "disassociate"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveProduct(_OfProduct):
    """DeleteProduct with all its versions; refused while this account runs one of them."""

    effect = Effect.REMOVED
    kind: Literal["remove-product"] = "remove-product"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePrincipal(_OfPrincipal):
    """DisassociatePrincipalFromPortfolio."""

    effect = Effect.REMOVED
    kind: Literal["remove-principal"] = "remove-principal"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveShare(_OfShare):
    """DeletePortfolioShare."""

    effect = Effect.REMOVED
    kind: Literal["remove-share"] = "remove-share"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePortfolio(_OfPortfolio):
    """DeletePortfolio."""

    effect = Effect.REMOVED
    kind: Literal["remove-portfolio"] = "remove-portfolio"


_OnPortfolio = CreatePortfolio | UpdatePortfolio | AddPrincipal | CreateShare | UpdateShare
_OnProduct = CreateProduct | UpdateProduct | CreateVersion | UpdateVersion
_Membership = Associate | CreateConstraint | UpdateConstraint
_Part = RemoveConstraint | Disassociate | RemovePrincipal | RemoveShare
_Whole = RemoveProduct | RemovePortfolio
AnyAction = _OnPortfolio | _OnProduct | _Membership | _Part | _Whole
Action = Annotated[AnyAction, Discriminator("kind")]
