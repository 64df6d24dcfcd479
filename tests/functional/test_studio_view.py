"""Studio's view on the embedded AWS: published, then each condition broken by hand and named."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from catalog.aws.accounts import Accounts
from catalog.aws.session import Credentials, Session
from catalog.checking import Checked
from catalog.errors import EnvironmentFault
from catalog.model import Catalog, ProductFolder, Settings
from catalog.places import Place
from catalog.studio import looking
from catalog.studio.visibility import Condition
from local_aws import identity
from local_aws.process import Embedded
from tests.publishing_world import FIRST, REGION, ROLE, TARGET, Hub, hub, wish

MANAGEMENT, MEMBER, SCIENTIST = "777788889999", "111111111111", "data-scientist-iris"
FORM = """\
Metadata:
  AWS::CloudFormation::Interface:
    ParameterGroups:
      - Label: {default: Deployment}
        Parameters: [Accounts, Note]
    ParameterLabels:
      Accounts: {default: Staging accounts}
  SagemakerTemplateParameterRules: {Note: {Optional: true}}
Parameters:
  SageMakerProjectName: {Type: String}
  SageMakerProjectId: {Type: String}
  Note: {Type: String, Default: ""}
  Accounts:
    Type: CommaDelimitedList
    Description: Where it is tried.
    AllowedPattern: "[0-9]{12}"
    ConstraintDescription: Account ids.
Resources:
  Topic: {Type: "AWS::SNS::Topic"}
"""
RELEASE = replace(FIRST.releases[0], template=FORM)
WISH = wish(RELEASE)


@dataclass
class World:
    hub: Hub
    place: Place
    checked: Checked

    def look(self, role: str = SCIENTIST) -> looking.View:
        return looking.look(self.place, self.checked, looking.Person(account=MEMBER, role=role))

    @property
    def catalog(self) -> Any:
        return self.hub.client("servicecatalog")

    @property
    def product(self) -> str:
        (view,) = self.catalog.search_products_as_admin()["ProductViewDetails"]
        return view["ProductViewSummary"]["ProductId"]

    @property
    def portfolio(self) -> str:
        return self.catalog.list_portfolios()["PortfolioDetails"][0]["Id"]

    def member_role(self, service: str) -> None:
        """The launch role of the member account, trusting a service."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": service},
            "Action": "sts:AssumeRole",
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam = self.hub.aws.session(MEMBER).client("iam")
        iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=document)


@pytest.fixture
def world(aws: Embedded) -> World:
    our = hub(aws)
    our.publish(WISH)
    arn = f"arn:aws:iam::{MANAGEMENT}:role/OrganizationAccountAccessRole"
    access, secret, token = identity.keys_for(arn)
    keys = Credentials(access_key=access, secret_key=secret, session_token=token)
    folder = ProductFolder(product=RELEASE.product, template="", scenarios={}, changelog="")
    name = RELEASE.product.name
    checked = Checked(
        catalog=Catalog(
            root=Path(),
            settings=Settings(tags=WISH.tags, targets={TARGET.name: TARGET}),
            products={name: folder},
            portfolios={portfolio.name: portfolio for portfolio in WISH.portfolios},
        ),
        built={},
        releases={name: RELEASE},
        touched={},
        findings=(),
    )
    place = Place(
        target=TARGET,
        gateways={REGION: our.gateways()},
        accounts=Accounts(
            session=Session(region=REGION, credentials=keys),
            home=MANAGEMENT,
            role="OrganizationAccountAccessRole",
        ),
    )
    made = World(hub=our, place=place, checked=checked)
    made.member_role("servicecatalog.amazonaws.com")
    return made


def test_a_scientist_finds_the_template_and_its_form(world: World) -> None:
    view = world.look()
    assert view.missing == ()
    (template,) = view.templates
    assert (template.title, template.version) == ("Deploy", "1.0.0")
    assert [(field.name, field.label, field.group, field.optional) for field in template.form] == [
        ("Accounts", "Staging accounts", "Deployment", False),
        ("Note", "Note", "Deployment", True),
    ]
    assert template.form[0].constraint == "Account ids."


def without_tag(world: World) -> None:
    world.catalog.update_product(Id=world.product, RemoveTags=["sagemaker:studio-visibility"])


def without_principal(world: World) -> None:
    world.catalog.disassociate_principal_from_portfolio(
        PortfolioId=world.portfolio,
        PrincipalARN="arn:aws:iam:::role/data-scientist-*",
        PrincipalType="IAM_PATTERN",
    )


def without_share(world: World) -> None:
    node = {"Type": "ORGANIZATIONAL_UNIT", "Value": "ou-ab12-20000000"}
    world.catalog.delete_portfolio_share(PortfolioId=world.portfolio, OrganizationNode=node)


def without_association(world: World) -> None:
    for one in world.catalog.list_constraints_for_portfolio(PortfolioId=world.portfolio)[
        "ConstraintDetails"
    ]:
        world.catalog.delete_constraint(Id=one["ConstraintId"])
    world.catalog.disassociate_product_from_portfolio(
        ProductId=world.product, PortfolioId=world.portfolio
    )


def _version(world: World, **changed: Any) -> None:
    product = world.product
    listed = world.catalog.list_provisioning_artifacts(ProductId=product)
    (version,) = listed["ProvisioningArtifactDetails"]
    world.catalog.update_provisioning_artifact(
        ProductId=product, ProvisioningArtifactId=version["Id"], **changed
    )


def inactive(world: World) -> None:
    _version(world, Active=False)


def deprecated(world: World) -> None:
    _version(world, Guidance="DEPRECATED")


def principals_stay_home(world: World) -> None:
    node = {"Type": "ORGANIZATIONAL_UNIT", "Value": "ou-ab12-20000000"}
    world.catalog.update_portfolio_share(
        PortfolioId=world.portfolio, OrganizationNode=node, SharePrincipals=False
    )


@pytest.mark.parametrize(
    ("broken", "condition"),
    [
        (without_tag, Condition.TAG),
        (without_principal, Condition.PRINCIPAL),
        (principals_stay_home, Condition.PRINCIPAL),
        (without_share, Condition.SHARE),
        (without_association, Condition.ASSOCIATION),
        (inactive, Condition.VERSION),
        (deprecated, Condition.VERSION),
    ],
)
def test_what_is_broken_is_named(
    world: World, broken: Callable[[World], None], condition: Condition
) -> None:
    broken(world)
    view = world.look()
    assert view.templates == ()
    assert [fault.condition for fault in view.missing] == [condition]


def test_a_role_that_fits_no_principal(world: World) -> None:
    iam = world.hub.aws.session(MEMBER).client("iam")
    document = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{MEMBER}:root"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    )
    iam.create_role(RoleName="accountant", AssumeRolePolicyDocument=document)
    view = world.look("accountant")
    assert view.templates == ()
    (fault,) = view.missing
    assert fault.condition is Condition.PRINCIPAL
    assert f"arn:aws:iam::{MEMBER}:role/accountant" in fault.what


def test_a_launch_role_that_is_gone_or_trusts_another(world: World) -> None:
    world.hub.aws.session(MEMBER).client("iam").delete_role(RoleName=ROLE)
    view = world.look()
    assert [template.title for template in view.templates] == ["Deploy"]
    (fault,) = view.missing
    assert (fault.condition, "does not exist" in fault.what) == (Condition.ROLE, True)

    world.member_role("lambda.amazonaws.com")
    (fault,) = world.look().missing
    assert (fault.condition, "does not trust" in fault.what) == (Condition.ROLE, True)


def test_somebody_who_does_not_exist(world: World) -> None:
    with pytest.raises(EnvironmentFault, match="no role nobody"):
        world.look("nobody")
