"""A small organization in the embedded AWS, its hub and a member, for the functional tests."""

from __future__ import annotations

import functools
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from catalog import cli
from catalog.targets import Organization, OrganizationalUnit
from local_aws import embedded, identity
from local_aws.process import Embedded

Run = Callable[..., tuple[int, str]]
"""Words of a command line -> exit code, and what was said."""

HUB, MANAGEMENT, MEMBER, OTHER = "444455556666", "777788889999", "111111111111", "222222222222"
WORKLOADS, PRODUCTION = "ou-ab12-20000000", "ou-ab12-21000000"
SCIENTIST = "data-scientist-iris"
BUCKET = f"templates-{HUB}"

TEMPLATE = """\
Parameters:
  SageMakerProjectName: {Type: String, Default: none, Description: The name, MaxLength: 32}
  SageMakerProjectId: {Type: String, Default: none}
  Size: {Type: String, Default: small, AllowedValues: [small, large]}
Resources:
  Topic:
    Type: AWS::SNS::Topic
Outputs:
  TopicArn: {Value: !Ref Topic, Description: Where news go}
"""

ORGANIZATION = Organization(
    id="o-exampleorg1",
    management=MANAGEMENT,
    units=(
        OrganizationalUnit(name="shared", id="ou-ab12-10000000", accounts={"hub": HUB}),
        OrganizationalUnit(
            name="workloads",
            id=WORKLOADS,
            accounts={"data-science": MEMBER},
            units=(OrganizationalUnit(name="production", id=PRODUCTION, accounts={"prod": OTHER}),),
        ),
    ),
    people={"data-science": (SCIENTIST, "data-scientist-rose")},
)


@functools.cache
def _session() -> boto3.Session:
    """One session for all tests, because reading a service's model costs more than most tests."""
    return boto3.Session()


@dataclass
class World:
    """The embedded AWS with what most tests begin with; every call goes through boto3."""

    aws: Embedded
    clients: dict[tuple[str, str, str], Any] = field(default_factory=dict)

    def client(self, service: str, account: str = HUB, role: str = "OrganizationAccountAccessRole"):
        key = service, account, role
        if key not in self.clients:
            access, secret, token = identity.keys_for(f"arn:aws:iam::{account}:role/{role}")
            self.clients[key] = _session().client(
                service,
                region_name=self.aws.region,
                aws_access_key_id=access,
                aws_secret_access_key=secret,
                aws_session_token=token,
            )
        return self.clients[key]

    @functools.cached_property
    def hub(self) -> Any:
        """Service Catalog as the hub's administrator."""
        return self.client("servicecatalog")

    @functools.cached_property
    def scientist(self) -> Any:
        """Service Catalog as the member account's data scientist."""
        return self.client("servicecatalog", MEMBER, SCIENTIST)

    def template(self, text: str = TEMPLATE, key: str = "template.yaml") -> str:
        """Put a template into the hub's bucket; its URL."""
        s3 = self.client("s3")
        s3.create_bucket(Bucket=BUCKET)
        s3.put_object(Bucket=BUCKET, Key=key, Body=text.encode())
        return f"https://{BUCKET}.s3.us-east-1.amazonaws.com/{key}"

    def portfolio(self, name: str = "Templates", **more: Any) -> str:
        made = self.hub.create_portfolio(DisplayName=name, ProviderName="ML platform", **more)
        return made["PortfolioDetail"]["Id"]

    def product(self, name: str = "deployment", **more: Any) -> tuple[str, str]:
        """Ids of a new product and its first version."""
        made = self.hub.create_product(
            Name=name,
            Owner="ML platform",
            ProductType="CLOUD_FORMATION_TEMPLATE",
            ProvisioningArtifactParameters={
                "Name": "1.0.0",
                "Info": {"LoadTemplateFromURL": self.template()},
            },
            **more,
        )
        summary = made["ProductViewDetail"]["ProductViewSummary"]
        return summary["ProductId"], made["ProvisioningArtifactDetail"]["Id"]

    def version(self, product: str, name: str, text: str = TEMPLATE) -> str:
        made = self.hub.create_provisioning_artifact(
            ProductId=product,
            Parameters={"Name": name, "Info": {"LoadTemplateFromURL": self.template(text)}},
        )
        return made["ProvisioningArtifactDetail"]["Id"]

    def role(self, account: str, name: str, service: str = "servicecatalog.amazonaws.com") -> str:
        """A role that trusts `service` and its own account; its ARN."""
        principal = {"Service": service, "AWS": f"arn:aws:iam::{account}:root"}
        statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam = self.client("iam", account)
        return iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]

    def constraint(self, portfolio: str, product: str, kind: str, parameters: object) -> str:
        made = self.hub.create_constraint(
            PortfolioId=portfolio, ProductId=product, Type=kind, Parameters=json.dumps(parameters)
        )
        return made["ConstraintDetail"]["ConstraintId"]

    def share(self, portfolio: str, unit: str = WORKLOADS, **flags: bool) -> str:
        """Share with an OU and wait until it is done."""
        node = {"Type": "ORGANIZATIONAL_UNIT", "Value": unit}
        made = self.hub.create_portfolio_share(
            PortfolioId=portfolio, OrganizationNode=node, **flags
        )
        self.settle(made["PortfolioShareToken"])
        return made["PortfolioShareToken"]

    def settle(self, token: str) -> list[str]:
        """Look at a share until it is done; the statuses seen."""
        seen = []
        while not seen or seen[-1] != "COMPLETED":
            status = self.hub.describe_portfolio_share_status(PortfolioShareToken=token)
            seen.append(status["Status"])
        return seen

    def published(self) -> tuple[str, str, str]:
        """A product that the scientist may launch: ids of portfolio, product and version."""
        portfolio, (product, version) = self.portfolio(), self.product()
        self.hub.associate_product_with_portfolio(ProductId=product, PortfolioId=portfolio)
        self.hub.associate_principal_with_portfolio(
            PortfolioId=portfolio,
            PrincipalARN="arn:aws:iam:::role/data-scientist-*",
            PrincipalType="IAM_PATTERN",
        )
        self.share(portfolio, SharePrincipals=True)
        return portfolio, product, version


@pytest.fixture
def world() -> Iterator[World]:
    with embedded(ORGANIZATION, HUB, "us-east-1") as aws:
        yield World(aws)


@pytest.fixture(scope="session")
def organization() -> Organization:
    return ORGANIZATION


@pytest.fixture
def refused() -> Callable[..., str]:
    """Call something that must be refused with a code; the message."""

    def check(code: str, call: Callable[..., Any], **params: Any) -> str:
        with pytest.raises(ClientError) as raised:
            call(**params)
        error = raised.value.response["Error"]
        assert error["Code"] == code, error
        return error["Message"]

    return check


@pytest.fixture
def run(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command line in this process, in the `root` of the module; nobody is at a terminal."""
    monkeypatch.chdir(root)

    def run(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["catalog", *arguments])
        code: object = 0
        try:
            cli.main()
        except SystemExit as ended:
            code = ended.code or 0
        said = capsys.readouterr()
        assert isinstance(code, int)
        return code, said.out + said.err

    return run
