"""The embedded AWS for all tests: a small organization, in this process or as a server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from hypothesis import settings

from catalog import workspace
from catalog.errors import CatalogError
from catalog.targets import Organization, OrganizationalUnit
from local_aws import access, embedded, faults, lease
from local_aws import client as control
from local_aws import server as servers
from local_aws.process import Embedded
from tests import selecting

HUB, MANAGEMENT, MEMBER, OTHER = "444455556666", "777788889999", "111111111111", "222222222222"
REGION = "us-east-1"

# How long an example takes says more of the machine than of the code.
settings.register_profile("any-machine", deadline=None)
settings.load_profile("any-machine")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--base", metavar="REF", help="leave out tests of products that nothing since REF touches"
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    ref = config.getoption("--base")
    if not ref:
        return
    known = selecting.names(workspace.load(selecting.ROOT)[0])
    try:
        touched = selecting.affected(selecting.ROOT, ref)
    except CatalogError as error:
        raise pytest.UsageError(str(error)) from error
    left_out = [item for item in items if selecting.spared(item, known, touched)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


@pytest.fixture(scope="session", autouse=True)
def _nothing_outlives_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A run that is interrupted or killed leaves no server behind."""
    with lease.held(tmp_path_factory.mktemp("lease") / "held"):
        yield


@pytest.fixture(scope="session")
def organization() -> Organization:
    """Hub, a data science account, and a production account in an OU below it."""
    below = OrganizationalUnit(name="production", id="ou-ab12-21000000", accounts={"prod": OTHER})
    return Organization(
        id="o-exampleorg1",
        management=MANAGEMENT,
        units=(
            OrganizationalUnit(name="shared", id="ou-ab12-10000000", accounts={"hub": HUB}),
            OrganizationalUnit(
                name="workloads",
                id="ou-ab12-20000000",
                accounts={"data-science": MEMBER},
                units=(below,),
            ),
        ),
        people={"hub": ("platform-engineer",), "data-science": ("data-scientist-iris",)},
    )


@pytest.fixture
def aws(organization: Organization) -> Iterator[Embedded]:
    """The embedded AWS in this process, empty but for its organization."""
    with embedded(organization, HUB, REGION) as running:
        yield running


@pytest.fixture
def clients(aws: Embedded) -> Callable[..., Any]:
    """Clients of the embedded AWS in this process: `clients("s3")` or `clients("s3", account)`."""

    def make(service: str, account: str = HUB, role: str = "OrganizationAccountAccessRole") -> Any:
        return aws.client(service, account, role)

    return make


@dataclass(frozen=True)
class Running:
    """A server of the embedded AWS, for tests that need another process or a real connection."""

    server: servers.Server

    def environment(self, account: str = HUB, role: str = access.ACCESS_ROLE) -> dict[str, str]:
        """What a command needs in its environment to reach it as a role of an account."""
        given = access.credentials(self.server, account, role)
        return access.exports(self.server.endpoint, REGION, given)

    def client(self, service: str, account: str = HUB, **more: Any) -> Any:
        """A boto3 client as the administrator of an account."""
        given = access.credentials(self.server, account)
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=self.server.endpoint,
            aws_access_key_id=given.access_key,
            aws_secret_access_key=given.secret_key,
            aws_session_token=given.session_token,
            **more,
        )

    def ask(self, method: str, what: str, body: object = None) -> Any:
        """Call the server's own interface."""
        return control.ask(self.server.endpoint, method, what, body)

    def set(self, wrong: faults.Faults) -> None:
        """Put faults in force."""
        self.ask("PUT", "faults", faults.to_json(wrong))


@pytest.fixture(scope="session")
def _server(
    organization: Organization, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[servers.Server]:
    state_dir = tmp_path_factory.mktemp("embedded-aws")
    yield servers.up(state_dir, organization, HUB, REGION)
    servers.down(state_dir)


@pytest.fixture
def running(_server: servers.Server) -> Running:
    """A server of this test worker's own, emptied for this test."""
    control.ask(_server.endpoint, "DELETE", "state")
    return Running(_server)
