"""Looking into the accounts of the shares: what each of them runs.

From the hub alone Service Catalog does not show it: SearchProvisionedProducts answers for the
caller's own account. So each account is entered through the target's reader role. Projects from S3
templates are unknown to Service Catalog; CloudFormation lists their stacks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.aws.accounts import Accounts
from catalog.aws.organization import ACTIVE, Organization
from catalog.aws.provisioned import Provisioned
from catalog.aws.stacks import Stacks
from catalog.errors import CatalogError, EnvironmentFault, Refused, ServiceFault
from catalog.planning.ids import Ids
from catalog.state import CatalogState
from catalog.world.fleet import Door, Fleet, Running, Unseen, merged
from catalog.world.stacks import started

if TYPE_CHECKING:
    from catalog.aws import Gateways, Session

WORKERS = 8
"""Accounts looked into at the same time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Ways into every account that may run something of one region's catalog.

    Args:
        hub: Gateways to the hub, whose own launches are seen without any role.
        account: The hub, 12 digits.
        accounts: Ways into the others, through the reader role.
    """

    hub: Gateways
    account: str
    accounts: Accounts

    def look(self, ids: Ids, nodes: Iterable[str], product: str = "") -> Fleet:
        """Who runs what.

        Args:
            ids: AWS ids of our products and versions.
            nodes: Organization nodes that the portfolios are shared with.
            product: Look for no other.
        """
        names = {
            identity.id: name
            for (kind, name), identity in ids.lanes.items()
            if kind == "product" and product in ("", name)
        }
        versions = {
            artifact: name for held in ids.versions.values() for name, artifact in held.items()
        }
        with ThreadPoolExecutor(WORKERS, "fleet") as pool:
            listed = list(pool.map(self._members, sorted(set(nodes))))
            members = (each for each in listed if not isinstance(each, Unseen))
            states = {account: state for each in members for account, state in each.items()}
            states[self.account] = ACTIVE
            active = sorted(account for account, state in states.items() if state == ACTIVE)
            seen = pool.map(lambda account: self._of(account, names, versions), active)
            unlisted = [each for each in listed if isinstance(each, Unseen)]
            return merged([*seen, Fleet(unseen=(*unlisted, *self._closed(states)))])

    def members(self, node: str) -> frozenset[str]:
        """Accounts (12 digits) that a share with a node reaches; none where nobody can tell."""
        found = self._members(node)
        return frozenset() if isinstance(found, Unseen) else frozenset(found) - {self.account}

    @property
    def _region(self) -> str:
        return self.hub.session.region

    def _closed(self, states: Mapping[str, str]) -> Iterator[Unseen]:
        """Accounts that nobody can enter; what ran there comes back when one is opened again."""
        for account, state in states.items():
            if state != ACTIVE:
                yield Unseen(where=account, region=self._region, why=f"the account is {state}")

    def _members(self, node: str) -> Mapping[str, str] | Unseen:
        """Accounts of an organization node with their states, or why they cannot be listed."""
        organization = Organization(service=self.hub.surroundings.organizations)
        try:
            return organization.states(node)
        except CatalogError as error:
            return self._unseen(node, error)

    def _of(self, account: str, names: Mapping[str, str], versions: Mapping[str, str]) -> Fleet:
        """What one account runs, or why that is not known, or not in full."""
        try:
            inside = self._inside(account)
            provisioned = tuple(self._provisioned(inside, account, names, versions))
        except CatalogError as error:
            return Fleet(unseen=(self._unseen(account, error),))
        try:
            projects = tuple(self._from_s3(inside, account, names.values()))
        except CatalogError as error:
            return Fleet(running=provisioned, partly=(self._unseen(account, error),))
        return Fleet(running=(*provisioned, *projects))

    def _provisioned(
        self, inside: Session, account: str, names: Mapping[str, str], versions: Mapping[str, str]
    ) -> Iterator[Running]:
        """What Service Catalog launched there."""
        for one in Provisioned(service=inside.service("servicecatalog")).list():
            if one.product in names:
                yield Running(
                    product=names[one.product],
                    version=versions.get(one.artifact, one.version),
                    account=account,
                    region=self._region,
                    name=one.name,
                    project=one.project,
                    owner=one.owner,
                    since=one.since,
                    status=one.status,
                )

    def _from_s3(
        self, inside: Session, account: str, products: Collection[str]
    ) -> Iterator[Running]:
        """Projects that were started there from S3 templates."""
        for one in Stacks(service=inside.service("cloudformation")).list():
            if found := started(one.name, one.description, products):
                yield Running(
                    product=found.product,
                    version=found.version,
                    account=account,
                    region=self._region,
                    name=one.name,
                    door=Door.S3,
                    project=found.project,
                    since=one.since,
                    status=one.status,
                )

    def _unseen(self, where: str, error: CatalogError) -> Unseen:
        return Unseen(where=where, region=self._region, why=error.what.rstrip("."))

    def _inside(self, account: str) -> Session:
        """A session in an account; in the hub with the hub's own rights."""
        if account == self.account:
            return self.hub.session
        try:
            return self.accounts.enter(account, self._region)
        except EnvironmentFault as fault:
            if isinstance(fault.__cause__, ServiceFault):  # a refusal, which STS does not explain
                raise Refused(f"the role {self.accounts.role} cannot be assumed there") from fault
            raise


def nodes_of(*states: CatalogState) -> frozenset[str]:
    """Organization nodes that the portfolios of any of these catalogs are shared with."""
    portfolios = (portfolio for state in states for portfolio in state.portfolios.values())
    return frozenset(node for portfolio in portfolios for node in portfolio.shares)
