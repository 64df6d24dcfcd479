"""What AWS holds of a catalog, in our words: the type of the desired and the observed catalog."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A provisioning artifact: one immutable version of a product.

    Args:
        description: As it stands in the catalog: the changelog entry, then the digest line.
        digest: Of the release; empty when neither the description nor a release record tells.
        deprecated: Guidance DEPRECATED.
        active: Whether it can be launched or updated to at all.
    """

    description: str
    digest: str
    deprecated: bool = False
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductState:
    """A product as the catalog holds it. `versions`: semver -> artifact."""

    title: str
    owner: str
    summary: str
    distributor: str
    support_description: str
    support_email: str
    support_url: str
    tags: Mapping[str, str]
    versions: Mapping[str, Artifact]


class ConstraintKind(StrEnum):
    """Constraint types this tool manages, in the service's spelling."""

    LAUNCH = "LAUNCH"
    RESOURCE_UPDATE = "RESOURCE_UPDATE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Constraint:
    """A constraint on one product in one portfolio.

    Args:
        parameters: Canonical JSON text.
        failed: Status FAILED: it stands there, but has no effect.
    """

    parameters: str
    description: str
    failed: bool = False


class PrincipalKind(StrEnum):
    """`IAM`: a full ARN that exists. `IAM_PATTERN`: an ARN without account, wildcards allowed."""

    IAM = "IAM"
    IAM_PATTERN = "IAM_PATTERN"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Principal:
    """Who may launch from a portfolio."""

    arn: str
    kind: PrincipalKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A portfolio share with an organization node, and what travels with it."""

    principals: bool
    tag_options: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioState:
    """A portfolio as the catalog holds it.

    Args:
        products: Names (ours) of the associated products.
        constraints: Product name -> kind -> constraint.
        shares: Organization node id (`ou-…`, `o-…`) -> share; of single accounts, which are never
            wanted, 12 digits or `member-` and 12 digits.
    """

    title: str
    provider: str
    summary: str
    tags: Mapping[str, str]
    products: frozenset[str] = frozenset()
    constraints: Mapping[str, Mapping[ConstraintKind, Constraint]] = field(default_factory=dict)
    principals: frozenset[Principal] = frozenset()
    shares: Mapping[str, Share] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Template:
    """The recommended version of a product as an object in S3 that Studio lists.

    Args:
        version: Semver.
        digest: Of the release; empty when the object is not what was put there for one.
        tags: Of the object.
        readable: Whether the bucket's CORS rules let the pages of Studio read it.
    """

    version: str
    digest: str
    tags: Mapping[str, str]
    readable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogState:
    """Everything we manage in one account and region; keys are our names, not AWS ids.

    Args:
        templates: Product -> its recommended version in S3.
    """

    portfolios: Mapping[str, PortfolioState] = field(default_factory=dict)
    products: Mapping[str, ProductState] = field(default_factory=dict)
    templates: Mapping[str, Template] = field(default_factory=dict)
