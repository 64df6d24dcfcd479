"""What doctor needs to know of a target: what the catalog asks for, and what was seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.stacks import Drift
from catalog.state import CatalogState
from catalog.targets import Target

SERVICE_CATALOG = "servicecatalog.amazonaws.com"
STACK_SETS = "member.org.stacksets.cloudformation.amazonaws.com"
RESOURCE_SHARES = "ram.amazonaws.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """What the caller could not look at.

    Args:
        permission: The IAM action that is lacking, e.g. `organizations:ListRoots`; empty when that
            is not what it failed for.
        why: AWS's words, or ours.
    """

    permission: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What the catalog asks of the world around it.

    Args:
        desired: The catalog as it should be, for its shares, principals and numbers.
        launch_roles: Product -> name of its launch role.
        makers: Name of a role -> foundation products that make it.
        shares_resources: Whether a template has something of Resource Access Manager.
    """

    desired: CatalogState = field(default_factory=CatalogState)
    launch_roles: Mapping[str, str] = field(default_factory=dict)
    makers: Mapping[str, frozenset[str]] = field(default_factory=dict)
    shares_resources: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """The roles of an account.

    Args:
        ours: Those asked for by name that are there.
        arns: All of them.
    """

    ours: frozenset[str]
    arns: frozenset[str] | Unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A quota: AWS's code, and how many there may be."""

    code: str
    value: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """The lifecycle rules of an artifact bucket.

    Args:
        deleting: IDs of those that delete what is published.
        others: The rest, as PutBucketLifecycleConfiguration takes it in JSON; empty for none.
    """

    deleting: tuple[str, ...] = ()
    others: str = ""

    @property
    def faults(self) -> tuple[str, ...]:
        """What is wrong with them, each as people read it."""
        return tuple(f"lifecycle rule '{each}' deletes what is published" for each in self.deleting)


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionFacts:
    """A region of the target, as the hub sees it.

    Args:
        offered: Services AWS offers there, among those a catalog needs.
        standing: ENABLED_BY_DEFAULT, ENABLED, ENABLING, DISABLING or DISABLED.
        bucket: What is wrong with the artifact bucket.
        lifecycle: Its lifecycle rules.
        connections: Name -> status.
        quotas: Name -> limit, of Service Catalog.
    """

    offered: frozenset[str] = frozenset()
    standing: str | Unseen = "ENABLED_BY_DEFAULT"
    bucket: tuple[str, ...] | Unseen = ()
    lifecycle: Lifecycle | Unseen = Lifecycle()
    connections: Mapping[str, str] | Unseen = field(default_factory=dict)
    quotas: Mapping[str, Limit] | Unseen = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that was seen.

    Args:
        management: The organization's management account; empty outside of organizations.
        access: Service Catalog's access to the organization: ENABLED, UNDER_CHANGE or DISABLED.
        trusted: Principals of services with trusted access.
        administrators: Principal -> accounts that administer the service.
        root: Id of the organization's root.
        units: OU alias -> its accounts; None where the organization has no such unit.
        roles: Account -> its roles.
        drifts: Deployment of the foundation, as people read it -> what was changed in its stacks;
            None where it is not deployed.
        regions: Region -> what was seen there.
    """

    target: Target
    needs: Needs = field(default_factory=Needs)
    management: str | Unseen = ""
    access: str | Unseen = "ENABLED"
    trusted: frozenset[str] | Unseen = frozenset()
    administrators: Mapping[str, frozenset[str] | Unseen] = field(default_factory=dict)
    root: str | Unseen = ""
    units: Mapping[str, frozenset[str] | Unseen | None] = field(default_factory=dict)
    roles: Mapping[str, Held | Unseen] = field(default_factory=dict)
    drifts: Mapping[str, tuple[Drift, ...] | Unseen | None] = field(default_factory=dict)
    regions: Mapping[str, RegionFacts] = field(default_factory=dict)

    @property
    def boss(self) -> str:
        """The management account where it is known, for telling where to type a command."""
        return "" if isinstance(self.management, Unseen) else self.management
