"""A tiny catalog with names nobody else has, and the way of one project through it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from catalog.aws import Gateways, Service
from catalog.aws import studio as member_side
from catalog.model import (
    Kind,
    Lifecycle,
    Owner,
    Portfolio,
    PortfolioShare,
    Product,
    Release,
    VersionState,
)
from catalog.places import Place
from catalog.planning.desired import Wish
from catalog.planning.tokens import digest
from catalog.publishing.publisher import Manner, Published, publish
from catalog.publishing.surveying import Depth, Survey, survey
from catalog.publishing.waiting import CONSISTENCY, SHARING, Patience, until
from catalog.studio.listing import SeenProduct
from catalog.targets import Target

FIRST, SECOND = "1.0.0", "1.1.0"

_TEMPLATE = """\
Description: Made by tests/live, which removes it again ({version}).
Metadata:
  SagemakerTemplateParameterRules: {{Note: {{Optional: true}}}}
Parameters:
  SageMakerProjectName: {{Type: String}}
  SageMakerProjectId: {{Type: String}}
  Note: {{Type: String, Default: "", Description: Version {version}}}
Resources:
  Group:
    Type: AWS::SageMaker::ModelPackageGroup
    Properties:
      ModelPackageGroupName: !Sub sagemaker-${{SageMakerProjectName}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where the suite runs, and as whom.

    Args:
        target: Whose account and region; the suite publishes beside its catalog.
        reach: Connects to a target.
        account: 12 digits of the account in which somebody looks and launches.
        role: Name of that person's role.
        launch_role: Name of a role that Service Catalog may assume in the hub and in `account`,
            and that may make model package groups named `sagemaker-*`.
        patience: For things just made to be seen, for records and for shares.
    """

    target: Target
    reach: Callable[[Target], Place]
    account: str
    role: str
    launch_role: str
    patience: Patience = CONSISTENCY
    share_patience: Patience = SHARING


@dataclass
class Journey:
    """One run: its names, its own bucket, and what it has made so far."""

    ground: Ground
    name: str = field(default_factory=lambda: f"live-check-{secrets.token_hex(4)}")
    project: str = ""

    def __post_init__(self) -> None:
        # A bucket of its own: the target's index, lock and records are not touched.
        bucket = f"catalog-{self.name}-{{account}}-{{region}}"
        self.target = replace(self.ground.target, bucket=bucket)
        self.place = self.ground.reach(self.target)
        self.region = self.target.regions[0]
        self.abroad = self.ground.account != self.target.account

    @property
    def gateways(self) -> Gateways:
        """Into the hub."""
        return self.place.gateways[self.region]

    def as_person(self) -> Service:
        """Service Catalog as whoever opens Studio."""
        account, role = self.ground.account, self.ground.role
        return self.place.accounts.enter(account, self.region, role).service("servicecatalog")

    def as_admin(self, service: str) -> Service:
        """A service in the person's account, as its administrator."""
        return self.place.accounts.enter(self.ground.account, self.region).service(service)

    # --- publishing ---------------------------------------------------------------------------

    def wish(self, version: str) -> Wish:
        """The tiny catalog; its second version deprecates the first and changes a share flag."""
        second = version == SECOND
        arn = member_side.role_arn(self.as_admin("iam"), self.ground.role)
        shares = [PortfolioShare(ou=ou, tag_options=second) for ou in list(self.target.ous)[:1]]
        portfolio = Portfolio(
            name=self.name,
            title=f"Portfolio {self.name}",
            provider="tests/live",
            summary="Made by a test, which removes it again.",
            products=(self.name,),
            principals=(arn.split(":", 5)[5],),
            share=tuple(shares),
        )
        return Wish(
            portfolios=(portfolio,),
            releases=(self._release(version),),
            target=self.target,
            partition=self.gateways.session.partition,
            today=datetime.now(UTC).date(),
        )

    def _release(self, version: str) -> Release:
        rule = Lifecycle(
            versions=f"<{SECOND}",
            state=VersionState.DEPRECATED,
            since=datetime.now(UTC).date(),
            because="There is a newer one.",
        )
        product = Product(
            name=self.name,
            kind=Kind.PROJECT,
            version=version,
            title=f"Product {self.name}",
            summary="Made by a test, which removes it again.",
            owner=Owner(key="test", name="tests/live", email="team@example.com", url=""),
            launch_role=self.ground.launch_role,
            lifecycle=(rule,) if version == SECOND else (),
        )
        text = _TEMPLATE.format(version=version)
        return Release(
            product=product,
            digest=digest(text),
            template=text,
            bundles=(),
            parameters=("SageMakerProjectName", "SageMakerProjectId", "Note"),
            description=f"Version {version}.",
            commit="",
        )

    def publish(self, version: str) -> Published:
        """Publish the tiny catalog."""
        manner = Manner(patience=self.ground.patience, share_patience=self.ground.share_patience)
        return publish(self.gateways, self.wish(version), manner)

    def survey(self, version: str, *, deep: bool) -> Survey:
        """Look at it, and plan."""
        return survey(self.gateways, self.wish(version), Depth(deep=deep))

    # --- as the person ------------------------------------------------------------------------

    def seen(self, version: str) -> SeenProduct:
        """The product as the person finds it, once it shows a version.

        Raises:
            AssertionError: It is not found in time.
        """

        def look() -> SeenProduct | None:
            for product in member_side.look(self.as_person()):
                newest = product.newest
                if product.title == f"Product {self.name}" and newest and newest.name == version:
                    return product
            return None

        found = until(look, self.ground.patience)
        assert found, f"{self.ground.role} does not find version {version} of {self.name}"
        return found

    def launch(self, product: SeenProduct, version: str) -> dict[str, Any]:
        """ProvisionProduct; the record's detail."""
        person = self.as_person()
        (path,) = person.call("list_launch_paths", ProductId=product.id)["LaunchPathSummaries"]
        (artifact,) = [each.id for each in product.versions if each.name == version]
        answer = person.call(
            "provision_product",
            self.name,
            ProductId=product.id,
            ProvisioningArtifactId=artifact,
            PathId=path["Id"],
            ProvisionedProductName=self.name,
            ProvisioningParameters=[
                {"Key": "SageMakerProjectName", "Value": self.name},
                {"Key": "SageMakerProjectId", "Value": "p-livecheck"},
            ],
        )
        return dict(answer["RecordDetail"])

    def ended(self, record: str) -> dict[str, Any]:
        """The record's detail once it is over (DescribeRecord)."""

        def look() -> dict[str, Any] | None:
            detail = self.as_person().call("describe_record", Id=record)["RecordDetail"]
            return None if detail["Status"] in {"CREATED", "IN_PROGRESS"} else dict(detail)

        detail = until(look, self.ground.share_patience)
        assert detail, f"record {record} does not end"
        return detail
