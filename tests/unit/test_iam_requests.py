"""What AWS would authorize for a request: actions, resources, roles handed over."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.session import Session

from local_aws.iam import actions
from local_aws.iam.arns import Place
from local_aws.iam.condition_keys import of_request
from local_aws.iam.requests import Needed, needed

HERE = Place(partition="aws", region="us-east-1", account="111122223333")
SAGEMAKER = "arn:aws:sagemaker:us-east-1:111122223333:"
CENTRAL = "arn:aws:sagemaker:us-east-1:444455556666:"
ROLE = "arn:aws:iam::111122223333:role/runs"


def wanted(service: str, operation: str, **params: Any) -> set[tuple[str, str]]:
    found = needed(service, operation, params, HERE)
    return {(one.action, one.resource) for one in found}


def of_account(service: str, rest: str) -> str:
    return f"arn:aws:{service}:us-east-1:111122223333:{rest}"


@pytest.mark.parametrize(
    ("call", "params", "action", "resource"),
    [
        ("s3:GetObject", {"Bucket": "b", "Key": "k/x"}, "s3:GetObject", "arn:aws:s3:::b/k/x"),
        ("s3:HeadObject", {"Bucket": "b", "Key": "k"}, "s3:GetObject", "arn:aws:s3:::b/k"),
        (
            "s3:GetObject",
            {"Bucket": "b", "Key": "k", "VersionId": "1"},
            "s3:GetObjectVersion",
            "arn:aws:s3:::b/k",
        ),
        ("s3:ListObjectsV2", {"Bucket": "b", "Prefix": "k"}, "s3:ListBucket", "arn:aws:s3:::b"),
        ("s3:HeadBucket", {"Bucket": "b"}, "s3:ListBucket", "arn:aws:s3:::b"),
        ("s3:GetBucketPolicy", {"Bucket": "b"}, "s3:GetBucketPolicy", "arn:aws:s3:::b"),
        (
            "s3:GetObjectLockConfiguration",
            {"Bucket": "b"},
            "s3:GetBucketObjectLockConfiguration",
            "arn:aws:s3:::b",
        ),
        ("s3:ListObjectVersions", {"Bucket": "b"}, "s3:ListBucketVersions", "arn:aws:s3:::b"),
        (
            "s3:ListParts",
            {"Bucket": "b", "Key": "k"},
            "s3:ListMultipartUploadParts",
            "arn:aws:s3:::b/k",
        ),
        ("s3:ListBuckets", {}, "s3:ListAllMyBuckets", "*"),
        (
            "lambda:Invoke",
            {"FunctionName": "f"},
            "lambda:InvokeFunction",
            of_account("lambda", "function:f"),
        ),
        (
            "lambda:Invoke",
            {"FunctionName": of_account("lambda", "function:f")},
            "lambda:InvokeFunction",
            of_account("lambda", "function:f"),
        ),
        ("lambda:ListFunctions", {}, "lambda:ListFunctions", "*"),
        (
            "sagemaker-runtime:InvokeEndpoint",
            {"EndpointName": "e"},
            "sagemaker:InvokeEndpoint",
            f"{SAGEMAKER}endpoint/e",
        ),
        (
            "sagemaker:CreateModelPackage",
            {"ModelPackageGroupName": "g"},
            "sagemaker:CreateModelPackage",
            f"{SAGEMAKER}model-package/g/*",
        ),
        (
            "sagemaker:ListModelPackages",
            {"ModelPackageGroupName": f"{CENTRAL}model-package-group/g"},
            "sagemaker:ListModelPackages",
            f"{CENTRAL}model-package/g/*",
        ),
        (
            "sagemaker:UpdateModelPackage",
            {"ModelPackageArn": f"{SAGEMAKER}model-package/g/1"},
            "sagemaker:UpdateModelPackage",
            f"{SAGEMAKER}model-package/g/1",
        ),
        (
            "sagemaker:DescribeModelPackage",
            {"ModelPackageName": f"{SAGEMAKER}model-package/g/1"},
            "sagemaker:DescribeModelPackage",
            f"{SAGEMAKER}model-package/g/1",
        ),
        (
            "sagemaker:CreateDomain",
            {"DomainName": "d"},
            "sagemaker:CreateDomain",
            f"{SAGEMAKER}domain/d",
        ),
        (
            "sagemaker:DescribeUserProfile",
            {"DomainId": "d-1", "UserProfileName": "u"},
            "sagemaker:DescribeUserProfile",
            f"{SAGEMAKER}user-profile/d-1/u",
        ),
        (
            "sagemaker:AddTags",
            {"ResourceArn": f"{SAGEMAKER}endpoint/e", "Tags": [{"Key": "a", "Value": "b"}]},
            "sagemaker:AddTags",
            f"{SAGEMAKER}endpoint/e",
        ),
        (
            "codepipeline:PutApprovalResult",
            {"pipelineName": "p", "stageName": "Go", "actionName": "Ask"},
            "codepipeline:PutApprovalResult",
            of_account("codepipeline", "p/Go/Ask"),
        ),
        (
            "codepipeline:StartPipelineExecution",
            {"name": "p"},
            "codepipeline:StartPipelineExecution",
            of_account("codepipeline", "p"),
        ),
        (
            "codebuild:BatchGetBuilds",
            {"ids": ["x:1-2", "x:3-4"]},
            "codebuild:BatchGetBuilds",
            of_account("codebuild", "project/x"),
        ),
        (
            "codebuild:StartBuild",
            {"projectName": "x"},
            "codebuild:StartBuild",
            of_account("codebuild", "project/x"),
        ),
        ("events:PutRule", {"Name": "r"}, "events:PutRule", of_account("events", "rule/r")),
        (
            "events:PutTargets",
            {"Rule": "r", "EventBusName": "other", "Targets": []},
            "events:PutTargets",
            of_account("events", "rule/other/r"),
        ),
        (
            "events:PutEvents",
            {"Entries": [{}]},
            "events:PutEvents",
            of_account("events", "event-bus/default"),
        ),
        (
            "sns:Publish",
            {"TopicArn": of_account("sns", "t")},
            "sns:Publish",
            of_account("sns", "t"),
        ),
        (
            "sqs:SendMessage",
            {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/444455556666/q"},
            "sqs:SendMessage",
            "arn:aws:sqs:us-east-1:444455556666:q",
        ),
        (
            "logs:PutLogEvents",
            {"logGroupName": "/aws/x", "logStreamName": "s"},
            "logs:PutLogEvents",
            of_account("logs", "log-group:/aws/x:log-stream:s"),
        ),
        (
            "cloudformation:DescribeStacks",
            {"StackName": "s"},
            "cloudformation:DescribeStacks",
            of_account("cloudformation", "stack/s/*"),
        ),
        (
            "cloudformation:CreateStackSet",
            {"StackSetName": "s"},
            "cloudformation:CreateStackSet",
            "*",
        ),
        (
            "cloudformation:CreateStackInstances",
            {"StackSetName": "s", "DeploymentTargets": {"OrganizationalUnitIds": ["ou-1"]}},
            "cloudformation:CreateStackInstances",
            of_account("cloudformation", "stackset-target/s:*/ou-1"),
        ),
        (
            "ssm:GetParameter",
            {"Name": "/vpc/id"},
            "ssm:GetParameter",
            of_account("ssm", "parameter/vpc/id"),
        ),
        (
            "servicecatalog:ProvisionProduct",
            {"ProductId": "prod-1"},
            "servicecatalog:ProvisionProduct",
            of_account("catalog", "product/prod-1"),
        ),
        ("resourcegroupstaggingapi:GetResources", {}, "tag:GetResources", "*"),
        ("sts:AssumeRole", {"RoleArn": ROLE, "RoleSessionName": "s"}, "sts:AssumeRole", ROLE),
    ],
)
def test_action_and_resource(call: str, params: dict[str, Any], action: str, resource: str) -> None:
    assert (action, resource) in wanted(*call.split(":"), **params)


def test_who_am_i_is_free() -> None:
    assert needed("sts", "GetCallerIdentity", {}, HERE) == ()


def test_an_object_with_tags_needs_tagging() -> None:
    assert wanted("s3", "PutObject", Bucket="b", Key="k", Tagging="a=b") == {
        ("s3:PutObject", "arn:aws:s3:::b/k"),
        ("s3:PutObjectTagging", "arn:aws:s3:::b/k"),
    }


def test_a_copy_reads_its_source() -> None:
    assert wanted("s3", "CopyObject", Bucket="b", Key="k", CopySource="from/x") == {
        ("s3:PutObject", "arn:aws:s3:::b/k"),
        ("s3:GetObject", "arn:aws:s3:::from/x"),
    }


def test_every_object_of_a_batch() -> None:
    found = wanted(
        "s3", "DeleteObjects", Bucket="b", Delete={"Objects": [{"Key": "1"}, {"Key": "2"}]}
    )
    assert found == {("s3:DeleteObject", f"arn:aws:s3:::b/{key}") for key in "12"}


def test_an_endpoint_needs_its_configuration_and_its_tags() -> None:
    found = wanted(
        "sagemaker",
        "CreateEndpoint",
        EndpointName="e",
        EndpointConfigName="c",
        Tags=[{"Key": "a", "Value": "b"}],
    )
    assert {
        ("sagemaker:CreateEndpoint", f"{SAGEMAKER}endpoint/e"),
        ("sagemaker:CreateEndpoint", f"{SAGEMAKER}endpoint-config/c"),
    } <= found
    assert "sagemaker:AddTags" in {action for action, _ in found}


def test_a_model_needs_its_package_and_its_role() -> None:
    package = "arn:aws:sagemaker:us-east-1:444455556666:model-package/g/1"
    found = wanted(
        "sagemaker",
        "CreateModel",
        ModelName="m",
        ExecutionRoleArn=ROLE,
        PrimaryContainer={"ModelPackageName": package},
    )
    assert found == {
        ("sagemaker:CreateModel", f"{SAGEMAKER}model/m"),
        ("sagemaker:CreateModel", package),
        ("iam:PassRole", ROLE),
    }


@pytest.mark.parametrize(
    ("service", "operation", "params", "to"),
    [
        ("lambda", "CreateFunction", {"FunctionName": "f", "Role": ROLE}, "lambda"),
        ("codebuild", "CreateProject", {"name": "p", "serviceRole": ROLE}, "codebuild"),
        (
            "codepipeline",
            "CreatePipeline",
            {"pipeline": {"name": "p", "roleArn": ROLE}},
            "codepipeline",
        ),
        ("cloudformation", "CreateStack", {"StackName": "s", "RoleARN": ROLE}, "cloudformation"),
        (
            "events",
            "PutTargets",
            {"Rule": "r", "Targets": [{"Id": "1", "RoleArn": ROLE}]},
            "events",
        ),
        ("sagemaker", "CreatePipeline", {"PipelineName": "p", "RoleArn": ROLE}, "sagemaker"),
    ],
)
def test_a_role_handed_over_is_passed(
    service: str, operation: str, params: dict[str, Any], to: str
) -> None:
    passed = [
        one for one in needed(service, operation, params, HERE) if one.action == "iam:PassRole"
    ]
    key = {"iam:passedtoservice": (f"{to}.amazonaws.com",)}
    assert passed == [Needed(action="iam:PassRole", resource=ROLE, context=key)]


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("cloudformation", "DeleteStack", {"StackName": "s", "RoleARN": ROLE}),
        ("codebuild", "StartBuild", {"projectName": "p", "serviceRoleOverride": ROLE}),
        ("logs", "PutSubscriptionFilter", {"logGroupName": "g", "roleArn": ROLE}),
        ("s3", "PutBucketReplication", {"Bucket": "b", "ReplicationConfiguration": {"Role": ROLE}}),
    ],
)
def test_roles_are_passed_in_less_usual_places(
    service: str, operation: str, params: dict[str, Any]
) -> None:
    assert ("iam:PassRole", ROLE) in wanted(service, operation, **params)


def test_tags_of_a_session_need_tagging() -> None:
    tags = [{"Key": "team", "Value": "iris"}]
    found = wanted("sts", "AssumeRole", RoleArn=ROLE, RoleSessionName="s", Tags=tags)
    assert found == {("sts:AssumeRole", ROLE), ("sts:TagSession", ROLE)}


def test_a_registry_is_the_one_the_request_names() -> None:
    arn = "arn:aws:ecr:us-east-1:683313688378:repository/sagemaker-xgboost"
    request = {"registryId": "683313688378", "repositoryName": "sagemaker-xgboost"}
    assert wanted("ecr", "BatchGetImage", **request) == {("ecr:BatchGetImage", arn)}


def test_a_connection_in_a_pipeline_is_passed() -> None:
    connection = "arn:aws:codeconnections:us-east-1:444455556666:connection/1"
    source = {"configuration": {"ConnectionArn": connection}}
    found = wanted("codepipeline", "UpdatePipeline", pipeline={"name": "p", "stages": [source]})
    assert ("codeconnections:PassConnection", connection) in found


def test_reading_passes_nothing() -> None:
    assert "iam:PassRole" not in {
        a for a, _ in wanted("lambda", "GetFunction", FunctionName="f", Role=ROLE)
    }


def test_what_a_request_does_not_say_is_a_star_and_unsure() -> None:
    (one,) = needed("sagemaker", "DescribeEndpoint", {}, HERE)
    assert one.resource == "*"
    assert "endpoint" in one.unsure


def test_a_new_thing_without_a_name_is_any() -> None:
    assert wanted("ecr", "CreateRepository", repositoryName="r") == {
        ("ecr:CreateRepository", of_account("ecr", "repository/r"))
    }
    assert wanted("sagemaker", "CreateDomain") == {
        ("sagemaker:CreateDomain", f"{SAGEMAKER}domain/*")
    }


def test_condition_keys_of_a_request() -> None:
    params = {"Tags": [{"Key": "Team", "Value": "iris"}], "ModelApprovalStatus": "Approved"}
    found = of_request("sagemaker", params, "us-east-1")
    assert found["aws:requesttag/team"] == ("iris",)
    assert found["aws:tagkeys"] == ("Team",)
    assert found["sagemaker:modelapprovalstatus"] == ("Approved",)
    assert found["aws:requestedregion"] == ("us-east-1",)


SERVICES = """
s3 sagemaker sagemaker-runtime lambda codepipeline codebuild codecommit events sns sqs iam sts
servicecatalog organizations logs ssm secretsmanager codeconnections codestar-notifications
"""
UNLISTED = 60
"""Operations, over all these services, that the reference does not list yet: the newest."""


def test_operations_lead_to_actions_that_exist() -> None:
    unknown = []
    for service in SERVICES.split():
        prefix = actions.prefix_of(service)
        for operation in Session().get_service_model(service).operation_names:
            named = actions.of(prefix, operation, {})
            unknown += [f"{prefix}:{one}" for one in named if not actions.is_known(prefix, one)]
    assert len(unknown) <= UNLISTED, unknown
    assert not [
        one for one in unknown if one.startswith(("codepipeline", "codebuild", "codecommit"))
    ]
