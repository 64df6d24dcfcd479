"""Domains, user profiles, spaces, apps and code repositories of the embedded SageMaker."""

from __future__ import annotations

import json

import pytest

from local_aws import serial
from tests.sagemaker_world import HUB, IMAGE, Registry, until

ROLE = f"arn:aws:iam::{HUB}:role/execution"
SETTINGS = {"ExecutionRole": ROLE}


@pytest.fixture
def studio(clients) -> Registry:
    made = Registry(clients)
    made.prepare()
    return made


def create_domain(studio: Registry, name: str = "team", **more: object) -> str:
    given = {"AuthMode": "IAM", "DefaultUserSettings": SETTINGS, **more}
    identifier = studio.sagemaker.create_domain(DomainName=name, **given)["DomainId"]
    wait(lambda: studio.sagemaker.describe_domain(DomainId=identifier))
    return identifier


def wait(describe) -> None:
    until(lambda: describe()["Status"] == "InService")


def user(studio: Registry, domain: str, name: str = "ana", **more: object) -> dict:
    given = {"DomainId": domain, "UserProfileName": name}
    studio.sagemaker.create_user_profile(**given, **more)
    wait(lambda: studio.sagemaker.describe_user_profile(**given))
    return given


def gone(studio: Registry, listing: str, name: str) -> None:
    until(lambda: not getattr(studio.sagemaker, listing)()[name])


def test_a_domain_comes_up_changes_and_goes(studio, refused):
    given = {"AuthMode": "IAM", "DefaultUserSettings": SETTINGS}
    update = studio.sagemaker.update_domain
    with serial.turn():  # the domain comes up when it is its turn
        made = studio.sagemaker.create_domain(DomainName="team", **given)
        found = studio.sagemaker.describe_domain(DomainId=made["DomainId"])
        assert found["Status"] == "Pending"
        refused("ResourceInUse", update, DomainId=made["DomainId"], DefaultUserSettings=SETTINGS)
    wait(lambda: studio.sagemaker.describe_domain(DomainId=made["DomainId"]))
    refused("ResourceInUse", studio.sagemaker.create_domain, DomainName="team", **given)
    groups = {"SecurityGroups": ["sg-1"]}
    update(DomainId=made["DomainId"], DefaultUserSettings=groups)
    wait(lambda: studio.sagemaker.describe_domain(DomainId=made["DomainId"]))
    found = studio.sagemaker.describe_domain(DomainId=made["DomainId"])
    assert found["DefaultUserSettings"] == SETTINGS | groups
    studio.sagemaker.delete_domain(DomainId=made["DomainId"])
    gone(studio, "list_domains", "Domains")
    refused("ResourceNotFound", studio.sagemaker.describe_domain, DomainId=made["DomainId"])


@pytest.mark.parametrize(("policy", "left"), [({}, 1), ({"HomeEfsFileSystem": "Delete"}, 0)])
def test_homes_outlive_the_domain_unless_told_otherwise(studio, policy, left):
    domain = create_domain(studio)
    studio.sagemaker.delete_domain(DomainId=domain, RetentionPolicy=policy)
    gone(studio, "list_domains", "Domains")
    assert len(studio.efs.describe_file_systems()["FileSystems"]) == left


def test_a_role_nobody_may_assume_is_refused(studio, refused):
    given = {"AuthMode": "IAM", "DefaultUserSettings": {"ExecutionRole": f"{ROLE}-missing"}}
    create = studio.sagemaker.create_domain
    text = refused("ValidationException", create, DomainName="team", **given)
    assert text.startswith("Could not assume role")


def test_what_holds_others_goes_last(studio, refused):
    domain = create_domain(studio)
    profile = user(studio, domain)
    app = {**profile, "AppType": "JupyterLab", "AppName": "default"}
    studio.sagemaker.create_app(**app)
    wait(lambda: studio.sagemaker.describe_app(**app))
    text = refused("ResourceInUse", studio.sagemaker.delete_domain, DomainId=domain)
    assert "app, user profile" in text
    refused("ResourceInUse", studio.sagemaker.delete_user_profile, **profile)
    studio.sagemaker.delete_app(**app)
    gone(studio, "list_apps", "Apps")
    studio.sagemaker.delete_user_profile(**profile)
    gone(studio, "list_user_profiles", "UserProfiles")
    studio.sagemaker.delete_domain(DomainId=domain)


def test_profiles_are_of_one_domain(studio, refused):
    first, second = create_domain(studio, "one"), create_domain(studio, "two")
    user(studio, first)
    user(studio, second)
    listed = studio.sagemaker.list_user_profiles(DomainIdEquals=second)["UserProfiles"]
    assert [each["DomainId"] for each in listed] == [second]
    create = studio.sagemaker.create_user_profile
    refused("ResourceInUse", create, DomainId=first, UserProfileName="ana")
    missing = {"DomainId": "d-missing", "UserProfileName": "ana"}
    refused("ResourceNotFound", create, **missing)


def test_a_presigned_url_is_for_a_user_of_an_iam_domain(studio, refused):
    profile = user(studio, create_domain(studio))
    url = studio.sagemaker.create_presigned_domain_url(**profile)["AuthorizedUrl"]
    assert url.startswith(f"https://{profile['DomainId']}.studio.us-east-1.sagemaker.aws/auth")
    domain = create_domain(studio, "center", AuthMode="SSO")
    create = studio.sagemaker.create_user_profile
    refused("ValidationException", create, DomainId=domain, UserProfileName="bo")
    sign_on = {"SingleSignOnUserIdentifier": "UserName", "SingleSignOnUserValue": "bo"}
    profile = user(studio, domain, "bo", **sign_on)
    refused("ValidationException", studio.sagemaker.create_presigned_domain_url, **profile)


def test_a_space_is_made_and_listed(studio):
    domain = create_domain(studio)
    space = {"DomainId": domain, "SpaceName": "shared"}
    studio.sagemaker.create_space(**space)
    wait(lambda: studio.sagemaker.describe_space(**space))
    (listed,) = studio.sagemaker.list_spaces(DomainIdEquals=domain)["Spaces"]
    assert listed["SpaceName"] == "shared"
    studio.sagemaker.delete_space(**space)
    gone(studio, "list_spaces", "Spaces")


def test_projects_are_enabled_for_an_account(studio):
    sagemaker = studio.sagemaker
    status = sagemaker.get_sagemaker_servicecatalog_portfolio_status
    assert status()["Status"] == "Disabled"
    sagemaker.enable_sagemaker_servicecatalog_portfolio()
    assert status()["Status"] == "Enabled"
    sagemaker.disable_sagemaker_servicecatalog_portfolio()
    assert status()["Status"] == "Disabled"


def test_a_code_repository_keeps_its_url(studio, refused):
    config = {"RepositoryUrl": "https://example.com/iris.git", "Branch": "main"}
    made = studio.sagemaker.create_code_repository(CodeRepositoryName="iris", GitConfig=config)
    secret = "arn:aws:secretsmanager:us-east-1:111122223333:secret:AmazonSageMaker-git"
    studio.sagemaker.update_code_repository(
        CodeRepositoryName="iris", GitConfig={"SecretArn": secret}
    )
    found = studio.sagemaker.describe_code_repository(CodeRepositoryName="iris")
    assert found["GitConfig"] == config | {"SecretArn": secret}
    assert found["CodeRepositoryArn"] == made["CodeRepositoryArn"]
    studio.sagemaker.delete_code_repository(CodeRepositoryName="iris")
    delete = studio.sagemaker.delete_code_repository
    refused("ValidationException", delete, CodeRepositoryName="iris")


TEMPLATE = {
    "Parameters": {"Status": {"Type": "String", "Default": "PendingManualApproval"}},
    "Resources": {
        "Domain": {
            "Type": "AWS::SageMaker::Domain",
            "Properties": {
                "DomainName": "team",
                "AuthMode": "IAM",
                "DefaultUserSettings": SETTINGS,
                "SubnetIds": ["subnet-1"],
                "VpcId": "vpc-1",
                "Tags": [{"Key": "team", "Value": {"Ref": "Status"}}],
            },
        },
        "User": {
            "Type": "AWS::SageMaker::UserProfile",
            "Properties": {"DomainId": {"Ref": "Domain"}, "UserProfileName": "ana"},
        },
        "Script": {
            "Type": "AWS::SageMaker::StudioLifecycleConfig",
            "Properties": {
                "StudioLifecycleConfigName": "idle",
                "StudioLifecycleConfigAppType": "JupyterLab",
                "StudioLifecycleConfigContent": "ZWNobwo=",
            },
        },
        "Repository": {
            "Type": "AWS::SageMaker::CodeRepository",
            "Properties": {"GitConfig": {"RepositoryUrl": "https://example.com/iris.git"}},
        },
        "Flow": {
            "Type": "AWS::SageMaker::Pipeline",
            "Properties": {
                "PipelineName": "flow",
                "PipelineDescription": {"Ref": "Status"},
                "RoleArn": ROLE,
                "PipelineDefinition": {
                    "PipelineDefinitionBody": json.dumps(
                        {"Version": "2020-12-01", "Steps": [{"Name": "A", "Type": "Fail"}]}
                    )
                },
            },
        },
        "Group": {
            "Type": "AWS::SageMaker::ModelPackageGroup",
            "Properties": {"ModelPackageGroupName": "iris"},
        },
        "Version": {
            "Type": "AWS::SageMaker::ModelPackage",
            "DependsOn": "Group",
            "Properties": {
                "ModelPackageGroupName": "iris",
                "ModelApprovalStatus": {"Ref": "Status"},
                "InferenceSpecification": {
                    "Containers": [{"Image": IMAGE}],
                    "SupportedContentTypes": ["text/csv"],
                    "SupportedResponseMIMETypes": ["text/csv"],
                },
            },
        },
    },
    "Outputs": {
        "Domain": {"Value": {"Ref": "Domain"}},
        "Url": {"Value": {"Fn::GetAtt": "Domain.Url"}},
        "User": {"Value": {"Fn::GetAtt": "User.UserProfileArn"}},
        "Script": {"Value": {"Fn::GetAtt": "Script.StudioLifecycleConfigArn"}},
        "Repository": {"Value": {"Fn::GetAtt": "Repository.CodeRepositoryName"}},
        "Version": {"Value": {"Ref": "Version"}},
    },
}


def test_a_stack_makes_changes_and_deletes_them_all(studio):
    cloudformation = studio.cloudformation

    def outputs() -> dict[str, str]:
        (found,) = cloudformation.describe_stacks(StackName="studio")["Stacks"]
        events = cloudformation.describe_stack_events(StackName="studio")["StackEvents"]
        failed = [e for e in events if "FAILED" in e["ResourceStatus"]]
        assert not failed, failed
        return {each["OutputKey"]: each["OutputValue"] for each in found["Outputs"]}

    given = {"StackName": "studio", "TemplateBody": json.dumps(TEMPLATE)}
    cloudformation.create_stack(**given)
    made = outputs()
    assert made["Url"].startswith(f"https://{made['Domain']}.studio")
    assert studio.sagemaker.describe_domain(DomainId=made["Domain"])["Status"] == "InService"
    assert studio.sagemaker.describe_code_repository(CodeRepositoryName=made["Repository"])

    approved = [{"ParameterKey": "Status", "ParameterValue": "Approved"}]
    cloudformation.update_stack(**given, Parameters=approved)
    assert outputs() == made
    package = studio.sagemaker.describe_model_package(ModelPackageName=made["Version"])
    assert package["ModelApprovalStatus"] == "Approved"
    flow = studio.sagemaker.describe_pipeline(PipelineName="flow")
    assert flow["PipelineDescription"] == "Approved"
    arn = studio.sagemaker.describe_domain(DomainId=made["Domain"])["DomainArn"]
    tags = {tag["Key"]: tag["Value"] for tag in studio.sagemaker.list_tags(ResourceArn=arn)["Tags"]}
    assert tags["team"] == "Approved"

    cloudformation.delete_stack(StackName="studio")
    for listing in ("domains", "user_profiles", "studio_lifecycle_configs", "code_repositories"):
        answer = getattr(studio.sagemaker, f"list_{listing}")()
        assert [value for value in answer.values() if value == []], listing
    assert studio.sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"] == []
