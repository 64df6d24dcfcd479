"""What Service Catalog remembers: frozen records on the shelves of one account and region."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.resource_tagging import TaggableResourcesMixin, TaggedResource

from local_aws.servicecatalog.shelf import Shelf

_ALPHABET = string.ascii_lowercase + string.digits


def new_id(prefix: str) -> str:
    """A new id as the service forms them: `port-`, `prod-`, `pa-`, `cons-`, … and 13 characters."""
    return f"{prefix}-{''.join(secrets.choice(_ALPHABET) for _ in range(13))}"


def now() -> datetime:
    """This moment, to the millisecond that the wire keeps."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """A portfolio. `tagged`: whether it ever had a tag, which is what the tagging API asks."""

    id: str
    arn: str
    account: str
    name: str
    provider: str
    description: str
    created: datetime = field(default_factory=now)
    tags: Mapping[str, str]
    tagged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A product. `details`: the free fields as the API names them, e.g. `SupportEmail`."""

    id: str
    view_id: str
    arn: str
    account: str
    name: str
    owner: str
    type: str
    details: Mapping[str, str]
    created: datetime = field(default_factory=now)
    tags: Mapping[str, str]
    tagged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A provisioning artifact: one version, with the template text as it was when created."""

    id: str
    product_id: str
    name: str
    description: str
    template: str
    created: datetime = field(default_factory=now)
    active: bool = True
    guidance: str = "DEFAULT"
    status: str = "AVAILABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """A product in a portfolio."""

    portfolio_id: str
    product_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who may launch from a portfolio. `type`: IAM or IAM_PATTERN."""

    portfolio_id: str
    arn: str
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A rule on one product in one portfolio; `parameters` is the JSON text as it was given."""

    id: str
    type: str
    description: str
    account: str
    portfolio_id: str
    product_id: str
    parameters: str
    status: str = "AVAILABLE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A portfolio shared with an account or a node of the organization.

    Args:
        type: As `DescribePortfolioShares` spells it: ACCOUNT, ORGANIZATION, ORGANIZATIONAL_UNIT,
            ORGANIZATION_MEMBER_ACCOUNT.
        principal: Account, OU or organization id, bare.
        accepted: Organization shares are accepted from the start; account shares by the recipient.
        unreached: Accounts it failed to reach when it was created -> error code.
    """

    portfolio_id: str
    type: str
    principal: str
    accepted: bool
    share_principals: bool
    share_tag_options: bool
    unreached: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[str, str, str]:
        """Its place on the shelf."""
        return self.portfolio_id, self.type, self.principal


@dataclass(slots=True, kw_only=True)
class ShareAction:
    """One asynchronous change of a share; done after `looks` more looks at it.

    Args:
        accounts: Those it is for.
        unreached: Those among them that it does not reach -> error code.
    """

    token: str
    portfolio_id: str
    node: str
    accounts: tuple[str, ...]
    unreached: Mapping[str, str]
    looks: int

    def look(self) -> str:
        """The status one more look sees."""
        if self.looks:
            self.looks -= 1
            return "IN_PROGRESS"
        if not self.unreached:
            return "COMPLETED"
        return "COMPLETED_WITH_ERRORS" if self.reached else "ERROR"

    @property
    def reached(self) -> tuple[str, ...]:
        """The accounts it reaches."""
        return tuple(account for account in self.accounts if account not in self.unreached)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvisionedProduct:
    """A launched product.

    Args:
        stack: Stack id; empty when the launch failed before there was a stack.
        principal: Role or user ARN that launched it; `session` with the session's name.
        tags: Launch path tags and the caller's own.
        parameters: As last given; a new version may keep them with `UsePreviousValue`.
    """

    id: str
    arn: str
    name: str
    status: str
    message: str = ""
    created: datetime = field(default_factory=now)
    token: str
    stack: str = ""
    product_id: str
    product_name: str
    artifact_id: str
    artifact_name: str
    path_id: str
    launch_role: str
    principal: str
    session: str
    tags: Mapping[str, str]
    parameters: Mapping[str, str]
    last_record: str = ""
    last_provisioning_record: str = ""
    last_successful_record: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What became of one request to launch, update or terminate."""

    id: str
    type: str
    status: str
    created: datetime = field(default_factory=now)
    updated: datetime = field(default_factory=now)
    provisioned: ProvisionedProduct
    errors: tuple[tuple[str, str], ...] = ()
    outputs: Mapping[str, str] = field(default_factory=dict)


class Catalog(TaggableResourcesMixin, BaseBackend):  # type: ignore[misc]  # moto is read untyped
    """Service Catalog of one account and region; moto's reset empties it with everything else."""

    SERVICE_NAMESPACE: ClassVar[str] = "catalog"

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.portfolios: Shelf[str, Portfolio] = Shelf()
        self.products: Shelf[str, Product] = Shelf()
        self.artifacts: dict[str, Shelf[str, Artifact]] = {}
        self.associations: Shelf[tuple[str, str], Association] = Shelf()
        self.principals: Shelf[tuple[str, str, str], Principal] = Shelf()
        self.constraints: Shelf[str, Constraint] = Shelf()
        self.shares: Shelf[tuple[str, str, str], Share] = Shelf()
        self.share_actions: dict[str, ShareAction] = {}
        self.provisioned: Shelf[str, ProvisionedProduct] = Shelf()
        self.records: Shelf[str, Record] = Shelf()
        self.answers: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any]]] = {}

    def arn(self, kind: str, identifier: str) -> str:
        """ARN of a portfolio or product (service authorization reference, *Service Catalog*)."""
        where = f"{self.region_name}:{self.account_id}"
        return f"arn:{self.partition}:catalog:{where}:{kind}/{identifier}"

    def iter_tagged_resources(self) -> Iterator[TaggedResource]:
        """Portfolios and products that have or ever had a tag, for the tagging API."""
        for kind, shelf in (("portfolio", self.portfolios), ("product", self.products)):
            for thing in shelf.look_at_all():
                if thing.tagged:
                    yield TaggedResource(
                        arn=thing.arn,
                        tags=dict(thing.tags),
                        resource_type=f"catalog:{kind}",
                        extra={"include_untagged": True},
                    )


catalogs = BackendDict(Catalog, "servicecatalog")
"""Every catalog there is: `catalogs[account][region]`."""


def catalogs_in(region: str) -> list[Catalog]:
    """The catalogs of every account in `region`."""
    return [catalog for _, where, catalog in list(catalogs.iter_backends()) if where == region]
