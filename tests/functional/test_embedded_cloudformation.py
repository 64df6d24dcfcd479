"""What CloudFormation refuses, and what becomes of resources that fail."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

TOPIC = "Resources: {Topic: {Type: AWS::SNS::Topic}}"


@pytest.fixture
def cloudformation(clients) -> Any:
    return clients("cloudformation")


def create(client: Any, body: str, name: str = "stack", **more: Any) -> dict[str, Any]:
    client.create_stack(StackName=name, TemplateBody=body, **more)
    return client.describe_stacks(StackName=name)["Stacks"][0]


def parameters(**values: str) -> list[dict[str, str]]:
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in values.items()]


def failures(client: Any, name: str) -> dict[str, str]:
    events = client.describe_stack_events(StackName=name)["StackEvents"]
    return {
        event["LogicalResourceId"]: event["ResourceStatusReason"]
        for event in events
        if event["ResourceStatus"].endswith("_FAILED")
    }


def declared(text: str) -> str:
    return f"Parameters: {{P: {text}}}\n{TOPIC}"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("just text", "unsupported structure"),
        ("Resources: {A: [", "YAML not well-formed. (line"),
        ("Resources: {A: {Type: AWS::SNS::Topic}, A: {Type: AWS::SNS::Topic}}", "YAML not well"),
        ('{"Resources": ', "JSON not well-formed"),
        ("Description: nothing", "At least one Resources member must be defined"),
        (f"{TOPIC}\nResource: {{}}", "Invalid template property or properties [Resource]"),
        (f"AWSTemplateFormatVersion: 2011-01-01\n{TOPIC}", "2011-01-01 is not a supported value"),
        ("Resources: {A-B: {Type: AWS::SNS::Topic}}", "Resource name A-B is non alphanumeric"),
        ("Resources: {A: {Properties: {}}}", "must contain a Type member"),
        ("Resources: {A: {Type: AWS::SNS::Topik}}", "Unrecognized resource types: [AWS::SNS::T"),
        ("Resources: {A: {Type: AWS::SNS::Topic, Depends: B}}", "Invalid template resource prop"),
        ("Resources: {A: {Type: AWS::SNS::Topic, DeletionPolicy: Keep}}", "DeletionPolicy Keep"),
        (
            "Resources: {A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Ref B}}}",
            "Unresolved resource dependencies [B] in the Resources block",
        ),
        (
            "Resources: {A: {Type: AWS::SNS::Topic, Properties: {TopicName: !Sub 'x-${B.Arn}'}}}",
            "Unresolved resource dependencies [B] in the Resources block",
        ),
        (f"{TOPIC}\nOutputs: {{O: {{Value: !Ref B}}}}", "[B] in the Outputs block"),
        ("Resources: {A: {Type: AWS::SNS::Topic, DependsOn: B}}", "A.DependsOn"),
        (
            "Resources: {A: {Type: AWS::SNS::Topic, DependsOn: B},"
            " B: {Type: AWS::SNS::Topic, DependsOn: A}}",
            "Circular dependency between resources: [A, B]",
        ),
        (f"Transform: AWS::Serverless-2016-10-31\n{TOPIC}", "is not implemented in the embedded"),
        (declared("{Type: Strin}"), "P] must have values"),
        (declared("{Type: Strin, Default: x}"), "Unrecognized parameter type: Strin"),
        (declared("{Type: String}"), "Parameters: [P] must have values"),
    ],
)
def test_a_broken_template_is_refused_before_there_is_a_stack(cloudformation, body, says):
    with pytest.raises(ClientError) as refused:
        create(cloudformation, body)
    assert says in refused.value.response["Error"]["Message"]
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert cloudformation.describe_stacks()["Stacks"] == []


@pytest.mark.parametrize(
    ("declaration", "value", "says"),
    [
        ("{Type: String, AllowedValues: [a, b]}", "c", "must be one of AllowedValues: [a, b]"),
        ("{Type: String, AllowedPattern: '[a-z]+'}", "abc1", "must match pattern [a-z]+"),
        ("{Type: String, AllowedPattern: '[a-z]+', ConstraintDescription: low}", "A", "low"),
        ("{Type: String, MinLength: 3}", "ab", "at least 3 characters"),
        ("{Type: String, MaxLength: 3}", "abcd", "at most 3 characters"),
        ("{Type: Number}", "ten", "must be a number"),
        ("{Type: Number, MinValue: 1}", "0", "not less than 1"),
        ("{Type: Number, MaxValue: 5}", "6", "not greater than 5"),
        ("{Type: CommaDelimitedList, AllowedValues: [a, b]}", "a,c", "must be one of"),
        ("{Type: AWS::SSM::Parameter::Value<String>}", "/no/such", "parameters [/no/such]"),
    ],
)
def test_a_value_that_breaks_a_constraint_is_refused(cloudformation, declaration, value, says):
    with pytest.raises(ClientError) as refused:
        create(cloudformation, declared(declaration), Parameters=parameters(P=value))
    assert says in refused.value.response["Error"]["Message"]


def test_a_parameter_the_template_does_not_have_is_refused(cloudformation):
    with pytest.raises(ClientError, match=r"Parameters: \[Other\] do not exist in the template"):
        create(cloudformation, TOPIC, Parameters=parameters(Other="x"))


def test_rules_are_asserted(cloudformation):
    body = f"""
Parameters: {{Mode: {{Type: String}}, Unit: {{Type: String, Default: ""}}}}
Rules:
  UnitIsGiven:
    RuleCondition: !Equals [!Ref Mode, units]
    Assertions:
      - Assert: !Not [!Equals [!Ref Unit, ""]]
        AssertDescription: A unit is needed in this mode
{TOPIC}
"""
    with pytest.raises(ClientError, match="A unit is needed in this mode"):
        create(cloudformation, body, Parameters=parameters(Mode="units"))
    create(cloudformation, body, Parameters=parameters(Mode="accounts"))


def test_secrets_are_not_shown(cloudformation):
    body = declared("{Type: String, NoEcho: true}")
    shown = create(cloudformation, body, Parameters=parameters(P="hunter2"))
    assert shown["Parameters"] == [{"ParameterKey": "P", "ParameterValue": "****"}]


ROLE = {
    "Type": "AWS::IAM::Role",
    "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
}


def test_iam_needs_its_acknowledgement(cloudformation):
    unnamed = json.dumps({"Resources": {"R": ROLE}})
    properties = {**ROLE["Properties"], "RoleName": "fixed"}
    named = json.dumps({"Resources": {"R": {**ROLE, "Properties": properties}}})
    for body, given, needed in (
        (unnamed, [], "CAPABILITY_IAM"),
        (named, ["CAPABILITY_IAM"], "CAPABILITY_NAMED_IAM"),
    ):
        with pytest.raises(ClientError) as refused:
            create(cloudformation, body, Capabilities=given)
        assert refused.value.response["Error"]["Code"] == "InsufficientCapabilitiesException"
        assert needed in refused.value.response["Error"]["Message"]
    create(cloudformation, unnamed, Capabilities=["CAPABILITY_NAMED_IAM"])


def test_templates_have_a_size(clients, cloudformation):
    long = TOPIC + "\n#" + "x" * 51_200
    with pytest.raises(ClientError, match="less than or equal to 51200"):
        create(cloudformation, long)
    s3 = clients("s3")
    s3.create_bucket(Bucket="long-templates")
    s3.put_object(Bucket="long-templates", Key="a/long.yaml", Body=long.encode())
    for number, url in enumerate(
        (
            "https://long-templates.s3.us-east-1.amazonaws.com/a/long.yaml",
            "https://long-templates.s3.amazonaws.com/a/long.yaml",
            "https://s3.us-east-1.amazonaws.com/long-templates/a/long.yaml",
            "https://s3.amazonaws.com/long-templates/a/long.yaml",
            "http://127.0.0.1:5000/long-templates/a/long.yaml",
        )
    ):
        cloudformation.create_stack(StackName=f"long-{number}", TemplateURL=url)
    with pytest.raises(ClientError, match="S3 error"):
        cloudformation.create_stack(
            StackName="x", TemplateURL="https://s3.amazonaws.com/long-templates/none"
        )
    with pytest.raises(ClientError, match="must be a supported URL"):
        cloudformation.create_stack(StackName="x", TemplateURL="https://example.com/a.yaml")


def test_counts_have_limits(cloudformation):
    many = {f"P{number}": {"Type": "String", "Default": "x"} for number in range(201)}
    body = json.dumps({"Parameters": many, "Resources": {"T": {"Type": "AWS::SNS::Topic"}}})
    with pytest.raises(ClientError, match="parameters, 201, is greater than maximum allowed, 200"):
        create(cloudformation, body)


@pytest.mark.parametrize(
    ("resource", "says"),
    [
        (
            "{Type: AWS::SNS::Topic, Properties: {Name: x}}",
            "extraneous key [Name] is not permitted",
        ),
        ("{Type: AWS::S3::BucketPolicy, Properties: {Bucket: x}}", "required key [PolicyDocument]"),
        ("{Type: AWS::SQS::Queue, Properties: {DelaySeconds: soon}}", "expected type: Integer"),
        (
            "{Type: AWS::S3::Bucket, Properties: {VersioningConfiguration: {Status: On}}}",
            "True is not a valid enum value",
        ),
        (
            "{Type: AWS::S3::BucketPolicy, Properties: {Bucket: nobody, PolicyDocument: {}}}",
            "NoSuchBucket",
        ),
        (
            "{Type: AWS::SNS::Topic, Properties: {DisplayName: !ImportValue none}}",
            "No export named none found.",
        ),
    ],
)
def test_a_resource_that_fails_rolls_the_stack_back_with_its_reason(cloudformation, resource, says):
    stack = create(
        cloudformation, f"Resources: {{Good: {{Type: AWS::SQS::Queue}}, Bad: {resource}}}"
    )
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    assert says in failures(cloudformation, "stack")["Bad"]
    shown = cloudformation.list_stack_resources(StackName="stack")["StackResourceSummaries"]
    status = {one["LogicalResourceId"]: one["ResourceStatus"] for one in shown}
    assert status["Bad"] == "CREATE_FAILED"
    assert status.get("Good", "DELETE_COMPLETE") == "DELETE_COMPLETE"


BROKEN = """
Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: first}}
  Policy:
    Type: AWS::S3::BucketPolicy
    DependsOn: Queue
    Properties: {Bucket: none, PolicyDocument: {}}
"""


def test_rollback_is_what_the_caller_wants(clients, cloudformation):
    def queues() -> int:
        return len(clients("sqs").list_queues().get("QueueUrls", []))

    kept = create(cloudformation, BROKEN, "kept", DisableRollback=True)
    assert (kept["StackStatus"], queues()) == ("CREATE_FAILED", 1)
    cloudformation.delete_stack(StackName="kept")
    assert queues() == 0
    cloudformation.create_stack(StackName="gone", TemplateBody=BROKEN, OnFailure="DELETE")
    assert cloudformation.describe_stacks()["Stacks"] == []
    assert queues() == 0
    summary = cloudformation.list_stacks(StackStatusFilter=["DELETE_COMPLETE"])["StackSummaries"]
    assert {one["StackName"] for one in summary} == {"kept", "gone"}


def test_every_type_of_a_schema_is_at_least_a_record(cloudformation):
    body = """
Resources:
  Kernel:
    Type: AWS::SageMaker::AppImageConfig
    Properties: {AppImageConfigName: kernel}
Outputs:
  Ref: {Value: !Ref Kernel}
  Arn: {Value: !GetAtt Kernel.AppImageConfigArn}
"""
    outputs = {o["OutputKey"]: o["OutputValue"] for o in create(cloudformation, body)["Outputs"]}
    assert outputs["Ref"]
    assert outputs["Arn"].startswith("arn:aws:sagemaker:us-east-1:444455556666:")
    bad = body.replace("Kernel.AppImageConfigArn", "Kernel.Colour")
    with pytest.raises(ClientError, match="Kernel does not support attribute type Colour"):
        create(cloudformation, bad, "bad")


def test_deletion_keeps_what_is_to_be_retained(clients, cloudformation):
    body = """
Resources:
  Kept: {Type: AWS::S3::Bucket, DeletionPolicy: Retain, Properties: {BucketName: kept-bucket}}
  Gone: {Type: AWS::S3::Bucket, Properties: {BucketName: gone-bucket}}
"""
    create(cloudformation, body)
    cloudformation.delete_stack(StackName="stack")
    names = [bucket["Name"] for bucket in clients("s3").list_buckets()["Buckets"]]
    assert names == ["kept-bucket"]
    assert create(cloudformation, body)["StackStatus"] == "ROLLBACK_COMPLETE"
    assert failures(cloudformation, "stack")["Kept"] == "kept-bucket already exists"
    names = [bucket["Name"] for bucket in clients("s3").list_buckets()["Buckets"]]
    assert names == ["kept-bucket"]
    cloudformation.delete_stack(StackName="stack")
    cloudformation.delete_stack(StackName="never-was")


def test_a_filled_bucket_fails_the_deletion(clients, cloudformation):
    create(
        cloudformation, "Resources: {B: {Type: AWS::S3::Bucket, Properties: {BucketName: full-b}}}"
    )
    clients("s3").put_object(Bucket="full-b", Key="k", Body=b"")
    cloudformation.delete_stack(StackName="stack")
    stack = cloudformation.describe_stacks(StackName="stack")["Stacks"][0]
    assert stack["StackStatus"] == "DELETE_FAILED"
    assert "not empty" in failures(cloudformation, "stack")["B"]
    cloudformation.delete_stack(StackName="stack", RetainResources=["B"])
    with pytest.raises(ClientError, match="does not exist"):
        cloudformation.describe_stacks(StackName="stack")


def test_a_protected_stack_and_a_used_export_stay(cloudformation):
    exporting = f"{TOPIC}\nOutputs: {{Arn: {{Value: !Ref Topic, Export: {{Name: the-arn}}}}}}"
    create(cloudformation, exporting, "exporter", EnableTerminationProtection=True)
    importing = (
        "Resources: {T: {Type: AWS::SNS::Topic, Properties: {DisplayName: !ImportValue the-arn}}}"
    )
    create(cloudformation, importing, "importer")
    with pytest.raises(ClientError, match="TerminationProtection is enabled"):
        cloudformation.delete_stack(StackName="exporter")
    cloudformation.update_termination_protection(
        StackName="exporter", EnableTerminationProtection=False
    )
    second = create(cloudformation, exporting, "second")
    assert second["StackStatus"] == "ROLLBACK_COMPLETE"
    assert "already exported by stack exporter" in json.dumps(
        cloudformation.describe_stack_events(StackName="second")["StackEvents"], default=str
    )


def test_a_stack_of_this_name_exists_once(cloudformation):
    create(cloudformation, TOPIC)
    with pytest.raises(ClientError) as refused:
        create(cloudformation, TOPIC)
    assert refused.value.response["Error"]["Code"] == "AlreadyExistsException"


def test_the_service_role_must_exist(cloudformation):
    with pytest.raises(ClientError, match="is invalid or cannot be assumed"):
        create(cloudformation, TOPIC, RoleARN="arn:aws:iam::444455556666:role/none")


def test_tags_of_the_stack_reach_its_resources(clients, cloudformation):
    body = "Resources: {B: {Type: AWS::S3::Bucket, Properties: {BucketName: tagged-bucket}}}"
    create(cloudformation, body, Tags=[{"Key": "team", "Value": "ml"}])
    found = clients("s3").get_bucket_tagging(Bucket="tagged-bucket")["TagSet"]
    assert found == [{"Key": "team", "Value": "ml"}]


def test_a_template_is_summed_up_without_a_stack(cloudformation):
    body = declared("{Type: String, Description: What, AllowedValues: [a], Default: a}")
    summary = cloudformation.get_template_summary(TemplateBody=body)
    assert summary["ResourceTypes"] == ["AWS::SNS::Topic"]
    assert summary["Parameters"][0]["ParameterConstraints"] == {"AllowedValues": ["a"]}
    validated = cloudformation.validate_template(TemplateBody=body)
    assert validated["Parameters"][0]["DefaultValue"] == "a"
