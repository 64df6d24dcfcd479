"""Where to publish: targets, and the organization of the embedded one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganizationalUnit:
    """A node of the embedded organization: accounts are name -> 12-digit id."""

    name: str
    id: str
    accounts: Mapping[str, str] = field(default_factory=dict)
    units: tuple[OrganizationalUnit, ...] = ()

    @property
    def everywhere(self) -> dict[str, str]:
        """The accounts in it and in the units below it."""
        found = dict(self.accounts)
        for unit in self.units:
            found |= unit.everywhere
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class GitConnection:
    """A connection to a Git provider that somebody completed in the console.

    Args:
        id: Ends its ARN.
        repositories: `<owner>/<name>` of the provider's repositories behind it, empty at first.
    """

    name: str
    id: str
    repositories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Organization:
    """The organization of the embedded AWS: its id (`o-…`), management account and tree.

    Args:
        people: Account name -> names of the IAM roles in which people work there.
        connections: Account name -> connections to Git providers.
    """

    id: str
    management: str
    units: tuple[OrganizationalUnit, ...]
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    connections: Mapping[str, tuple[GitConnection, ...]] = field(default_factory=dict)

    @property
    def accounts(self) -> dict[str, str]:
        """Name -> 12 digits, of every account but the management account's."""
        return {name: number for unit in self.units for name, number in unit.everywhere.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """A foundation product in the account where it belongs.

    Args:
        product: Name of the product.
        account: 12 digits.
        parameters: Template parameter -> value as CloudFormation takes it, which is text.
        name: Tells two deployments of a product in one account and region apart.
    """

    product: str
    account: str
    region: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    name: str = ""

    @property
    def stack(self) -> str:
        """Name of its stack."""
        return f"catalog-{self.name or self.product}"

    @property
    def kind(self) -> str:
        """What CloudFormation makes of it."""
        return "stack"

    @property
    def reach(self) -> str:
        """The account it is in."""
        return self.account

    @property
    def place(self) -> str:
        """Which stack where, as people read it."""
        return f"{self.kind} {self.stack} in {self.account} {self.region}"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitDeployment:
    """A foundation product in every account of an OU, by a stack set of the hub.

    Args:
        product: Name of the product.
        alias: The target's name for the OU.
        unit: Its id; units below it belong to it.
        regions: Where each account has a stack. The set itself lies in the target's first region.
        parameters: Template parameter -> value as CloudFormation takes it, which is text.
        name: Tells two deployments of a product apart.
    """

    product: str
    alias: str
    unit: str
    regions: tuple[str, ...]
    parameters: Mapping[str, str] = field(default_factory=dict)
    name: str = ""

    @property
    def stack(self) -> str:
        """Name of its stack set."""
        return f"catalog-{self.name or self.product}"

    @property
    def kind(self) -> str:
        """What CloudFormation makes of it."""
        return "stack set"

    @property
    def reach(self) -> str:
        """The OU whose accounts it is in."""
        return f"OU {self.alias}"

    @property
    def place(self) -> str:
        """Which stack set where, as people read it."""
        return f"{self.kind} {self.stack} in OU {self.alias}, {', '.join(self.regions)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where to publish.

    Args:
        account: 12 digits; the account whose catalog this is (the hub).
        regions: Each has a catalog and an artifact bucket of its own.
        bucket: Pattern with `{account}` and `{region}`.
        ous: OU alias -> OU or organization id.
        embedded: Whether the target is the embedded AWS, which `organization` describes.
        quotas: Raised account quotas, e.g. `{"products": 500}`; see `catalog.planning.quotas`.
        foundation: What is deployed with CloudFormation, in this order.
        access_role: Name of the role through which other accounts are entered.
        publisher: Name of the only role that publishes; empty where nobody is kept out.
        reader_role: Name of the role through which they are looked into; it can change nothing.
        test_accounts: Kind of product -> account (12 digits) where its scenarios are launched.
    """

    name: str
    account: str
    regions: tuple[str, ...]
    bucket: str = "sagemaker-catalog-{account}-{region}"
    ous: Mapping[str, str] = field(default_factory=dict)
    embedded: bool = False
    organization: Organization | None = None
    quotas: Mapping[str, int] = field(default_factory=dict)
    foundation: tuple[Deployment | UnitDeployment, ...] = ()
    access_role: str = "OrganizationAccountAccessRole"
    publisher: str = ""
    reader_role: str = "sagemaker-catalog-reader"
    test_accounts: Mapping[str, str] = field(default_factory=dict)

    def test_account(self, kind: str) -> str:
        """The account where taskcat launches products of a kind; the hub unless another is set."""
        return self.test_accounts.get(kind, self.account)

    def bucket_in(self, region: str) -> str:
        """Name of the artifact bucket of `region`."""
        return self.bucket.format(account=self.account, region=region)
