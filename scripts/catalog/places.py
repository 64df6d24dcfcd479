"""A target within reach: its sessions, gateways and buckets, on the embedded AWS or a real one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from catalog import embedded
from catalog.aws import Credentials, Gateways, Session, connect
from catalog.aws.accounts import Accounts
from catalog.errors import UsageError
from catalog.foundation.staging import Stage
from catalog.manifests.manifest import did_you_mean
from catalog.model import Catalog
from catalog.targets import Target


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A target and the ways into it.

    Args:
        gateways: Region -> gateways to the hub there.
        accounts: Ways into the hub and every other account.
    """

    target: Target
    gateways: Mapping[str, Gateways]
    accounts: Accounts

    @property
    def stage(self) -> Stage:
        """The artifact buckets, for stacks made without Service Catalog."""
        return Stage(target=self.target, gateways=self.gateways)

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
    management = Session(
        region=target.regions[0],
        endpoint=server.endpoint,
        credentials=Credentials(access_key=server.access_key, secret_key=server.secret_key),
    )
    home = target.organization.management if target.organization else ""
    accounts = Accounts(session=management, home=home, role=target.access_role)
    return Place(target=target, gateways=gateways, accounts=accounts)
