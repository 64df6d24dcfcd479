"""Intrinsic functions, conditions and loops, seen through a stack's outputs."""

from __future__ import annotations

import json
from typing import Any

import pytest


@pytest.fixture
def outputs(clients):
    """Outputs of a stack with one topic and the given outputs."""
    client = clients("cloudformation")

    def evaluate(text: str, values: str = "", **parameters: str) -> dict[str, str]:
        body = f"{values}\nResources: {{Topic: {{Type: AWS::SNS::Topic}}}}\nOutputs:\n{text}"
        given = [{"ParameterKey": k, "ParameterValue": v} for k, v in parameters.items()]
        client.create_stack(StackName="s", TemplateBody=body, Parameters=given)
        stack: dict[str, Any] = client.describe_stacks(StackName="s")["Stacks"][0]
        assert stack["StackStatus"] == "CREATE_COMPLETE", stack
        client.delete_stack(StackName="s")
        return {one["OutputKey"]: one["OutputValue"] for one in stack["Outputs"]}

    return evaluate


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("!Join ['-', [a, !Ref AWS::AccountId, 1]]", "a-444455556666-1"),
        ("!Join ['', !Split [',', 'a,b']]", "ab"),
        ("!Select [1, [a, b]]", "b"),
        ("!Select ['1', !Split ['|', 'a|b']]", "b"),
        ("!Sub 'x-${AWS::Region}-${!Literal}'", "x-us-east-1-${Literal}"),
        ("!Sub ['${A}-${AWS::Partition}', {A: !Join ['', [q]]}]", "q-aws"),
        ("!FindInMap [Sizes, small, Count]", "1"),
        ("!FindInMap [Sizes, huge, Count, {DefaultValue: 9}]", "9"),
        ("!If [Right, one, two]", "one"),
        ("!If [Wrong, one, two]", "two"),
        ("!If [Either, one, two]", "one"),
        ("!Base64 hello", "aGVsbG8="),
        ("!Join [',', !Cidr [10.0.0.0/24, 2, 5]]", "10.0.0.0/27,10.0.0.32/27"),
        ("!Select [0, !GetAZs '']", "us-east-1a"),
        ("!Length [a, b, c]", "3"),
        ("!ToJsonString {a: [1, !Ref AWS::Region]}", '{"a":[1,"us-east-1"]}'),
        ("!Select [2, !Ref List]", "z"),
        ("!Ref Number", "7"),
    ],
)
def test_functions(outputs, expression, value):
    before = """
Transform: AWS::LanguageExtensions
Parameters:
  List: {Type: CommaDelimitedList, Default: 'x, y, z'}
  Number: {Type: Number, Default: 7}
Mappings: {Sizes: {small: {Count: 1}}}
Conditions:
  Right: !Equals [!Ref Number, 7]
  Wrong: !Not [Condition: Right]
  Either: !Or [!Condition Wrong, !And [!Condition Right, !Condition Right]]
"""
    assert outputs(f"  O: {{Value: {expression}}}", before) == {"O": value}


def test_an_output_whose_condition_does_not_hold_is_left_out(outputs):
    before = "Conditions: {Wrong: !Equals [a, b]}"
    text = "  A: {Value: x}\n  B: {Value: y, Condition: Wrong}"
    assert outputs(text, before) == {"A": "x"}


def test_attributes_may_have_dots_and_refs_stand_in_texts(outputs):
    text = "  A: {Value: !GetAtt Topic.TopicName}\n  B: {Value: !Sub '${Topic}|${Topic.TopicName}'}"
    found = outputs(text)
    assert found["B"].endswith(f":{found['A']}|{found['A']}")


def test_values_come_from_parameter_store_and_secrets(clients, outputs):
    clients("ssm").put_parameter(Name="/team/name", Value="red", Type="String")
    secret = json.dumps({"user": "iris"})
    clients("secretsmanager").create_secret(Name="login", SecretString=secret)
    text = (
        "  A: {Value: '{{resolve:ssm:/team/name}}!'}\n  B: {Value: !Ref Stored}\n"
        "  C: {Value: '{{resolve:secretsmanager:login:SecretString:user}}'}"
    )
    before = "Parameters: {Stored: {Type: AWS::SSM::Parameter::Value<String>}}"
    assert outputs(text, before, Stored="/team/name") == {"A": "red!", "B": "red", "C": "iris"}


def test_loops_are_written_out(clients):
    body = """
Transform: AWS::LanguageExtensions
Parameters: {Names: {Type: CommaDelimitedList, Default: 'red,blue'}}
Resources:
  Fn::ForEach::Queues:
    - Name
    - !Ref Names
    - Queue${Name}: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub 'q-${Name}'}}
Outputs:
  Fn::ForEach::Out:
    - Name
    - !Ref Names
    - Url${Name}: {Value: !Ref 'Queue${Name}'}
"""
    client = clients("cloudformation")
    client.create_stack(
        StackName="loop",
        TemplateBody=body,
        Parameters=[{"ParameterKey": "Names", "ParameterValue": "green,blue"}],
    )
    shown = client.list_stack_resources(StackName="loop")["StackResourceSummaries"]
    assert {one["LogicalResourceId"] for one in shown} == {"Queuegreen", "Queueblue"}
    outputs = client.describe_stacks(StackName="loop")["Stacks"][0]["Outputs"]
    assert {one["OutputKey"] for one in outputs} == {"Urlgreen", "Urlblue"}


def test_no_value_leaves_the_property_out(clients):
    body = """
Conditions: {Wrong: !Equals [a, b]}
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: {DisplayName: !If [Wrong, x, !Ref AWS::NoValue], TopicName: plain}
  Absent: {Type: AWS::SNS::Topic, Condition: Wrong}
"""
    client = clients("cloudformation")
    client.create_stack(StackName="s", TemplateBody=body)
    shown = client.list_stack_resources(StackName="s")["StackResourceSummaries"]
    assert [one["LogicalResourceId"] for one in shown] == ["Topic"]
    arn = shown[0]["PhysicalResourceId"]
    attributes = clients("sns").get_topic_attributes(TopicArn=arn)["Attributes"]
    assert attributes["DisplayName"] == ""
