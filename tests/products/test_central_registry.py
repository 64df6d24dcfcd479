"""The central registry deployed in the hub: what the target accounts may read, and nobody else."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

import local_aws

HUB, TEST, PRODUCTION = "444455556666", "333333333333", "222222222222"
REGION = "us-east-1"
BUCKET = f"registry-{REGION}-{HUB}"
READERS = {"sagemaker:CreateModel", "sagemaker:DescribeModelPackage", "sagemaker:ListModelPackages"}


@pytest.fixture
def aws(catalog) -> Iterator[Any]:
    target = catalog.settings.targets["local"]
    with local_aws.embedded(target.organization, target.account, REGION) as embedded:
        yield embedded


def stack(aws: Any, name: str, text: str, parameters: Mapping[str, str]) -> Mapping[str, str]:
    cloudformation = aws.client("cloudformation", HUB)
    cloudformation.create_stack(
        StackName=name,
        TemplateBody=text,
        Parameters=[{"ParameterKey": key, "ParameterValue": parameters[key]} for key in parameters],
    )
    found = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
    assert found["StackStatus"] == "CREATE_COMPLETE", found
    return {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}


def scenario(catalog, product, name):
    found = catalog.products[product].scenarios
    return found[f"products/{product}/scenarios/{name}.yaml"].parameters


def by_sid(policy: str) -> dict[str, Any]:
    return {statement["Sid"]: statement for statement in json.loads(policy)["Statement"]}


def test_a_group_is_readable_by_its_accounts_and_outlives_its_stack(aws, catalog, rendered):
    given = scenario(catalog, "central-model-group", "two-accounts")
    stack(aws, "group", rendered("central-model-group").text, given)
    sagemaker = aws.client("sagemaker", HUB)
    group = {"ModelPackageGroupName": "iris"}
    policy = by_sid(sagemaker.get_model_package_group_policy(**group)["ResourcePolicy"])
    assert set(policy) == {"TargetAccountsSeeGroup", "TargetAccountsUseModels"}
    sees = policy["TargetAccountsSeeGroup"]
    assert sees["Principal"] == {"AWS": [TEST, PRODUCTION]}
    assert sees["Action"] == "sagemaker:DescribeModelPackageGroup"
    assert sees["Resource"].endswith(f":{HUB}:model-package-group/iris")
    uses = policy["TargetAccountsUseModels"]
    assert uses["Principal"] == {"AWS": [TEST, PRODUCTION]}
    assert set(uses["Action"]) == READERS
    assert uses["Resource"].endswith(f":{HUB}:model-package/iris/*")

    aws.client("cloudformation", HUB).delete_stack(StackName="group")
    sagemaker.describe_model_package_group(**group)


def test_the_bucket_is_read_by_roles_of_the_accounts_and_outlives_its_stack(aws, catalog, rendered):
    given = scenario(catalog, "central-model-registry", "accounts")
    outputs = stack(aws, "registry", rendered("central-model-registry").text, given)
    assert outputs == {"ModelBucketName": BUCKET}
    s3 = aws.client("s3", HUB)
    policy = by_sid(s3.get_bucket_policy(Bucket=BUCKET)["Policy"])
    assert set(policy) == {"TlsOnly", "AccountsReadModels", "AccountsListModels"}
    reads = policy["AccountsReadModels"]
    assert reads["Principal"] == {"AWS": [TEST, PRODUCTION]}
    assert reads["Action"] == "s3:GetObject"
    roles = "arn:aws:iam::*:role/sagemaker-role-*"
    assert reads["Condition"] == {"ArnLike": {"aws:PrincipalArn": roles}}

    aws.client("cloudformation", HUB).delete_stack(StackName="registry")
    assert "TlsOnly" in s3.get_bucket_policy(Bucket=BUCKET)["Policy"]


def test_units_are_held_to_their_organization_in_bucket_and_key(aws, catalog, rendered):
    given = scenario(catalog, "central-model-registry", "own-key")
    outputs = stack(aws, "registry", rendered("central-model-registry").text, given)
    key = aws.client("kms", HUB).get_key_policy(KeyId=outputs["ModelKeyArn"], PolicyName="default")
    bucket = aws.client("s3", HUB).get_bucket_policy(Bucket=BUCKET)
    for policy in (by_sid(key["Policy"]), by_sid(bucket["Policy"])):
        condition = policy["UnitsReadModels"]["Condition"]
        assert condition["StringEquals"] == {"aws:PrincipalOrgID": "o-exampleorg1"}
        path = ["o-exampleorg1/r-ab12/ou-ab12-20000000/*"]
        assert condition["ForAnyValue:StringLike"] == {"aws:PrincipalOrgPaths": path}
    encryption = aws.client("s3", HUB).get_bucket_encryption(Bucket=BUCKET)
    (rule,) = encryption["ServerSideEncryptionConfiguration"]["Rules"]
    assert rule["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == outputs["ModelKeyArn"]
    images = aws.client("ecr", HUB).get_repository_policy(repositoryName="models/iris")
    pulls = by_sid(images["policyText"])["AccountsPullImages"]
    assert pulls["Principal"] == {"AWS": [TEST]}
    assert "ecr:PutImage" not in pulls["Action"]


def test_the_target_role_asks_for_what_the_registry_grants(template):
    """Both sides of every door: what policies here allow is what the role over there may do."""
    role = template("target-account-role")["Resources"]["Role"]["Properties"]
    asked = {
        action
        for policy in role["Policies"]
        for statement in policy["PolicyDocument"]["Statement"]
        for each in statement.get("Fn::If", [None, statement])[1:]
        for action in (
            [each["Action"]] if isinstance(each.get("Action"), str) else each.get("Action", [])
        )
    }
    resources = {
        **template("central-model-registry")["Resources"],
        **template("central-model-group")["Resources"],
    }
    granted = {
        action
        for name, key in (
            ("ModelBucketPolicy", "PolicyDocument"),
            ("ModelKey", "KeyPolicy"),
            ("Images", "RepositoryPolicyText"),
            ("ModelPackageGroup", "ModelPackageGroupPolicy"),
        )
        for statement in resources[name]["Properties"][key]["Statement"]
        for each in statement.get("Fn::If", [None, statement])[1:]
        if each.get("Effect") == "Allow"
        for action in ([each["Action"]] if isinstance(each["Action"], str) else each["Action"])
    }
    assert granted - {"kms:*"} <= asked
