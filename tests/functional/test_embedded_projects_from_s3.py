"""SageMaker projects from templates in S3: the other door, over the embedded CloudFormation."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local_aws import iam
from tests.functional.conftest import TEMPLATE

HUB, MEMBER, SCIENTIST = "444455556666", "111111111111", "data-scientist-iris"
BUCKET, KEY = f"studio-{HUB}", "studio/greeter.yaml"
URL = f"https://{BUCKET}.s3.us-east-1.amazonaws.com/{KEY}"
LAUNCH = f"arn:aws:iam::{MEMBER}:role/project-launch"
OPEN_TO_ORGANIZATION = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObject",
            "Resource": f"arn:aws:s3:::{BUCKET}/*",
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorg1"}},
        }
    ],
}


@pytest.fixture
def studio(world):
    """SageMaker as the data scientist, a template of the hub's, and a launch role."""
    s3 = world.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=TEMPLATE.encode())
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(OPEN_TO_ORGANIZATION))
    role(world, "project-launch", "cloudformation.amazonaws.com")
    return world.client("sagemaker", MEMBER, SCIENTIST)


def role(world, name: str, trusted: str) -> None:
    trust = {"Effect": "Allow", "Principal": {"Service": trusted}, "Action": "sts:AssumeRole"}
    document = {"Version": "2012-10-17", "Statement": [trust]}
    iam_ = world.client("iam", MEMBER)
    iam_.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))
    may = {"Effect": "Allow", "Action": "sns:*", "Resource": "*"}
    policy = {"Version": "2012-10-17", "Statement": [may]}
    iam_.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(policy))


def provider(**more: Any) -> list[dict[str, Any]]:
    given = {"TemplateName": "greeter", "TemplateURL": URL, "RoleARN": LAUNCH, **more}
    return [{"CfnTemplateProvider": given}]


def create(studio, name: str = "iris", **more: Any) -> Any:
    studio.create_project(ProjectName=name, TemplateProviders=provider(**more))
    return studio.describe_project(ProjectName=name)


def detail(project: Any) -> dict[str, Any]:
    (found,) = project["TemplateProviderDetails"]
    held: dict[str, Any] = found["CfnTemplateProviderDetail"]
    return held


def stack_of(world, project: Any) -> Any:
    name = detail(project)["StackDetail"]["Id"]
    return world.client("cloudformation", MEMBER).describe_stacks(StackName=name)["Stacks"][0]


def test_a_project_is_a_stack_of_its_own_under_the_role(world, studio):
    project = create(studio, Parameters=[{"Key": "Size", "Value": "large"}])
    assert project["ProjectStatus"] == "CreateCompleted", detail(project)
    assert "ServiceCatalogProvisioningDetails" not in project
    held = detail(project)
    assert (held["TemplateName"], held["TemplateURL"], held["RoleARN"]) == ("greeter", URL, LAUNCH)
    assert held["StackDetail"]["Name"].startswith("SP-iris-p-")
    stack = stack_of(world, project)
    assert stack["RoleARN"] == LAUNCH
    given = {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}
    assert given == {
        "SageMakerProjectName": "iris",
        "SageMakerProjectId": project["ProjectId"],
        "Size": "large",
    }
    assert {tag["Key"]: tag["Value"] for tag in stack["Tags"]} == {
        "sagemaker:project-name": "iris",
        "sagemaker:project-id": project["ProjectId"],
        "sagemaker:project-arn": project["ProjectArn"],
    }


def test_one_door_at_a_time(world, studio, refused):
    message = refused("ValidationException", studio.create_project, ProjectName="iris")
    assert "Exactly one of" in message
    refused(
        "ValidationException",
        studio.create_project,
        ProjectName="iris",
        ServiceCatalogProvisioningDetails={"ProductId": "prod-abcdefghijklm"},
        TemplateProviders=provider(),
    )
    empty = [{}]
    refused(
        "ValidationException", studio.create_project, ProjectName="iris", TemplateProviders=empty
    )


def test_names_and_addresses_obey_the_model(studio, refused):
    for wrong in ({"TemplateName": "a" * 33}, {"TemplateURL": "s3://bucket/key"}):
        refused(
            "ValidationException",
            studio.create_project,
            ProjectName="iris",
            TemplateProviders=provider(**wrong),
        )


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ({"TemplateURL": URL.replace("greeter", "none")}, "key does not exist"),
        ({"TemplateURL": "https://example.com/greeter.yaml"}, "supported URL"),
        ({"RoleARN": LAUNCH.replace("project", "no")}, "invalid or cannot be assumed"),
        ({"Parameters": [{"Key": "Size", "Value": "huge"}]}, "Size"),
        ({"Parameters": [{"Key": "Colour", "Value": "red"}]}, "Colour"),
    ],
)
def test_what_cannot_be_launched_fails_the_project(studio, wrong, why):
    project = create(studio, **wrong)
    assert project["ProjectStatus"] == "CreateFailed"
    assert why in detail(project)["StackDetail"]["StatusMessage"]


def test_a_role_that_does_not_trust_cloudformation_fails_the_project(world, studio):
    role(world, "for-service-catalog", "servicecatalog.amazonaws.com")
    project = create(studio, RoleARN=LAUNCH.replace("project-launch", "for-service-catalog"))
    assert project["ProjectStatus"] == "CreateFailed"
    assert "cannot be assumed" in detail(project)["StackDetail"]["StatusMessage"]


def test_update_to_what_lies_there_now_or_other_parameters(world, studio, refused):
    project = create(studio, Parameters=[{"Key": "Size", "Value": "large"}])
    world.client("s3").put_object(
        Bucket=BUCKET, Key=KEY, Body=TEMPLATE.replace("Default: small", "Default: large").encode()
    )
    changed = {"TemplateName": "greeter", "TemplateURL": URL}
    studio.update_project(
        ProjectName="iris", TemplateProvidersToUpdate=[{"CfnTemplateProvider": changed}]
    )
    project = studio.describe_project(ProjectName="iris")
    assert project["ProjectStatus"] == "UpdateCompleted", detail(project)
    stack = stack_of(world, project)
    assert stack["RoleARN"] == LAUNCH
    given = {one["ParameterKey"]: one["ParameterValue"] for one in stack["Parameters"]}
    assert given["Size"] == "large"
    other = [{"CfnTemplateProvider": {**changed, "TemplateName": "other"}}]
    message = refused(
        "ValidationException",
        studio.update_project,
        ProjectName="iris",
        TemplateProvidersToUpdate=other,
    )
    assert "no template other" in message
    refused(
        "ValidationException",
        studio.update_project,
        ProjectName="iris",
        ServiceCatalogProvisioningUpdateDetails={"ProvisioningArtifactId": "pa-1"},
    )


def test_tags_change_without_a_constraint(world, studio):
    create(studio)
    studio.update_project(ProjectName="iris", Tags=[{"Key": "cost", "Value": "42"}])
    project = studio.describe_project(ProjectName="iris")
    assert project["ProjectStatus"] == "UpdateCompleted", detail(project)
    assert {"Key": "cost", "Value": "42"} in stack_of(world, project)["Tags"]


def test_a_deleted_project_takes_its_stack_along(world, studio):
    project = create(studio)
    studio.delete_project(ProjectName="iris")
    assert studio.describe_project(ProjectName="iris")["ProjectStatus"] == "DeleteCompleted"
    assert stack_of(world, project)["StackStatus"] == "DELETE_COMPLETE"
    assert studio.list_projects()["ProjectSummaryList"] == []


# --- with IAM in force --------------------------------------------------------------------------

MAY = {
    "project": {"Action": "sagemaker:*Project", "Resource": "*"},
    "template": {"Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/studio/*"},
    "stacks": {
        "Action": ["cloudformation:CreateStack", "cloudformation:DescribeStacks"],
        "Resource": f"arn:aws:cloudformation:*:{MEMBER}:stack/SP-*",
    },
    "tags": {
        "Action": "cloudformation:TagResource",
        "Resource": f"arn:aws:cloudformation:*:{MEMBER}:stack/SP-*",
    },
    "role": {"Action": "iam:PassRole", "Resource": LAUNCH},
}


@pytest.fixture
def lead(world, studio):
    """Somebody who may do what is said, and nothing else."""

    def hired(*lacking: str) -> Any:
        name = "lead"
        trust = {"Effect": "Allow", "Principal": {"AWS": MEMBER}, "Action": "sts:AssumeRole"}
        document = {"Version": "2012-10-17", "Statement": [trust]}
        client = world.client("iam", MEMBER)
        client.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(document))
        may = [{"Effect": "Allow", **what} for key, what in MAY.items() if key not in lacking]
        policy = {"Version": "2012-10-17", "Statement": may}
        client.put_role_policy(RoleName=name, PolicyName="own", PolicyDocument=json.dumps(policy))
        found = world.client("sagemaker", MEMBER, name)
        iam.force(True)
        return found

    yield hired
    iam.force(False)


def test_the_caller_needs_no_more_than_this(lead):
    assert create(lead())["ProjectStatus"] == "CreateCompleted"


@pytest.mark.parametrize(
    ("lacking", "action"),
    [
        ("template", "s3:GetObject"),
        ("stacks", "cloudformation:CreateStack"),
        ("tags", "cloudformation:TagResource"),
    ],
)
def test_what_the_caller_lacks_fails_the_project(lead, lacking, action):
    project = create(lead(lacking))
    assert project["ProjectStatus"] == "CreateFailed"
    assert action in detail(project)["StackDetail"]["StatusMessage"]


def test_who_may_not_pass_the_role_may_not_create_the_project(lead, refused):
    message = refused(
        "AccessDeniedException",
        lead("role").create_project,
        ProjectName="iris",
        TemplateProviders=provider(),
    )
    assert "iam:PassRole" in message
