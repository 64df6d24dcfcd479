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
from catalog.publishing.waiting import Patience, until
from catalog.studio import looking
from catalog.studio.shelf import LOCATION_TAG
from catalog.studio.visibility import Condition
from local_aws import iam as local_iam
from local_aws import identity
from local_aws.process import Embedded
from tests.publishing_world import BUCKET, FIRST, REGION, ROLE, TARGET, Hub, hub, wish

COMING_UP = Patience(looks=200, first=0.01, longest=0.05)
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

    def member_role(self, *services: str, name: str = ROLE) -> None:
        """A role of the member account, the launch role by default, trusting services."""
        statement = {
            "Effect": "Allow",
            "Principal": {"Service": [*services]},
            "Action": "sts:AssumeRole",
        }
        document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam = self.hub.aws.session(MEMBER).client("iam")
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)

    @property
    def studio(self) -> Any:
        return self.hub.aws.session(MEMBER).client("sagemaker")

    def domain(self) -> None:
        """A domain of the member account that points to the hub's templates."""
        self.member_role("sagemaker.amazonaws.com", name="execution")
        role = f"arn:aws:iam::{MEMBER}:role/execution"
        self.studio.create_domain(
            DomainName="iris",
            AuthMode="IAM",
            DefaultUserSettings={"ExecutionRole": role},
            VpcId="vpc-0123456789abcdef0",
            SubnetIds=["subnet-0123456789abcdef0"],
            Tags=[{"Key": LOCATION_TAG, "Value": f"s3://{BUCKET}/studio/"}],
        )

    @property
    def domain_arn(self) -> str:
        return self.studio.list_domains()["Domains"][0]["DomainArn"]


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
    made.member_role("servicecatalog.amazonaws.com", "cloudformation.amazonaws.com")
    made.domain()
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


def test_both_doors_show_the_same_release(world: World) -> None:
    view = world.look()
    assert view.closed == ()
    assert view.location == f"s3://{BUCKET}/studio/"
    (template,), (offer,) = view.templates, view.offered
    assert (offer.name, offer.version, offer.digest) == ("deploy", "1.0.0", RELEASE.digest)
    assert offer.digest == template.digest
    assert offer.form == template.form
    assert offer.url == f"https://{BUCKET}.s3.us-east-1.amazonaws.com/studio/deploy.yaml"


def no_domain(world: World) -> None:
    def status() -> str:
        return "".join(domain["Status"] for domain in world.studio.list_domains()["Domains"])

    assert until(lambda: status() == "InService" or None, COMING_UP)
    (domain,) = world.studio.list_domains()["Domains"]
    world.studio.delete_domain(DomainId=domain["DomainId"])
    assert until(lambda: not status() or None, COMING_UP)


def no_domain_tag(world: World) -> None:
    world.studio.delete_tags(ResourceArn=world.domain_arn, TagKeys=[LOCATION_TAG])


def another_place(world: World) -> None:
    tag = {"Key": LOCATION_TAG, "Value": "s3://elsewhere/templates/"}
    world.studio.add_tags(ResourceArn=world.domain_arn, Tags=[tag])


def no_cors(world: World) -> None:
    world.hub.client("s3").delete_bucket_cors(Bucket=BUCKET)


def no_object(world: World) -> None:
    world.hub.client("s3").delete_object(Bucket=BUCKET, Key="studio/deploy.yaml")


def no_object_tag(world: World) -> None:
    world.hub.client("s3").delete_object_tagging(Bucket=BUCKET, Key="studio/deploy.yaml")


def other_content(world: World) -> None:
    s3, where = world.hub.client("s3"), {"Bucket": BUCKET, "Key": "studio/deploy.yaml"}
    held = s3.get_object(**where)
    tags = s3.get_object_tagging(**where)["TagSet"]
    s3.put_object(**where, Body=b"Resources: {}", Metadata=held["Metadata"])
    s3.put_object_tagging(**where, Tagging={"TagSet": tags})


def another_release(world: World) -> None:
    s3, where = world.hub.client("s3"), {"Bucket": BUCKET, "Key": "studio/deploy.yaml"}
    held = s3.get_object(**where)
    tags = s3.get_object_tagging(**where)["TagSet"]
    metadata = {**held["Metadata"], "catalog-digest": "0" * 64}
    s3.put_object(**where, Body=held["Body"].read(), Metadata=metadata)
    s3.put_object_tagging(**where, Tagging={"TagSet": tags})


def only_service_catalog_is_trusted(world: World) -> None:
    world.hub.aws.session(MEMBER).client("iam").delete_role(RoleName=ROLE)
    world.member_role("servicecatalog.amazonaws.com")


@pytest.mark.parametrize(
    ("broken", "condition", "what"),
    [
        (no_domain, Condition.DOMAIN, "has no Studio domain"),
        (no_domain_tag, Condition.DOMAIN, f"has no tag {LOCATION_TAG}"),
        (another_place, Condition.DOMAIN, "points to s3://elsewhere/templates/"),
        (no_cors, Condition.CORS, "no CORS rule"),
        (no_object, Condition.PUBLISHED, "no template of it"),
        (no_object_tag, Condition.TAG, "lacks the tag"),
        (other_content, Condition.SAME, "changed after it was published"),
        (another_release, Condition.SAME, "it has digest 000000000000, in Service Catalog"),
        (only_service_catalog_is_trusted, Condition.ROLE, "does not trust CloudFormation"),
    ],
)
def test_what_keeps_a_template_in_s3_from_studio_is_named(
    world: World, broken: Callable[[World], None], condition: Condition, what: str
) -> None:
    broken(world)
    view = world.look()
    assert [fault.condition for fault in view.closed] == [condition]
    assert what in view.closed[0].what
    assert view.missing == ()


def test_a_role_that_may_not_read_is_told_so(world: World) -> None:
    s3 = world.hub.client("s3")
    policy = json.loads(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    shut = {
        "Effect": "Deny",
        "Principal": {"AWS": f"arn:aws:iam::{MEMBER}:role/{SCIENTIST}"},
        "Action": "s3:ListBucket",
        "Resource": f"arn:aws:s3:::{BUCKET}",
    }
    policy["Statement"].append(shut)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(policy))
    local_iam.force(True)
    try:
        view = world.look()
    finally:
        local_iam.force(False)
    assert view.offered == ()
    assert [fault.condition for fault in view.closed] == [Condition.READ]
    assert "s3:ListBucket" in view.closed[0].what


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

    world.member_role("lambda.amazonaws.com", "cloudformation.amazonaws.com")
    (fault,) = world.look().missing
    assert (fault.condition, "does not trust" in fault.what) == (Condition.ROLE, True)


def test_somebody_who_does_not_exist(world: World) -> None:
    with pytest.raises(EnvironmentFault, match="no role nobody"):
        world.look("nobody")
