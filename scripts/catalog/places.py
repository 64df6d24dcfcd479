"""A target within reach: its sessions, gateways and buckets, on the embedded AWS or a real one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from catalog import embedded
from catalog.aws import Gateways, Session, connect, storage_in
from catalog.aws.accounts import Accounts
from catalog.aws.products import Products
from catalog.errors import UsageError
from catalog.foundation.staging import Stage
from catalog.manifests.manifest import did_you_mean
from catalog.model import Catalog
from catalog.publishing.pasts import Origin
from catalog.publishing.surveying import Depth
from catalog.targets import Target
from catalog.world.looking import Watch


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A target and the ways into it.

    Args:
        gateways: Region -> gateways to the hub there.
        accounts: Ways into the hub and every other account.
        origin: A region of another target whose versions are brought here as well.
    """

    target: Target
    gateways: Mapping[str, Gateways]
    accounts: Accounts
    origin: Origin | None = None

    @property
    def stage(self) -> Stage:
        """The artifact buckets, for stacks made without Service Catalog."""
        return Stage(target=self.target, gateways=self.gateways)

    def depth(self, region: str, depth: Depth) -> Depth:
        """How far to look in a region: also for what lives in the others, and who runs what."""
        others = (
            Origin(place=name, storage=gateways.storage, products=gateways.products)
            for name, gateways in self.gateways.items()
            if name != region
        )
        further = (self.origin,) if self.origin else ()
        return replace(depth, origins=(*others, *further), watch=self.watch(region))

    def watch(self, region: str) -> Watch:
        """Ways into the accounts that may run something of a region's catalog."""
        readers = replace(self.accounts, role=self.target.reader_role)
        return Watch(hub=self.gateways[region], account=self.target.account, accounts=readers)

    @property
    def calls(self) -> Mapping[str, int]:
        """What was sent to the hub so far, by `service:Operation`."""
        total: Counter[str] = Counter()
        for gateways in self.gateways.values():
            total.update(gateways.session.meter.calls())
        return dict(sorted(total.items()))


def named(catalog: Catalog, name: str) -> Target:
    """The target of that name.

    Raises:
        UsageError: There is none.
    """
    targets = catalog.settings.targets
    if name not in targets:
        raise UsageError(f"catalog.yaml has no target '{name}'.", did_you_mean(name, targets))
    return targets[name]


def from_elsewhere(catalog: Catalog, place: Place, where: str) -> Place:
    """The place, to which the versions of another target's region are brought as well.

    Its bucket is read in its own account, entered through `access_role`.

    Args:
        catalog: Knows the targets.
        place: Where to publish.
        where: `TARGET/REGION`.

    Raises:
        UsageError: There is no such target or region, or it is out of this one's reach.
    """
    name, _, region = where.partition("/")
    other = named(catalog, name)
    if region not in other.regions:
        raise UsageError(f"Target {name} has no region '{region}'.", "Give TARGET/REGION.")
    if other.embedded != place.target.embedded:
        raise UsageError(
            f"From target {place.target.name} one cannot read {name}: only one is embedded.",
            "Name a target of the same kind.",
        )
    if other.account == place.target.account:
        session = replace(place.gateways[place.target.regions[0]].session, region=region)
    else:
        session = place.accounts.enter(other.account, region)
    origin = Origin(
        place=where,
        storage=storage_in(session, other),
        products=Products(service=session.service("servicecatalog")),
    )
    return replace(place, origin=origin)


def reach(root: Path, target: Target) -> Place:
    """Connect to a target; the embedded AWS is started when it does not run yet.

    Raises:
        EnvironmentFault: The embedded AWS does not start, or the AWS configuration is broken.
    """
    if target.embedded:
        return _embedded(root, target)
    gateways = {region: connect(target, region) for region in target.regions}
    hub = gateways[target.regions[0]].session
    accounts = Accounts(session=hub, home=target.account, role=target.access_role)
    return Place(target=target, gateways=gateways, accounts=accounts)


def _embedded(root: Path, target: Target) -> Place:
    """As the hub, with the management account's keys at hand: members trust only that account."""
    server = embedded.up(root, target)
    keys = embedded.credentials(server, target.account)
    gateways = {
        region: connect(target, region, endpoint=server.endpoint, credentials=keys)
        for region in target.regions
    }
    home = target.organization.management if target.organization else target.account
    management = Session(
        region=target.regions[0],
        endpoint=server.endpoint,
        credentials=embedded.credentials(server, home),
    )
    accounts = Accounts(session=management, home=home, role=target.access_role)
    return Place(target=target, gateways=gateways, accounts=accounts)
