"""The role by which the hub looks into an account: who may take it on, and what it may see."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

import local_aws
from local_aws import iam as decisions

HUB, SPOKE, OTHER = "444455556666", "111111111111", "333333333333"
REGION = "us-east-1"
READER = f"arn:aws:iam::{SPOKE}:role/sagemaker-catalog-reader"


@pytest.fixture
def aws(catalog) -> Iterator[Any]:
    target = catalog.settings.targets["local"]
    with local_aws.embedded(target.organization, target.account, REGION) as embedded:
        decisions.force(True)
        yield embedded
        decisions.force(False)


def deploy(aws, text: str, region: str = REGION, **parameters: str) -> None:
    aws.session(SPOKE).client("cloudformation", region_name=region).create_stack(
        StackName="spoke",
        TemplateBody=text,
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[
            {"ParameterKey": key, "ParameterValue": value}
            for key, value in {"HubAccountId": HUB, **parameters}.items()
        ],
    )


def person(aws, account: str, name: str) -> Any:
    """STS as a role of that name, which may assume any other."""
    trust = {"Effect": "Allow", "Principal": {"AWS": account}, "Action": "sts:AssumeRole"}
    allow = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    iam = aws.session(account).client("iam")
    iam.create_role(
        RoleName=name,
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
    )
    iam.put_role_policy(
        RoleName=name,
        PolicyName="enter",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [allow]}),
    )
    return aws.session(account, name).client("sts")


def enters(sts: Any) -> bool:
    try:
        sts.assume_role(RoleArn=READER, RoleSessionName="look")
    except ClientError as error:
        if error.response["Error"]["Code"] != "AccessDenied":
            raise
        return False
    return True


def test_the_hubs_pipeline_enters_and_nobody_else(aws, rendered):
    deploy(aws, rendered("catalog-spoke").text)
    for name in ("sagemaker-catalog-planner", "sagemaker-catalog-publisher"):
        assert enters(person(aws, HUB, name))
    assert not enters(person(aws, HUB, "sagemaker-catalog-codebuild"))
    assert not enters(person(aws, OTHER, "sagemaker-catalog-planner"))


def test_people_enter_by_the_one_role_that_is_named(aws, rendered):
    operator = f"arn:aws:iam::{OTHER}:role/look"
    deploy(aws, rendered("catalog-spoke").text, OperatorRoleArn=operator)
    assert enters(person(aws, OTHER, "look"))
    assert not enters(person(aws, OTHER, "look-too"))


def test_the_reader_sees_what_runs_and_our_roles_and_no_more(aws, rendered):
    deploy(aws, rendered("catalog-spoke").text)
    aws.session(SPOKE).client("iam").create_role(RoleName="theirs", AssumeRolePolicyDocument="{}")
    reader = aws.session(SPOKE, "sagemaker-catalog-reader")
    found = reader.client("servicecatalog").search_provisioned_products(
        AccessLevelFilter={"Key": "Account", "Value": "self"}
    )
    assert found["ProvisionedProducts"] == []
    cloudformation = reader.client("cloudformation")
    (stack,) = cloudformation.list_stacks()["StackSummaries"]
    assert stack["StackName"] == "spoke"
    iam = reader.client("iam")
    assert iam.get_role(RoleName="sagemaker-catalog-reader")["Role"]["Arn"] == READER
    for refused in (
        lambda: iam.get_role(RoleName="theirs"),
        lambda: iam.list_roles(),
        lambda: cloudformation.describe_stacks(),
        lambda: cloudformation.get_template(StackName="spoke"),
        lambda: reader.client("ssm").get_parameter(Name="/sagemaker-catalog/hub-account"),
        lambda: reader.client("s3").list_buckets(),
    ):
        with pytest.raises(ClientError) as raised:
            refused()
        assert raised.value.response["Error"]["Code"].startswith("AccessDenied")


def test_each_region_has_the_facts_and_one_of_them_the_role(aws, rendered):
    for region in (REGION, "eu-west-1"):
        deploy(aws, rendered("catalog-spoke").text, region, RoleRegion="eu-west-1")
        ssm = aws.session(SPOKE).client("ssm", region_name=region)
        path = "/sagemaker-catalog"
        facts = {
            each["Name"].removeprefix(f"{path}/"): each["Value"]
            for each in ssm.get_parameters_by_path(Path=path)["Parameters"]
        }
        assert facts == {
            "hub-account": HUB,
            "hub-bucket": f"sagemaker-catalog-{HUB}-{region}",
        }
    role = aws.session(SPOKE).client("iam").get_role(RoleName="sagemaker-catalog-reader")["Role"]
    assert role["Arn"] == READER
