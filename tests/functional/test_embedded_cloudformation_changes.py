"""Updates in place, by replacement and back again; change sets."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def cloudformation(clients) -> Any:
    return clients("cloudformation")


def topic(name: str = "", more: str = "") -> str:
    properties = f"Properties: {{DisplayName: '{name}'}}" if name else ""
    return f"Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    {properties}\n{more}"


def state(client: Any) -> tuple[str, dict[str, str]]:
    """Status and physical ids of the stack `s`."""
    status = client.describe_stacks(StackName="s")["Stacks"][0]["StackStatus"]
    shown = client.list_stack_resources(StackName="s")["StackResourceSummaries"]
    return status, {one["LogicalResourceId"]: one.get("PhysicalResourceId", "") for one in shown}


def display_name(clients: Any, arn: str) -> str:
    return clients("sns").get_topic_attributes(TopicArn=arn)["Attributes"]["DisplayName"]


def test_a_change_in_place_keeps_the_resource(clients, cloudformation):
    cloudformation.create_stack(StackName="s", TemplateBody=topic("one"))
    _, before = state(cloudformation)
    cloudformation.update_stack(StackName="s", TemplateBody=topic("two"))
    assert state(cloudformation) == ("UPDATE_COMPLETE", before)
    assert display_name(clients, before["Topic"]) == "two"


def test_nothing_to_do_is_an_error(cloudformation):
    cloudformation.create_stack(StackName="s", TemplateBody=topic("one"))
    for body in (topic("one"), "Description: a new text\n" + topic("one")):
        with pytest.raises(ClientError, match=r"No updates are to be performed\."):
            cloudformation.update_stack(StackName="s", TemplateBody=body)
    with pytest.raises(ClientError, match="does not exist"):
        cloudformation.update_stack(StackName="other", TemplateBody=topic("one"))


def test_previous_values_and_template_are_kept(clients, cloudformation):
    body = "Parameters: {A: {Type: String}, B: {Type: String}}\n" + topic("x").replace(
        "'x'", "!Sub '${A}-${B}'"
    )
    given = [{"ParameterKey": key, "ParameterValue": "1"} for key in "AB"]
    cloudformation.create_stack(StackName="s", TemplateBody=body, Parameters=given)
    cloudformation.update_stack(
        StackName="s",
        UsePreviousTemplate=True,
        Parameters=[
            {"ParameterKey": "A", "UsePreviousValue": True},
            {"ParameterKey": "B", "ParameterValue": "2"},
        ],
    )
    assert display_name(clients, state(cloudformation)[1]["Topic"]) == "1-2"
    with pytest.raises(ClientError, match=r"\[B\] must have values"):
        cloudformation.update_stack(
            StackName="s",
            UsePreviousTemplate=True,
            Parameters=[{"ParameterKey": "A", "ParameterValue": "3"}],
        )


def queue(name: str, more: str = "") -> str:
    properties = f"Properties: {{QueueName: {name}}}"
    return f"Resources:\n  Queue:\n    Type: AWS::SQS::Queue\n    {properties}\n{more}"


def queues(clients: Any) -> set[str]:
    found = clients("sqs").list_queues().get("QueueUrls", [])
    return {url.rpartition("/")[2] for url in found}


def test_a_create_only_change_replaces_the_resource(clients, cloudformation):
    cloudformation.create_stack(StackName="s", TemplateBody=queue("first"))
    cloudformation.update_stack(StackName="s", TemplateBody=queue("second"))
    assert queues(clients) == {"second"}


def test_a_replaced_resource_may_be_retained(clients, cloudformation):
    def kept(name: str) -> str:
        return queue(name).replace("Properties", "UpdateReplacePolicy: Retain\n    Properties")

    cloudformation.create_stack(StackName="s", TemplateBody=kept("first"))
    cloudformation.update_stack(StackName="s", TemplateBody=kept("second"))
    assert queues(clients) == {"first", "second"}
    with pytest.raises(ClientError, match="No updates"):
        cloudformation.update_stack(StackName="s", TemplateBody=queue("second"))


def test_resources_come_and_go(clients, cloudformation):
    other = "  Other: {Type: AWS::SQS::Queue, Properties: {QueueName: other}}\n"
    cloudformation.create_stack(StackName="s", TemplateBody=queue("first", other))
    cloudformation.update_stack(StackName="s", TemplateBody=queue("first"))
    assert queues(clients) == {"first"}
    cloudformation.update_stack(StackName="s", TemplateBody=queue("first", other))
    assert queues(clients) == {"first", "other"}


BAD = (
    "  Bad: {Type: AWS::S3::BucketPolicy, DependsOn: %s,"
    " Properties: {Bucket: b, PolicyDocument: {}}}"
)


def test_a_failed_update_goes_back(clients, cloudformation):
    cloudformation.create_stack(StackName="s", TemplateBody=topic("one"))
    before = state(cloudformation)[1]
    new = "  New: {Type: AWS::SQS::Queue, Properties: {QueueName: new}}\n"
    broken = topic("two", new + BAD % "[Topic, New]")
    cloudformation.update_stack(StackName="s", TemplateBody=broken)
    assert state(cloudformation) == ("UPDATE_ROLLBACK_COMPLETE", before)
    assert display_name(clients, before["Topic"]) == "one"
    assert queues(clients) == set()
    shown = cloudformation.get_template(StackName="s")["TemplateBody"]
    assert "one" in shown
    cloudformation.update_stack(StackName="s", TemplateBody=topic("three"))
    assert state(cloudformation)[0] == "UPDATE_COMPLETE"


@pytest.mark.parametrize(
    ("policy", "left"),
    [("Retain", {"new"}), ("RetainExceptOnCreate", set()), ("Delete", set())],
)
def test_what_a_failed_update_made_goes_unless_retained(clients, cloudformation, policy, left):
    cloudformation.create_stack(StackName="s", TemplateBody=topic("one"))
    kept = f"DeletionPolicy: {policy}, Properties: {{QueueName: new}}"
    new = f"  New: {{Type: AWS::SQS::Queue, {kept}}}\n"
    cloudformation.update_stack(StackName="s", TemplateBody=topic("two", new + BAD % "New"))
    assert state(cloudformation)[0] == "UPDATE_ROLLBACK_COMPLETE"
    assert queues(clients) == left


def test_resources_are_retained_only_after_a_deletion_failed(cloudformation):
    cloudformation.create_stack(StackName="s", TemplateBody=queue("first"))
    with pytest.raises(ClientError, match="has failed before"):
        cloudformation.delete_stack(StackName="s", RetainResources=["Queue"])


def test_a_stack_is_deleted_under_the_role_of_the_request(clients, cloudformation):
    cloudformation.create_stack(StackName="s", TemplateBody=queue("first"))
    nobody = "arn:aws:iam::444455556666:role/nobody"
    with pytest.raises(ClientError, match="cannot be assumed"):
        cloudformation.delete_stack(StackName="s", RoleARN=nobody)
    assert queues(clients) == {"first"}


def test_a_failed_replacement_goes_back(clients, cloudformation):
    cloudformation.create_stack(StackName="s", TemplateBody=queue("first"))
    cloudformation.update_stack(StackName="s", TemplateBody=queue("second", BAD % "Queue"))
    assert state(cloudformation)[0] == "UPDATE_ROLLBACK_COMPLETE"
    assert queues(clients) == {"first"}
    cloudformation.delete_stack(StackName="s")
    assert queues(clients) == set()


def test_a_stack_that_rolled_back_cannot_be_updated(cloudformation):
    cloudformation.create_stack(StackName="s", TemplateBody=topic("one", BAD % "Topic"))
    assert state(cloudformation)[0] == "ROLLBACK_COMPLETE"
    with pytest.raises(ClientError, match="ROLLBACK_COMPLETE state and can not be updated"):
        cloudformation.update_stack(StackName="s", TemplateBody=topic("one"))


def test_a_change_set_shows_and_does(clients, cloudformation):
    def make(name: str, body: str, kind: str) -> dict[str, Any]:
        cloudformation.create_change_set(
            StackName="s", ChangeSetName=name, TemplateBody=body, ChangeSetType=kind
        )
        return cloudformation.describe_change_set(StackName="s", ChangeSetName=name)

    first = make("first", topic("one"), "CREATE")
    assert cloudformation.describe_stacks(StackName="s")["Stacks"][0]["StackStatus"] == (
        "REVIEW_IN_PROGRESS"
    )
    assert first["Changes"][0]["ResourceChange"]["Action"] == "Add"
    cloudformation.execute_change_set(StackName="s", ChangeSetName="first")
    assert state(cloudformation)[0] == "CREATE_COMPLETE"
    nothing = make("nothing", topic("one"), "UPDATE")
    assert nothing["Status"] == "FAILED"
    assert "didn't contain changes" in nothing["StatusReason"]
    second = make("second", topic("two"), "UPDATE")
    assert [one["ResourceChange"]["Action"] for one in second["Changes"]] == ["Modify"]
    cloudformation.execute_change_set(StackName="s", ChangeSetName="second")
    assert display_name(clients, state(cloudformation)[1]["Topic"]) == "two"
    names = [
        one["ChangeSetName"] for one in cloudformation.list_change_sets(StackName="s")["Summaries"]
    ]
    assert names == ["second"]  # executing one deletes the others


FORESEEN = """
Parameters: {Name: {Type: String, Default: one}}
Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref Name, DelaySeconds: 1}}
  Reader: {Type: AWS::SSM::Parameter, Properties: {Type: String, Value: !GetAtt Queue.Arn}}
  Old: {Type: AWS::SNS::Topic, DeletionPolicy: Retain}
"""


def test_a_change_set_says_what_is_replaced_and_what_stays(cloudformation):
    cloudformation.create_stack(StackName="s", TemplateBody=FORESEEN)

    def foreseen(name: str, body: str, **more: Any) -> dict[str, tuple[str, ...]]:
        cloudformation.create_change_set(
            StackName="s", ChangeSetName=name, TemplateBody=body, **more
        )
        changes = cloudformation.describe_change_set(StackName="s", ChangeSetName=name)["Changes"]
        each = [change["ResourceChange"] for change in changes]
        return {
            one["LogicalResourceId"]: (
                one["Action"],
                one.get("Replacement", ""),
                one.get("PolicyAction", ""),
                *(detail["Target"].get("Name", "") for detail in one["Details"]),
            )
            for one in each
        }

    value = [{"ParameterKey": "Name", "ParameterValue": "two"}]
    assert foreseen("renamed", FORESEEN, Parameters=value) == {
        "Queue": ("Modify", "True", "ReplaceAndDelete", "QueueName"),
    }
    assert foreseen("slower", FORESEEN.replace("DelaySeconds: 1", "DelaySeconds: 2")) == {
        "Queue": ("Modify", "False", "", "DelaySeconds"),
    }
    kept = FORESEEN.replace(
        "Type: AWS::SQS::Queue,", "Type: AWS::SQS::Queue, UpdateReplacePolicy: Retain,"
    )
    kept = kept.replace("!Ref Name", "!GetAtt New.TopicName").replace("  Old", "  New")
    assert foreseen("moved", kept) == {
        "New": ("Add", "", ""),
        "Queue": ("Modify", "Conditional", "ReplaceAndRetain", "QueueName", ""),
        "Old": ("Remove", "", "Retain"),
    }


def test_a_change_set_that_is_deleted_leaves_its_empty_stack(cloudformation):
    cloudformation.create_change_set(
        StackName="s", ChangeSetName="c", TemplateBody=topic("one"), ChangeSetType="CREATE"
    )
    cloudformation.delete_change_set(StackName="s", ChangeSetName="c")
    assert state(cloudformation) == ("REVIEW_IN_PROGRESS", {})
    cloudformation.delete_stack(StackName="s")
    with pytest.raises(ClientError, match="does not exist"):
        state(cloudformation)


def test_nested_stacks_are_made_changed_and_deleted_with_theirs(clients, cloudformation):
    s3 = clients("s3")
    s3.create_bucket(Bucket="inner-templates")
    inner = "Parameters: {N: {Type: String}}\n" + queue("x").replace(
        "QueueName: x", "QueueName: !Ref N"
    )
    inner += "Outputs: {Arn: {Value: !GetAtt Queue.Arn}}\n"
    s3.put_object(Bucket="inner-templates", Key="inner.yaml", Body=inner.encode())

    def outer(name: str) -> str:
        return f"""
Resources:
  Inner:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: https://inner-templates.s3.us-east-1.amazonaws.com/inner.yaml
      Parameters: {{N: {name}}}
Outputs: {{Arn: {{Value: !GetAtt Inner.Outputs.Arn}}}}
"""

    cloudformation.create_stack(StackName="s", TemplateBody=outer("first"))
    stack = cloudformation.describe_stacks(StackName="s")["Stacks"][0]
    assert stack["Outputs"][0]["OutputValue"].endswith(":first")
    cloudformation.update_stack(StackName="s", TemplateBody=outer("second"))
    assert queues(clients) == {"second"}
    cloudformation.delete_stack(StackName="s")
    assert queues(clients) == set()
    assert cloudformation.describe_stacks()["Stacks"] == []
