"""A catalog in two regions of one target, with releases that hold real code."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from catalog import aws
from catalog.aws.accounts import Accounts
from catalog.model import Release, SourceFile
from catalog.places import Place
from catalog.publishing import publisher, surveying
from catalog.releases import bundles, packaging
from tests.publishing_world import HUB, MANNER, REGION, SHALLOW, TARGET, TODAY, Hub, release, wish

NEW = "eu-west-1"
BOTH = replace(TARGET, regions=(REGION, NEW))
FIRST_DAY = date(2026, 1, 15)

CODE = """\
Description: {text}  # a remark that stays
Parameters:
  SageMakerProjectName: {{Type: String}}
Resources:
  Hello:
    Type: AWS::Lambda::Function
    Properties:
      Handler: index.handler
      Runtime: python3.13
      Role: !Sub arn:${{AWS::Partition}}:iam::${{AWS::AccountId}}:role/x
      Code:
        S3Bucket: !FindInMap [Catalog, !Ref "AWS::Region", Bucket]
        S3Key: {key}
"""


def built(version: str, **more: Any) -> Release:
    """A release with a function, as `catalog package` makes one."""
    code = bundles.bundle("hello", "function", {"index.py": SourceFile(content=version.encode())})
    text = CODE.format(text=version, key=code.key)
    made = release(version=version, **more)
    return replace(
        made,
        template=text,
        bundles=(code,),
        digest=packaging.digest(text, [code]),
        commit=version.replace(".", "") * 10,
    )


@dataclass
class Worldwide:
    """The hub's account with a catalog in each of two regions."""

    hub: Hub

    @functools.cached_property
    def gateways(self) -> dict[str, aws.Gateways]:
        keys = self.hub.keys()
        return {region: aws.connect(BOTH, region, credentials=keys) for region in BOTH.regions}

    def place(self, regions: Iterable[str] = BOTH.regions) -> Place:
        gateways = {region: self.gateways[region] for region in regions}
        session = self.gateways[REGION].session
        return Place(
            target=replace(BOTH, regions=tuple(gateways)),
            gateways=gateways,
            accounts=Accounts(session=session, home=HUB, role="none"),
        )

    def manner(self, region: str, place: Place | None = None) -> publisher.Manner:
        return replace(MANNER, depth=(place or self.place()).depth(region, SHALLOW))

    def survey(self, region: str, *releases: Release, deep: bool = False) -> surveying.Survey:
        depth = self.place().depth(region, replace(SHALLOW, deep=deep))
        return surveying.survey(self.gateways[region], self.wish(*releases), depth)

    def wish(self, *releases: Release, today: date = TODAY) -> Any:
        return replace(wish(*releases), target=BOTH, today=today)

    def publish(
        self,
        region: str,
        *releases: Release,
        today: date = TODAY,
        deep: bool = False,
        unseen_ok: bool = False,
    ) -> Any:
        wanted, manner = self.wish(*releases, today=today), self.manner(region)
        manner = replace(manner, depth=replace(manner.depth, deep=deep, unseen_ok=unseen_ok))
        done = publisher.publish(self.gateways[region], wanted, manner)
        assert not done.failed, [o.error for o in done.outcomes if o.error]
        return done

    def versions(self, region: str) -> list[dict[str, Any]]:
        """Versions of the one product, in the order in which they were made."""
        catalog = self.hub.aws.session(HUB).client("servicecatalog", region_name=region)
        (view,) = catalog.search_products_as_admin()["ProductViewDetails"]
        product = view["ProductViewSummary"]["ProductId"]
        listed = catalog.list_provisioning_artifacts(ProductId=product)
        kept = ("Name", "Description", "Active", "Guidance")
        return [{k: one[k] for k in kept} for one in listed["ProvisioningArtifactDetails"]]

    def object(self, region: str, key: str) -> bytes | None:
        return self.gateways[region].storage.fetch(key)

    def write(self, region: str, key: str, body: bytes) -> None:
        bucket = self.gateways[region].storage.bucket
        bucket.call("put_object", Key=key, Body=body)

    def remove(self, region: str, key: str) -> None:
        self.gateways[region].storage.bucket.call("delete_object", Key=key)
