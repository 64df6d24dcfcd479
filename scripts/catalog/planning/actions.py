"""The closed set of things a publish can do to a catalog, as values that say why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Discriminator

from catalog.planning.subjects import (
    Effect,
    OfAssociation,
    OfConstraint,
    OfPortfolio,
    OfPrincipal,
    OfProduct,
    OfShare,
    OfTemplate,
    OfVersion,
)
from catalog.state import Artifact, Constraint, PortfolioState, ProductState, Share, Template


@dataclass(frozen=True, slots=True, kw_only=True)
class CreatePortfolio(OfPortfolio):
    """CreatePortfolio with its tags; `state` without products, principals and shares."""

    effect = Effect.CREATED
    state: PortfolioState
    kind: Literal["create-portfolio"] = "create-portfolio"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePortfolio(OfPortfolio):
    """UpdatePortfolio: all metadata, the tags to set and the tag keys to take away."""

    effect = Effect.UPDATED
    state: PortfolioState
    removed_tags: tuple[str, ...] = ()
    kind: Literal["update-portfolio"] = "update-portfolio"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateProduct(OfProduct):
    """CreateProduct, born with its first real version."""

    effect = Effect.CREATED
    state: ProductState
    version: str
    kind: Literal["create-product"] = "create-product"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateProduct(OfProduct):
    """UpdateProduct: all metadata, the tags to set and the tag keys to take away."""

    effect = Effect.UPDATED
    state: ProductState
    removed_tags: tuple[str, ...] = ()
    kind: Literal["update-product"] = "update-product"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateVersion(OfVersion):
    """CreateProvisioningArtifact."""

    effect = Effect.CREATED
    artifact: Artifact
    kind: Literal["create-version"] = "create-version"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateVersion(OfVersion):
    """UpdateProvisioningArtifact: description, Guidance and Active; its content never changes."""

    effect = Effect.UPDATED
    artifact: Artifact
    kind: Literal["update-version"] = "update-version"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordVersion(OfVersion):
    """PutObject of a release record that is gone, and of what else the release needs to lie there.

    The record says the commit that makes this content now; nobody knows any more when it was
    released.
    """

    effect = Effect.CREATED
    kind: Literal["record-version"] = "record-version"


@dataclass(frozen=True, slots=True, kw_only=True)
class Associate(OfAssociation):
    """AssociateProductWithPortfolio."""

    effect = Effect.CREATED
    kind: Literal["associate"] = "associate"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateConstraint(OfConstraint):
    """CreateConstraint."""

    effect = Effect.CREATED
    constraint: Constraint
    kind: Literal["create-constraint"] = "create-constraint"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateConstraint(OfConstraint):
    """UpdateConstraint, in place: a launch role changes without a moment without a role."""

    effect = Effect.UPDATED
    constraint: Constraint
    kind: Literal["update-constraint"] = "update-constraint"


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferTemplate(OfTemplate):
    """PutObject under the product's stable key, with the tags and metadata of the release."""

    effect = Effect.CREATED
    template: Template
    kind: Literal["offer-template"] = "offer-template"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateTemplate(OfTemplate):
    """PutObject over what stands under the product's stable key."""

    effect = Effect.UPDATED
    template: Template
    kind: Literal["update-template"] = "update-template"


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPrincipal(OfPrincipal):
    """AssociatePrincipalWithPortfolio."""

    effect = Effect.CREATED
    kind: Literal["add-principal"] = "add-principal"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateShare(OfShare):
    """CreatePortfolioShare with an organization node."""

    effect = Effect.CREATED
    share: Share
    kind: Literal["create-share"] = "create-share"


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateShare(OfShare):
    """UpdatePortfolioShare: creating an existing share again would leave its flags as they are."""

    effect = Effect.UPDATED
    share: Share
    kind: Literal["update-share"] = "update-share"


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawTemplate(OfTemplate):
    """DeleteObject; the bucket is versioned and keeps what was offered."""

    effect = Effect.REMOVED
    kind: Literal["withdraw-template"] = "withdraw-template"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveConstraint(OfConstraint):
    """DeleteConstraint."""

    effect = Effect.REMOVED
    kind: Literal["remove-constraint"] = "remove-constraint"


@dataclass(frozen=True, slots=True, kw_only=True)
class Disassociate(OfAssociation):
    """DisassociateProductFromPortfolio."""

    effect = Effect.REMOVED
    kind: Literal["disassociate"] = "disassociate"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveProduct(OfProduct):
    """DeleteProduct with all its versions; refused while this account runs one of them."""

    effect = Effect.REMOVED
    kind: Literal["remove-product"] = "remove-product"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePrincipal(OfPrincipal):
    """DisassociatePrincipalFromPortfolio."""

    effect = Effect.REMOVED
    kind: Literal["remove-principal"] = "remove-principal"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveShare(OfShare):
    """DeletePortfolioShare."""

    effect = Effect.REMOVED
    kind: Literal["remove-share"] = "remove-share"


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovePortfolio(OfPortfolio):
    """DeletePortfolio."""

    effect = Effect.REMOVED
    kind: Literal["remove-portfolio"] = "remove-portfolio"


_OnPortfolio = CreatePortfolio | UpdatePortfolio | AddPrincipal | CreateShare | UpdateShare
_OnProduct = CreateProduct | UpdateProduct | CreateVersion | UpdateVersion | RecordVersion
_Membership = Associate | CreateConstraint | UpdateConstraint
_InS3 = OfferTemplate | UpdateTemplate | WithdrawTemplate
_Part = RemoveConstraint | Disassociate | RemovePrincipal | RemoveShare
_Whole = RemoveProduct | RemovePortfolio
AnyAction = _OnPortfolio | _OnProduct | _Membership | _InS3 | _Part | _Whole
Action = Annotated[AnyAction, Discriminator("kind")]
