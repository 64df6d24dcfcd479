"""The load: synthetic catalogs as values, and a server of the embedded AWS to publish them to."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from catalog import aws, embedded
from catalog.planning.desired import Wish
from catalog.targets import Organization, OrganizationalUnit
from local_aws import client, server
from tests.publishing_world import HUB, REGION, ROLE, TARGET, WORKLOADS, portfolio, release, wish

COUNTED = ("servicecatalog:", "resourcegroupstaggingapi:")
"""The services whose calls are held against the floors."""

ORGANIZATION = Organization(
    id="o-exampleorg1",
    management="777788889999",
    units=(
        OrganizationalUnit(name="shared", id="ou-ab12-10000000", accounts={"hub": HUB}),
        OrganizationalUnit(name="workloads", id=WORKLOADS, accounts={"science": "111111111111"}),
    ),
)


def catalog_of(products: int, portfolios: int) -> Wish:
    """Project products, each in one of the portfolios.

    Every product has a launch and a resource update constraint; every portfolio has one principal
    and is shared with one unit.
    """
    releases = [release(f"product-{number:05}") for number in range(products)]
    names = [each.product.name for each in releases]
    return wish(
        *releases,
        portfolios=tuple(
            portfolio(*names[first::portfolios], name=f"portfolio-{first:03}")
            for first in range(portfolios)
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A running server of the embedded AWS, ready to be published to."""

    server: server.Server

    def gateways(self) -> aws.Gateways:
        """New gateways to the hub; their meter stands at zero."""
        keys = embedded.credentials(self.server, HUB)
        return aws.connect(TARGET, REGION, endpoint=self.server.endpoint, credentials=keys)

    def latency(self, seconds: float) -> None:
        """Let every call take this much longer."""
        client.ask(self.server.endpoint, "PUT", "faults", {"latency": seconds})


@contextmanager
def site() -> Iterator[Site]:
    """A server of our own, empty but for the launch role, ended afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state"
        running = server.up(state, ORGANIZATION, HUB, REGION)
        try:
            made = Site(server=running)
            made.gateways().surroundings.iam.call(
                "create_role", RoleName=ROLE, AssumeRolePolicyDocument=_TRUST
            )
            yield made
        finally:
            server.down(state)


_TRUST = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", '
    '"Principal": {"Service": "servicecatalog.amazonaws.com"}}]}'
)


def counted(calls: Mapping[str, int]) -> Counter[str]:
    """The calls that the floors are about."""
    return Counter({name: count for name, count in calls.items() if name.startswith(COUNTED)})
