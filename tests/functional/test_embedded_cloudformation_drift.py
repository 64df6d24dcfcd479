"""Drift: what was changed by hand is seen where it can be read, and put back by change sets."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws import iam

MEMBER, OTHER, MANAGEMENT = "111111111111", "222222222222", "777788889999"
WORKLOADS = "ou-ab12-20000000"
TRUST = """
        Version: "2012-10-17"
        Statement:
          - {Effect: Allow, Action: "sts:AssumeRole", Principal: {Service: lambda.amazonaws.com}}"""
LOOK = '{Version: "2012-10-17", Statement: [{Effect: Allow, Action: "iam:GetRole", Resource: "*"}]}'
NOTHING = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Deny", "Action": "iam:GetUser", "Resource": "*"}],
    }
)
ROLE = f"""
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: reader
      AssumeRolePolicyDocument: {TRUST}
      Policies: [{{PolicyName: look, PolicyDocument: {LOOK}}}]
"""
EXTRA = f"""
  Extra:
    Type: AWS::IAM::RolePolicy
    Properties: {{RoleName: !Ref Role, PolicyName: extra, PolicyDocument: {LOOK}}}
"""
EVERYTHING = f"""
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: reader
      Path: /team/
      Description: It reads.
      MaxSessionDuration: 7200
      AssumeRolePolicyDocument: {TRUST}
      ManagedPolicyArns: [!Ref Policy]
      Policies: [{{PolicyName: look, PolicyDocument: {LOOK}}}]
      Tags: [{{Key: team, Value: iris}}]
  {EXTRA.strip()}
  Policy:
    Type: AWS::IAM::ManagedPolicy
    Properties: {{ManagedPolicyName: look, PolicyDocument: {LOOK}}}
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: artifacts-of-iris
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault:
              SSEAlgorithm: "aws:kms"
              KMSMasterKeyID: !GetAtt Key.Arn
            BucketKeyEnabled: true
      VersioningConfiguration: {{Status: Enabled}}
      OwnershipControls: {{Rules: [{{ObjectOwnership: BucketOwnerEnforced}}]}}
      PublicAccessBlockConfiguration:
        BlockPublicAcls: true
        BlockPublicPolicy: true
        IgnorePublicAcls: true
        RestrictPublicBuckets: true
      LifecycleConfiguration:
        Rules:
          - Id: old
            Status: Enabled
            ExpirationInDays: 30
            NoncurrentVersionExpiration: {{NoncurrentDays: 30}}
            AbortIncompleteMultipartUpload: {{DaysAfterInitiation: 7}}
      Tags: [{{Key: team, Value: iris}}]
  BucketPolicy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Version: "2012-10-17"
        Statement:
          - {{Effect: Deny, Principal: "*", Action: "s3:*", Resource: !GetAtt Bucket.Arn,
             Condition: {{Bool: {{"aws:SecureTransport": false}}}}}}
  Key:
    Type: AWS::KMS::Key
    Properties:
      Description: Of the artifacts.
      EnableKeyRotation: true
      KeyPolicy: {{Version: "2012-10-17", Statement: []}}
  Rule:
    Type: AWS::Events::Rule
    Properties:
      Name: news
      EventPattern: {{source: [aws.sagemaker]}}
      State: ENABLED
      Targets: [{{Id: topic, Arn: !Ref Topic}}]
  Topic:
    Type: AWS::SNS::Topic
    Properties: {{TopicName: news, DisplayName: News, KmsMasterKeyId: alias/aws/sns}}
  Subscription:
    Type: AWS::SNS::Subscription
    Properties: {{TopicArn: !Ref Topic, Protocol: email, Endpoint: team@example.com}}
  Parameter:
    Type: AWS::SSM::Parameter
    Properties: {{Name: /facts/hub, Type: String, Value: "1", Description: A fact.}}
  Logs:
    Type: AWS::Logs::LogGroup
    Properties: {{LogGroupName: /catalog/logs, RetentionInDays: 30, KmsKeyId: !GetAtt Key.Arn}}
  Images:
    Type: AWS::ECR::Repository
    Properties:
      RepositoryName: images
      ImageTagMutability: IMMUTABLE
      ImageScanningConfiguration: {{ScanOnPush: true}}
      RepositoryPolicyText:
        Version: "2012-10-17"
        Statement: [{{Effect: Allow, Principal: "*", Action: "ecr:BatchGetImage"}}]
  Group:
    Type: AWS::SageMaker::ModelPackageGroup
    Properties: {{ModelPackageGroupName: iris, ModelPackageGroupDescription: Irises.}}
  Connection:
    Type: AWS::CodeConnections::Connection
    Properties: {{ConnectionName: git, ProviderType: GitHub}}
  Queue:
    Type: AWS::SQS::Queue
"""


@pytest.fixture
def cloudformation(clients) -> Any:
    return clients("cloudformation")


def make(client: Any, resources: str, **more: Any) -> None:
    body = f"Resources:\n{resources}"
    client.create_stack(
        StackName="s", TemplateBody=body, Capabilities=["CAPABILITY_NAMED_IAM"], **more
    )
    settled(client, "CREATE_COMPLETE")


def settled(client: Any, status: str) -> None:
    (stack,) = client.describe_stacks(StackName="s")["Stacks"]
    events = client.describe_stack_events(StackName="s")["StackEvents"]
    reasons = [each["ResourceStatusReason"] for each in events if "ResourceStatusReason" in each]
    assert stack["StackStatus"] == status, reasons


def detect(client: Any, **more: Any) -> dict[str, Any]:
    begun = client.detect_stack_drift(StackName="s", **more)["StackDriftDetectionId"]
    return client.describe_stack_drift_detection_status(StackDriftDetectionId=begun)


def drifts(client: Any, *statuses: str) -> dict[str, dict[str, Any]]:
    more = {"StackResourceDriftStatusFilters": list(statuses)} if statuses else {}
    found = client.describe_stack_resource_drifts(StackName="s", **more)["StackResourceDrifts"]
    return {each["LogicalResourceId"]: each for each in found}


def revert(client: Any, resources: str, *, execute: bool = True, **more: Any) -> dict[str, Any]:
    made = client.create_change_set(
        StackName="s",
        ChangeSetName=f"back-{uuid.uuid4()}",
        TemplateBody=f"Resources:\n{resources}",
        Capabilities=["CAPABILITY_NAMED_IAM"],
        DeploymentMode="REVERT_DRIFT",
        **more,
    )
    shown = client.describe_change_set(ChangeSetName=made["Id"])
    if execute and shown["Status"] == "CREATE_COMPLETE":
        client.execute_change_set(ChangeSetName=made["Id"])
    else:
        client.delete_change_set(ChangeSetName=made["Id"])
    return shown


def changes(shown: dict[str, Any]) -> dict[str, dict[str, Any]]:
    listed = (each["ResourceChange"] for each in shown["Changes"])
    return {each["LogicalResourceId"]: each for each in listed}


def test_what_nobody_touched_is_in_sync_and_what_cannot_be_read_is_not_checked(cloudformation):
    make(cloudformation, EVERYTHING, Tags=[{"Key": "of", "Value": "stack"}])
    found = detect(cloudformation)
    assert drifts(cloudformation, "MODIFIED", "DELETED", "UNKNOWN") == {}
    assert (found["StackDriftStatus"], found["DetectionStatus"]) == (
        "IN_SYNC",
        "DETECTION_COMPLETE",
    )
    listed = cloudformation.list_stack_resources(StackName="s")["StackResourceSummaries"]
    unchecked = {
        each["LogicalResourceId"]
        for each in listed
        if each["DriftInformation"]["StackResourceDriftStatus"] == "NOT_CHECKED"
    }
    assert unchecked == {"Queue"}
    assert drifts(cloudformation).keys() == {each["LogicalResourceId"] for each in listed} - {
        "Queue"
    }
    nothing = revert(cloudformation, EVERYTHING, Tags=[{"Key": "of", "Value": "stack"}])
    assert nothing["Status"] == "FAILED"
    assert "didn't contain changes" in nothing["StatusReason"]


BROKEN = {
    "Role": ("iam", "detach_role_policy", {"RoleName": "reader", "PolicyArn": "{Policy}"}),
    "Extra": ("iam", "delete_role_policy", {"RoleName": "reader", "PolicyName": "extra"}),
    "Bucket": (
        "s3",
        "put_bucket_versioning",
        {"Bucket": "{Bucket}", "VersioningConfiguration": {"Status": "Suspended"}},
    ),
    "BucketPolicy": ("s3", "delete_bucket_policy", {"Bucket": "{Bucket}"}),
    "Key": ("kms", "disable_key_rotation", {"KeyId": "{Key}"}),
    "Rule": ("events", "disable_rule", {"Name": "news"}),
    "Topic": (
        "sns",
        "set_topic_attributes",
        {"TopicArn": "{Topic}", "AttributeName": "DisplayName", "AttributeValue": "x"},
    ),
    "Parameter": ("ssm", "put_parameter", {"Name": "/facts/hub", "Value": "2", "Overwrite": True}),
    "Logs": ("logs", "delete_log_group", {"logGroupName": "/catalog/logs"}),
    "Images": ("ecr", "delete_repository_policy", {"repositoryName": "images"}),
    "Group": ("sagemaker", "delete_model_package_group", {"ModelPackageGroupName": "iris"}),
    "Connection": ("codeconnections", "delete_connection", {"ConnectionArn": "{Connection}"}),
}
GONE = {"Extra", "BucketPolicy", "Logs", "Group", "Connection"}


def test_each_change_by_hand_is_seen_and_put_back(clients, cloudformation):
    make(cloudformation, EVERYTHING)
    listed = cloudformation.list_stack_resources(StackName="s")["StackResourceSummaries"]
    ids = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in listed}
    for service, operation, request in BROKEN.values():
        said = {
            key: value.format(**ids) if isinstance(value, str) else value
            for key, value in request.items()
        }
        getattr(clients(service), operation)(**said)
    found = detect(cloudformation)
    assert found["StackDriftStatus"] == "DRIFTED"
    assert found["DriftedStackResourceCount"] == len(BROKEN)
    assert drifts(cloudformation, "DELETED").keys() == GONE
    assert drifts(cloudformation, "MODIFIED").keys() == BROKEN.keys() - GONE
    shown = revert(cloudformation, EVERYTHING)
    assert shown["StackDriftStatus"] == "DRIFTED"
    told = changes(shown)
    assert {name for name, each in told.items() if each["Action"] == "Add"} == GONE
    assert told.keys() >= BROKEN.keys()
    settled(cloudformation, "UPDATE_COMPLETE")
    (stack,) = cloudformation.describe_stacks(StackName="s")["Stacks"]
    assert stack["DriftInformation"]["StackDriftStatus"] == "NOT_CHECKED"
    assert detect(cloudformation)["StackDriftStatus"] == "IN_SYNC"


def test_a_policy_is_told_property_by_property(clients, cloudformation):
    make(cloudformation, ROLE)
    roles = clients("iam")
    for name in ("look", "other"):
        roles.put_role_policy(RoleName="reader", PolicyName=name, PolicyDocument=NOTHING)
    one = cloudformation.detect_stack_resource_drift(StackName="s", LogicalResourceId="Role")
    shown = one["StackResourceDrift"]
    told = {each["PropertyPath"]: each["DifferenceType"] for each in shown["PropertyDifferences"]}
    assert told == {"/Policies/0/PolicyDocument": "NOT_EQUAL", "/Policies/1": "ADD"}
    assert "iam:GetRole" in shown["ExpectedProperties"]
    assert "iam:GetRole" not in shown["ActualProperties"]
    (change,) = changes(revert(cloudformation, ROLE)).values()
    assert (change["Action"], change["ResourceDriftStatus"]) == ("Modify", "MODIFIED")
    (target,) = [each["Target"] for each in change["Details"]]
    assert (target["Name"], target["BeforeValueFrom"]) == ("Policies", "ACTUAL_STATE")
    settled(cloudformation, "UPDATE_COMPLETE")
    assert roles.list_role_policies(RoleName="reader")["PolicyNames"] == ["look"]
    kept = roles.get_role_policy(RoleName="reader", PolicyName="look")["PolicyDocument"]
    assert kept["Statement"][0]["Action"] == "iam:GetRole"


def test_what_a_template_does_not_name_is_nobodys_drift(clients, cloudformation):
    bare = ROLE[: ROLE.index("      Policies")]
    make(cloudformation, bare)
    roles = clients("iam")
    roles.put_role_policy(RoleName="reader", PolicyName="x", PolicyDocument=NOTHING)
    roles.update_role(RoleName="reader", Description="Mine.")
    assert detect(cloudformation)["StackDriftStatus"] == "IN_SYNC"


def test_a_deleted_resource_comes_back_and_a_failure_leaves_things_as_they_were(
    clients, cloudformation
):
    make(cloudformation, ROLE)
    roles = clients("iam")
    roles.delete_role_policy(RoleName="reader", PolicyName="look")
    roles.delete_role(RoleName="reader")
    bad = "  Bad: {Type: AWS::S3::BucketPolicy, DependsOn: Role, Properties: %s}\n"
    broken = ROLE + bad % "{Bucket: none, PolicyDocument: {}}"
    revert(cloudformation, broken)
    settled(cloudformation, "UPDATE_ROLLBACK_COMPLETE")
    with pytest.raises(ClientError, match="NoSuchEntity"):
        roles.get_role(RoleName="reader")
    detect(cloudformation)
    assert drifts(cloudformation)["Role"]["StackResourceDriftStatus"] == "DELETED"
    assert changes(revert(cloudformation, ROLE))["Role"]["Action"] == "Add"
    assert roles.list_role_policies(RoleName="reader")["PolicyNames"] == ["look"]
    assert detect(cloudformation)["StackDriftStatus"] == "IN_SYNC"


def test_a_template_that_says_what_is_there_changes_nothing(clients, cloudformation):
    named = ROLE.replace("RoleName: reader", "RoleName: reader\n      Description: %s")
    make(cloudformation, named % "one")
    clients("iam").update_role(RoleName="reader", Description="two")
    (change,) = changes(revert(cloudformation, named % "two")).values()
    assert change["Action"] == "SyncWithActual"
    assert detect(cloudformation)["StackDriftStatus"] == "IN_SYNC"


def test_what_may_not_be_read_is_not_known(world, cloudformation):
    make(cloudformation, ROLE)
    detects = [f"cloudformation:DetectStack{each}Drift" for each in ("", "Resource")]
    asks = "cloudformation:DescribeStackDriftDetectionStatus"
    looks = {"Effect": "Allow", "Action": [*detects, asks], "Resource": "*"}
    world.client("iam").create_role(RoleName="guest", AssumeRolePolicyDocument="{}")
    world.client("iam").put_role_policy(
        RoleName="guest",
        PolicyName="p",
        PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [looks]}),
    )
    iam.force(True)
    try:
        found = detect(world.client("cloudformation", role="guest"))
    finally:
        iam.force(False)
    assert (found["StackDriftStatus"], found["DetectionStatus"]) == ("UNKNOWN", "DETECTION_FAILED")
    assert "iam:GetRole" in found["DetectionStatusReason"]


def test_a_stack_in_which_nothing_can_be_read_is_in_sync(cloudformation):
    make(cloudformation, "  Queue: {Type: AWS::SQS::Queue}\n")
    assert detect(cloudformation)["StackDriftStatus"] == "IN_SYNC"
    assert drifts(cloudformation) == {}


def test_requests_that_make_no_sense_are_refused(cloudformation):
    make(cloudformation, "  Queue: {Type: AWS::SQS::Queue}\n" + ROLE)
    refused = {
        "does not exist": lambda: cloudformation.detect_stack_drift(StackName="none"),
        "Resource None does not": lambda: detect(cloudformation, LogicalResourceIds=["None"]),
        "not supported for AWS::SQS": lambda: cloudformation.detect_stack_resource_drift(
            StackName="s", LogicalResourceId="Queue"
        ),
        "id x does not exist": lambda: cloudformation.describe_stack_drift_detection_status(
            StackDriftDetectionId="x"
        ),
        "needs a stack that exists": lambda: cloudformation.create_change_set(
            StackName="new",
            ChangeSetName="c",
            ChangeSetType="CREATE",
            TemplateBody="Resources:\n  Queue: {Type: AWS::SQS::Queue}\n",
            DeploymentMode="REVERT_DRIFT",
        ),
    }
    for words, call in refused.items():
        with pytest.raises(ClientError, match=words):
            call()


def test_the_stacks_of_a_set_are_looked_at_in_their_accounts(clients):
    client = clients("cloudformation")
    mine = {"StackSetName": "set", "CallAs": "DELEGATED_ADMIN"}
    client.create_stack_set(
        **mine,
        PermissionModel="SERVICE_MANAGED",
        AutoDeployment={"Enabled": True, "RetainStacksOnAccountRemoval": False},
        TemplateBody=f"Resources:\n{ROLE}",
        Capabilities=["CAPABILITY_NAMED_IAM"],
    )
    client.create_stack_instances(
        **mine,
        DeploymentTargets={"OrganizationalUnitIds": [WORKLOADS]},
        Regions=["us-east-1"],
    )
    clients("iam", MEMBER).delete_role_policy(RoleName="reader", PolicyName="look")
    operation = client.detect_stack_set_drift(**mine)["OperationId"]
    done = client.describe_stack_set_operation(**mine, OperationId=operation)["StackSetOperation"]
    assert (done["Action"], done["Status"]) == ("DETECT_DRIFT", "SUCCEEDED")
    details = done["StackSetDriftDetectionDetails"]
    assert (details["TotalStackInstancesCount"], details["DriftedStackInstancesCount"]) == (2, 1)
    listed = client.list_stack_instances(**mine)["Summaries"]
    assert {each["Account"]: each["DriftStatus"] for each in listed} == {
        MEMBER: "DRIFTED",
        OTHER: "IN_SYNC",
    }
    (drift,) = client.list_stack_instance_resource_drifts(
        **mine,
        StackInstanceAccount=MEMBER,
        StackInstanceRegion="us-east-1",
        OperationId=operation,
        StackInstanceResourceDriftStatuses=["MODIFIED", "DELETED"],
    )["Summaries"]
    assert drift["LogicalResourceId"] == "Role"
    client.update_stack_set(**mine, UsePreviousTemplate=True, Capabilities=["CAPABILITY_NAMED_IAM"])
    assert clients("iam", MEMBER).list_role_policies(RoleName="reader")["PolicyNames"] == []
    with pytest.raises(ClientError) as refused:
        client.list_stack_instance_resource_drifts(
            **mine,
            StackInstanceAccount=MEMBER,
            StackInstanceRegion="us-east-1",
            OperationId="00000000-0000-0000-0000-000000000000",
        )
    assert refused.value.response["Error"]["Code"] == "OperationNotFoundException"
