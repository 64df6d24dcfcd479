"""The foundation products deployed in the embedded organization, as CloudFormation does there."""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import boto3
import pytest

import local_aws

ROOT = Path(__file__).parents[2]
HUB, DATA_SCIENCE = "444455556666", "111111111111"
STAGING, PRODUCTION = "333333333333", "222222222222"
REGION = "us-east-1"
CODE = f"sagemaker-catalog-{HUB}-{REGION}"
MODELS = f"sagemaker-{REGION}-{DATA_SCIENCE}"


@pytest.fixture
def aws(catalog) -> Iterator[Any]:
    target = catalog.settings.targets["local"]
    with local_aws.embedded(target.organization, target.account, REGION) as embedded:
        yield embedded


def stack(
    session: boto3.Session, text: str, parameters: Mapping[str, str], *, update: bool = False
) -> Mapping[str, str]:
    cloudformation = session.client("cloudformation")
    change = cloudformation.update_stack if update else cloudformation.create_stack
    change(
        StackName="foundation",
        TemplateBody=text,
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=[{"ParameterKey": key, "ParameterValue": parameters[key]} for key in parameters],
    )
    found = cloudformation.describe_stacks(StackName="foundation")["Stacks"][0]
    assert found["StackStatus"] == ("UPDATE_COMPLETE" if update else "CREATE_COMPLETE")
    return {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}


@pytest.mark.parametrize(
    ("name", "account"),
    [("project-roles", DATA_SCIENCE), ("target-account-role", STAGING)],
)
def test_the_roles_come_up_in_every_scenario(aws, catalog, rendered, name, account):
    session = aws.session(account)
    for scenario in catalog.products[name].scenarios.values():
        outputs = stack(session, rendered(name).text, scenario.parameters)
        for key, value in outputs.items():
            role = value.rsplit("/", 1)[-1]
            assert session.client("iam").get_role(RoleName=role)["Role"]["RoleName"] == role, key
        session.client("cloudformation").delete_stack(StackName="foundation")


def test_the_build_role_of_one_account_may_enter_the_other(aws, catalog, rendered):
    outputs = stack(
        aws.session(DATA_SCIENCE), rendered("project-roles").text, {"HubAccountId": HUB}
    )
    parameters = {
        "SageMakerRoleSuffix": "staging",
        "PipelineExecutionRoleArn": outputs["BuildRoleArn"],
    }
    target = stack(aws.session(STAGING), rendered("target-account-role").text, parameters)
    build = aws.session(DATA_SCIENCE, outputs["BuildRoleArn"].rsplit("/", 1)[1])
    entered = build.client("sts").assume_role(
        RoleArn=target["RoleArn"], RoleSessionName="deployment"
    )
    assert f":{STAGING}:" in entered["AssumedRoleUser"]["Arn"]


def test_a_stack_set_brings_the_target_role_to_every_account_of_its_units(aws, rendered):
    cloudformation = aws.session(HUB).client("cloudformation")
    mine = {"StackSetName": "sagemaker-target-role", "CallAs": "DELEGATED_ADMIN"}
    build = f"arn:aws:iam::{DATA_SCIENCE}:role/sagemaker-catalog-codebuild"
    given = {"SageMakerRoleSuffix": "shared", "PipelineExecutionRoleArn": build}
    cloudformation.create_stack_set(
        **mine,
        TemplateBody=rendered("target-account-role").text,
        Parameters=[{"ParameterKey": key, "ParameterValue": given[key]} for key in given],
        Capabilities=["CAPABILITY_NAMED_IAM"],
        PermissionModel="SERVICE_MANAGED",
        AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": False},
    )
    cloudformation.create_stack_instances(
        **mine,
        DeploymentTargets={"OrganizationalUnitIds": ["ou-ab12-21000000", "ou-ab12-22000000"]},
        Regions=[REGION],
    )
    for account in (PRODUCTION, STAGING):
        role = aws.session(account).client("iam").get_role(RoleName="sagemaker-role-shared")
        assert f":{account}:" in role["Role"]["Arn"]


def packed() -> bytes:
    folder = ROOT / "products/model-bucket-access/functions/merge_bucket_policy"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as bundle:
        for path in sorted(folder.glob("*.py")):
            bundle.write(path, path.name)
    return archive.getvalue()


def sids(session: boto3.Session) -> list[str]:
    policy = session.client("s3").get_bucket_policy(Bucket=MODELS)["Policy"]
    return [statement["Sid"] for statement in json.loads(policy)["Statement"]]


def test_the_model_bucket_opens_changes_and_closes_with_its_stack(aws, rendered):
    hub = aws.session(HUB).client("s3")
    hub.create_bucket(Bucket=CODE)
    hub.put_object(Bucket=CODE, Key="bundles/function/merge_bucket_policy.zip", Body=packed())
    text = rendered("model-bucket-access").text
    text += f"\nMappings:\n  Catalog:\n    {REGION}:\n      Bucket: {CODE}\n"
    session = aws.session(DATA_SCIENCE)
    s3 = session.client("s3")
    s3.create_bucket(Bucket=MODELS)
    theirs = {
        "Sid": "Audit",
        "Effect": "Allow",
        "Principal": {"AWS": f"arn:aws:iam::{HUB}:root"},
        "Action": "s3:ListBucket",
        "Resource": f"arn:aws:s3:::{MODELS}",
    }
    policy = {"Version": "2012-10-17", "Statement": [theirs]}
    s3.put_bucket_policy(Bucket=MODELS, Policy=json.dumps(policy))

    stack(session, text, {"TargetAccounts": STAGING})
    assert sids(session) == ["Audit", "CatalogAccountsReadModels", "CatalogAccountsListModels"]

    path = "o-exampleorg1/r-ab12/ou-ab12-20000000/*"
    stack(session, text, {"OrganizationPaths": path}, update=True)
    assert sids(session) == ["Audit", "CatalogUnitsReadModels", "CatalogUnitsListModels"]

    cloudformation = session.client("cloudformation")
    other = [{"ParameterKey": "BucketName", "ParameterValue": "other-models"}]
    other.append({"ParameterKey": "OrganizationPaths", "ParameterValue": path})
    cloudformation.update_stack(
        StackName="foundation",
        TemplateBody=text,
        Capabilities=["CAPABILITY_NAMED_IAM"],
        Parameters=other,
    )
    found = cloudformation.describe_stacks(StackName="foundation")["Stacks"][0]
    assert found["StackStatus"] == "UPDATE_ROLLBACK_COMPLETE"
    assert sids(session) == ["Audit", "CatalogUnitsReadModels", "CatalogUnitsListModels"]

    cloudformation.delete_stack(StackName="foundation")
    assert sids(session) == ["Audit"]
