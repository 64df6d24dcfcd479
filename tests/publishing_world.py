"""A small catalog to publish into the embedded AWS, and an independent look at the outcome."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from moto.s3.models import s3_backends

from catalog import aws
from catalog.aws.session import Credentials
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
from catalog.planning import offering
from catalog.planning.desired import Wish
from catalog.planning.tokens import digest
from catalog.publishing import locking, publisher, surveying
from catalog.publishing.waiting import Patience
from catalog.targets import Organization, OrganizationalUnit, Target
from local_aws import identity
from local_aws.process import Embedded
from local_aws.servicecatalog.state import catalogs

HUB, REGION, WORKLOADS, PRODUCTION = (
    "444455556666",
    "us-east-1",
    "ou-ab12-20000000",
    "ou-ab12-21000000",
)
BUCKET = f"sagemaker-catalog-{HUB}-{REGION}"
ROLE, OTHER_ROLE = "catalog-launch", "catalog-launch-2"
TODAY = date(2026, 11, 20)
OWNER = Owner(key="ml", name="ML team", email="ml@example.com", url="https://example.com/ml")
TARGET = Target(
    name="prod",
    account=HUB,
    regions=(REGION,),
    ous={"workloads": WORKLOADS, "production": PRODUCTION},
)
SMALL = Organization(
    id="o-exampleorg1",
    management="777788889999",
    units=(
        OrganizationalUnit(name="shared", id="ou-ab12-10000000", accounts={"hub": HUB}),
        OrganizationalUnit(name="workloads", id=WORKLOADS),
    ),
)
"""As little of an organization as publishing needs; setting one up costs most of a short test."""

PATIENCE = Patience(looks=14, first=0.001, longest=0.002)
SHALLOW = surveying.Depth(patience=PATIENCE)
MANNER = publisher.Manner(
    depth=SHALLOW, patience=PATIENCE, share_patience=replace(PATIENCE, looks=40), workers=2
)
DEEP = replace(MANNER, depth=replace(SHALLOW, deep=True))
PRUNE = replace(MANNER, depth=replace(SHALLOW, prune=True))


def template(text: str) -> str:
    """A template that differs by `text`."""
    return (
        f"Description: {text}\n"
        "Parameters:\n  SageMakerProjectName: {Type: String}\n"
        "Resources:\n  Topic: {Type: 'AWS::SNS::Topic'}\n"
    )


def release(name: str = "deploy", version: str = "1.0.0", **more: Any) -> Release:
    """A release whose content follows from product and version."""
    fields: dict[str, Any] = {
        "name": name,
        "kind": Kind.PROJECT,
        "version": version,
        "title": name.title(),
        "summary": f"What {name} does.",
        "owner": OWNER,
        "launch_role": ROLE,
    }
    text = template(f"{name} {version} {more.pop('content', '')}")
    product = Product(**{**fields, **more})
    return Release(
        product=product,
        digest=digest(text),
        template=text,
        bundles=(),
        parameters=("SageMakerProjectName",),
        description=f"What is new in {version}.",
        commit="0" * 40,
    )


def portfolio(*products: str, name: str = "templates", **more: Any) -> Portfolio:
    """A portfolio for data scientists, shared with one OU."""
    fields: dict[str, Any] = {
        "name": name,
        "title": name.title(),
        "provider": "ML team",
        "summary": "For data scientists.",
        "products": products,
        "principals": ("role/data-scientist-*",),
        "share": (PortfolioShare(ou="workloads"),),
    }
    return Portfolio(**{**fields, **more})


def wish(*releases: Release, portfolios: tuple[Portfolio, ...] | None = None) -> Wish:
    """A catalog; by default all its products are in one portfolio."""
    names = tuple(one.product.name for one in releases)
    return Wish(
        portfolios=(portfolio(*names),) if portfolios is None else portfolios,
        releases=releases,
        target=TARGET,
        tags={"cost-centre": "ml"},
        today=TODAY,
    )


FIRST = wish(release())
"""One product in one portfolio."""

SECOND = wish(
    release(
        version="1.1.0",
        summary="What it does now.",
        launch_role=OTHER_ROLE,
        lifecycle=(
            Lifecycle(versions="<1.1", state=VersionState.DEPRECATED, since=TODAY, because="Slow."),
        ),
    ),
    portfolios=(portfolio("deploy", share=(PortfolioShare(ou="workloads", tag_options=True),)),),
)
"""A new version, another summary, launch role and share flag, an old version deprecated."""


class Killed(BaseException):
    """The process is dead: nothing catches this, and no further call is made."""


@dataclass
class Killer:
    """Kills the publisher at its k-th call, before it is sent or before its answer is seen."""

    at: int
    answered: bool
    seen: int = 0
    dead: bool = False

    def attach(self, gateways: aws.Gateways) -> None:
        """Watch every client of `gateways`."""
        for client in clients_of(gateways):
            client.meta.events.register_first("request-created", self._before)
            client.meta.events.register_first("after-call", self._after)

    def detach(self, gateways: aws.Gateways) -> None:
        """Watch no more."""
        for client in clients_of(gateways):
            client.meta.events.unregister("request-created", self._before)
            client.meta.events.unregister("after-call", self._after)

    def _before(self, **_: object) -> None:
        if self.dead:
            raise Killed
        self.seen += 1
        if self.seen == self.at and not self.answered:
            self._die()

    def _after(self, **_: object) -> None:
        if self.dead or (self.answered and self.seen >= self.at):
            self._die()

    def _die(self) -> None:
        self.dead = True
        raise Killed


def clients_of(gateways: aws.Gateways) -> list[Any]:
    """Every boto3 client behind the gateways."""
    around = gateways.surroundings
    services = (
        gateways.portfolios.service,
        gateways.tagging.service,
        gateways.storage.bucket.service,
        around.sts,
        around.iam,
        around.organizations,
    )
    return [service.client for service in services]


@dataclass
class Hub:
    """The hub's account in the embedded AWS."""

    aws: Embedded

    @functools.cached_property
    def own(self) -> aws.Gateways:
        """Made once, because making clients costs more than publishing."""
        return self.gateways()

    def client(self, service: str) -> Any:
        """A boto3 client as the hub's administrator."""
        known = {c.meta.service_model.service_name: c for c in clients_of(self.own)}
        return known[service]

    def gateways(self, account: str = HUB) -> aws.Gateways:
        return aws.connect(TARGET, REGION, credentials=self.keys(account))

    def keys(self, account: str = HUB) -> Credentials:
        access, secret, token = identity.keys_for(
            f"arn:aws:iam::{account}:role/OrganizationAccountAccessRole"
        )
        return Credentials(access_key=access, secret_key=secret, session_token=token)

    def role(self, name: str) -> None:
        trust = {"Effect": "Allow", "Principal": {"Service": "servicecatalog.amazonaws.com"}}
        statement = {**trust, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        self.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)

    def publish(
        self, what: Wish, manner: publisher.Manner = MANNER, **more: Any
    ) -> publisher.Published:
        published = publisher.publish(self.own, what, manner, **more)
        assert not published.failed, [o.error for o in published.outcomes if o.error]
        return published

    def survey(self, what: Wish, *, deep: bool = False) -> surveying.Survey:
        return surveying.survey(self.own, what, replace(SHALLOW, deep=deep))

    def survey_for(self, what: Wish, depth: surveying.Depth) -> surveying.Survey:
        """What `publish` would do as deep as that."""
        return surveying.survey(self.own, what, depth)

    def wipe(self) -> None:
        """An empty catalog and no bucket, in the same organization: cheaper than a new one."""
        catalogs[HUB][REGION].reset()
        s3_backends[HUB]["aws"].reset()

    def bury(self) -> None:
        """Let the lock of a dead publisher run out."""
        held = self.read(locking.KEY)
        if held:
            held["seconds"] = 0
            self.client("s3").put_object(
                Bucket=BUCKET, Key=locking.KEY, Body=json.dumps(held).encode()
            )

    def read(self, key: str) -> Any:
        s3 = self.client("s3")
        try:
            return json.loads(s3.get_object(Bucket=BUCKET, Key=key)["Body"].read())
        except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket):
            return None

    def dump(self) -> Any:
        """Everything Service Catalog holds, without ids, by calls of our own."""
        catalog = self.client("servicecatalog")
        names = {}
        products = []
        for view in _pages(catalog.search_products_as_admin, "ProductViewDetails"):
            summary = view["ProductViewSummary"]
            names[summary["ProductId"]] = summary["Name"]
            products.append(self._product(summary))
        portfolios = [
            self._portfolio(detail, names)
            for detail in _pages(catalog.list_portfolios, "PortfolioDetails")
        ]
        return _sorted(
            {"products": products, "portfolios": portfolios, "templates": self.templates()}
        )

    def templates(self) -> dict[str, Any]:
        """Key -> text, metadata and tags of everything that Studio may list."""
        s3 = self.client("s3")
        try:
            listed = s3.list_objects_v2(Bucket=BUCKET, Prefix=offering.FOLDER)
        except s3.exceptions.NoSuchBucket:
            return {}
        return {one["Key"]: self._object(one["Key"]) for one in listed.get("Contents", ())}

    def _object(self, key: str) -> dict[str, Any]:
        s3 = self.client("s3")
        found = s3.get_object(Bucket=BUCKET, Key=key)
        tagged = s3.get_object_tagging(Bucket=BUCKET, Key=key)["TagSet"]
        return {
            "text": found["Body"].read().decode(),
            "metadata": found["Metadata"],
            "tags": {tag["Key"]: tag["Value"] for tag in tagged},
        }

    def _product(self, summary: dict[str, Any]) -> Any:
        catalog, product = self.client("servicecatalog"), summary["ProductId"]
        described = catalog.describe_product_as_admin(Id=product)
        listed = catalog.list_provisioning_artifacts(ProductId=product)
        versions = [
            {k: v for k, v in one.items() if k in {"Name", "Description", "Active", "Guidance"}}
            for one in listed["ProvisioningArtifactDetails"]
        ]
        kept = {k: v for k, v in summary.items() if k not in {"Id", "ProductId", "HasDefaultPath"}}
        return {**kept, "tags": described["Tags"], "versions": versions}

    def _portfolio(self, detail: dict[str, Any], names: dict[str, str]) -> Any:
        catalog, portfolio = self.client("servicecatalog"), detail["Id"]
        constraints = []
        for one in _pages(
            catalog.list_constraints_for_portfolio, "ConstraintDetails", PortfolioId=portfolio
        ):
            described = catalog.describe_constraint(Id=one["ConstraintId"])
            parameters = described["ConstraintParameters"]
            constraints.append([names[one["ProductId"]], one["Type"], json.loads(parameters)])
        members = _pages(
            catalog.search_products_as_admin, "ProductViewDetails", PortfolioId=portfolio
        )
        shares = catalog.describe_portfolio_shares(
            PortfolioId=portfolio, Type="ORGANIZATIONAL_UNIT"
        )
        return {
            "title": detail["DisplayName"],
            "summary": detail["Description"],
            "tags": catalog.describe_portfolio(Id=portfolio)["Tags"],
            "members": [view["ProductViewSummary"]["Name"] for view in members],
            "constraints": constraints,
            "principals": _pages(
                catalog.list_principals_for_portfolio, "Principals", PortfolioId=portfolio
            ),
            "shares": shares["PortfolioShareDetails"],
        }


def _pages(call: Callable[..., Any], member: str, **request: Any) -> list[Any]:
    answer = call(**request)
    found = list(answer[member])
    while answer.get("NextPageToken"):
        answer = call(**request, PageToken=answer["NextPageToken"])
        found += answer[member]
    return found


def _sorted(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _sorted(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return sorted(map(_sorted, value), key=lambda entry: json.dumps(entry, sort_keys=True))
    return value


def hub(running: Embedded) -> Hub:
    """The hub with its launch roles."""
    made = Hub(running)
    made.role(ROLE)
    made.role(OTHER_ROLE)
    return made
