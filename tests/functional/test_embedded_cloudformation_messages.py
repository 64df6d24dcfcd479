"""Rules, buses, topics, queues and functions in stacks: made, changed in place, deleted."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from local_aws import events, topics, work

HUB, OTHER, REGION = "444455556666", "222222222222", "us-east-1"
Clients = Callable[..., Any]


def settle() -> None:
    """Wait until nothing is under way any more."""
    limit = time.monotonic() + 30
    while work.under_way() and time.monotonic() < limit:
        time.sleep(0.01)
    assert not work.under_way()


class Stack:
    """A stack that is created, updated and deleted."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def put(self, resources: dict[str, Any]) -> dict[str, str]:
        """Create or update it; physical ids by logical id."""
        body = json.dumps({"Resources": resources})
        more = {"TemplateBody": body, "Capabilities": ["CAPABILITY_IAM"]}
        exists = self._client.list_stacks(StackStatusFilter=["CREATE_COMPLETE", "UPDATE_COMPLETE"])[
            "StackSummaries"
        ]
        if exists:
            self._client.update_stack(StackName="s", **more)
        else:
            self._client.create_stack(StackName="s", **more)
        (stack,) = self._client.describe_stacks(StackName="s")["Stacks"]
        shown = self._client.describe_stack_events(StackName="s")["StackEvents"]
        wanted = "UPDATE_COMPLETE" if exists else "CREATE_COMPLETE"
        reasons = [one.get("ResourceStatusReason") for one in shown]
        assert stack["StackStatus"] == wanted, reasons
        found = self._client.list_stack_resources(StackName="s")["StackResourceSummaries"]
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}

    def delete(self) -> None:
        """Delete it."""
        stack_id = self._client.describe_stacks(StackName="s")["Stacks"][0]["StackId"]
        self._client.delete_stack(StackName="s")
        (stack,) = self._client.describe_stacks(StackName=stack_id)["Stacks"]
        assert stack["StackStatus"] == "DELETE_COMPLETE"


@pytest.fixture
def stack(clients: Clients) -> Stack:
    return Stack(clients("cloudformation"))


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    return {"Type": kind, "Properties": properties}


def policy(service: str, action: str, target: Any, **more: Any) -> dict[str, Any]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service},
        "Action": action,
        "Resource": target,
        **more,
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def notifications(state: str, address: str) -> dict[str, Any]:
    """A pipeline's rule, topic and reader, as our products write them."""
    rule_arn = {"Fn::GetAtt": ["Rule", "Arn"]}
    only = {"ArnEquals": {"aws:SourceArn": rule_arn}}
    document = policy("events.amazonaws.com", "sns:Publish", {"Ref": "Topic"}, Condition=only)
    return {
        "Topic": resource("AWS::SNS::Topic", TopicName="news", DisplayName="Project iris"),
        "Policy": resource(
            "AWS::SNS::TopicPolicy", Topics=[{"Ref": "Topic"}], PolicyDocument=document
        ),
        "Reader": resource(
            "AWS::SNS::Subscription",
            TopicArn={"Ref": "Topic"},
            Protocol="email",
            Endpoint=address,
        ),
        "Rule": resource(
            "AWS::Events::Rule",
            EventPattern={"source": ["aws.codepipeline"], "detail": {"state": [state]}},
            Targets=[
                {
                    "Id": "topic",
                    "Arn": {"Ref": "Topic"},
                    "InputTransformer": {
                        "InputPathsMap": {"pipeline": "$.detail.pipeline"},
                        "InputTemplate": '"Pipeline <pipeline> ended."',
                    },
                }
            ],
        ),
    }


def ended(state: str) -> None:
    events.emit(
        HUB,
        REGION,
        source="aws.codepipeline",
        detail_type="CodePipeline Pipeline Execution State Change",
        detail={"pipeline": "iris", "state": state},
    )
    settle()


def test_a_pipeline_s_news_reaches_a_person(clients: Clients, stack: Stack) -> None:
    before = stack.put(notifications("FAILED", "a@example.com"))
    topics.confirm("a@example.com")
    ended("FAILED")
    ended("SUCCEEDED")
    assert [mail.body for mail in topics.inbox("a@example.com")][1:] == ['"Pipeline iris ended."']
    after = stack.put(notifications("SUCCEEDED", "b@example.com"))
    assert after["Rule"] == before["Rule"]
    assert after["Reader"] != before["Reader"]
    topics.confirm("b@example.com")
    ended("SUCCEEDED")
    assert len(topics.inbox("a@example.com")) == 2
    assert len(topics.inbox("b@example.com")) == 2
    stack.delete()
    assert clients("sns").list_topics()["Topics"] == []
    assert clients("sns").list_subscriptions()["Subscriptions"] == []
    assert clients("events").list_rules()["Rules"] == []


def test_a_topic_gets_its_first_policy_back(clients: Clients, stack: Stack) -> None:
    resources = notifications("FAILED", "a@example.com")
    topic = stack.put(resources)["Topic"]

    def sids() -> list[str]:
        text = clients("sns").get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"]
        return [one.get("Sid", "") for one in json.loads(text)["Statement"]]

    assert sids() == [""]
    del resources["Policy"]
    stack.put(resources)
    assert sids() == ["__default_statement_ID"]


def test_topics_change_subscriptions_and_tags(clients: Clients, stack: Stack) -> None:
    queues = [f"arn:aws:sqs:{REGION}:{HUB}:{name}" for name in "abc"]

    def template(*names: str, **tags: str) -> dict[str, Any]:
        return {
            "Topic": resource(
                "AWS::SNS::Topic",
                Subscription=[{"Protocol": "sqs", "Endpoint": arn} for arn in names],
                Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            )
        }

    topic = stack.put(template(*queues[:2], team="a", kind="x"))["Topic"]
    assert stack.put(template(*queues[1:], team="b"))["Topic"] == topic
    sns = clients("sns")
    listed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert sorted(one["Endpoint"] for one in listed) == queues[1:]
    tags = sns.list_tags_for_resource(ResourceArn=topic)["Tags"]
    assert {"Key": "team", "Value": "b"} in tags
    assert "kind" not in {one["Key"] for one in tags}


def test_subscriptions_change_their_filter_in_place(clients: Clients, stack: Stack) -> None:
    def template(**attributes: Any) -> dict[str, Any]:
        reader = resource(
            "AWS::SNS::Subscription",
            TopicArn={"Ref": "Topic"},
            Protocol="sqs",
            Endpoint={"Fn::GetAtt": ["Queue", "Arn"]},
            **attributes,
        )
        return {
            "Topic": resource("AWS::SNS::Topic"),
            "Queue": resource("AWS::SQS::Queue", QueueName="q"),
            "Reader": reader,
        }

    arn = stack.put(template(FilterPolicy={"kind": ["a"]}, RawMessageDelivery=True))["Reader"]
    assert stack.put(template(FilterPolicy={"kind": ["b"]}))["Reader"] == arn
    found = clients("sns").get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert json.loads(found["FilterPolicy"]) == {"kind": ["b"]}
    assert found["RawMessageDelivery"] == "false"


def test_queues_change_in_place(clients: Clients, stack: Stack) -> None:
    def template(**properties: Any) -> dict[str, Any]:
        return {
            "Queue": resource("AWS::SQS::Queue", **properties),
            "Dead": resource("AWS::SQS::Queue", QueueName="dead.fifo", FifoQueue=True),
            "Policy": resource(
                "AWS::SQS::QueuePolicy",
                Queues=[{"Ref": "Queue"}],
                PolicyDocument=policy("sns.amazonaws.com", "sqs:SendMessage", "*"),
            ),
        }

    made = stack.put(template(VisibilityTimeout=99, DelaySeconds=5))
    assert made["Dead"].endswith("/dead.fifo")
    assert stack.put(template(VisibilityTimeout=77)) == made
    found = clients("sqs").get_queue_attributes(QueueUrl=made["Queue"], AttributeNames=["All"])
    attributes = found["Attributes"]
    assert (attributes["VisibilityTimeout"], attributes["DelaySeconds"]) == ("77", "0")
    assert "sns.amazonaws.com" in attributes["Policy"]
    stack.delete()
    assert "QueueUrls" not in clients("sqs").list_queues()


def test_a_bus_takes_events_of_who_its_policies_name(clients: Clients, stack: Stack) -> None:
    bus = f"arn:aws:events:{REGION}:{HUB}:event-bus/shop"

    def template(account: str) -> dict[str, Any]:
        statement = {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{account}:root"},
            "Action": "events:PutEvents",
            "Resource": {"Fn::GetAtt": ["Bus", "Arn"]},
        }
        return {
            "Bus": resource("AWS::Events::EventBus", Name="shop"),
            "Admitted": resource(
                "AWS::Events::EventBusPolicy",
                EventBusName={"Ref": "Bus"},
                StatementId="sellers",
                Statement=statement,
            ),
            "Rule": resource(
                "AWS::Events::Rule",
                EventBusName={"Ref": "Bus"},
                EventPattern={"source": ["shop"]},
            ),
        }

    def refused() -> int:
        entry = {"Source": "shop", "DetailType": "d", "Detail": "{}", "EventBusName": bus}
        return int(clients("events", OTHER).put_events(Entries=[entry])["FailedEntryCount"])

    made = stack.put(template("111111111111"))
    assert made["Bus"] == "shop"
    assert refused() == 1
    assert stack.put(template(OTHER)) == made
    assert refused() == 0
    stack.delete()
    names = [one["Name"] for one in clients("events").list_event_buses()["EventBuses"]]
    assert names == ["default"]


def test_functions_change_in_place(clients: Clients, stack: Stack) -> None:
    trust = policy("lambda.amazonaws.com", "sts:AssumeRole", "*")
    del trust["Statement"][0]["Resource"]

    def template(code: str, invoked: dict[str, Any], **properties: Any) -> dict[str, Any]:
        return {
            "Role": resource("AWS::IAM::Role", AssumeRolePolicyDocument=trust),
            "Function": resource(
                "AWS::Lambda::Function",
                FunctionName="echo",
                Runtime="python3.12",
                Handler="index.handler",
                Role={"Fn::GetAtt": ["Role", "Arn"]},
                Code={"ZipFile": f"def handler(event, context):\n    return {code!r}\n"},
                **properties,
            ),
            "Permission": resource(
                "AWS::Lambda::Permission",
                FunctionName={"Ref": "Function"},
                Action="lambda:InvokeFunction",
                Principal="events.amazonaws.com",
            ),
            "Invoked": resource(
                "AWS::Lambda::EventInvokeConfig",
                FunctionName={"Ref": "Function"},
                Qualifier="$LATEST",
                **invoked,
            ),
        }

    variables = {"Variables": {"AB": "1"}}
    made = stack.put(
        template(
            "one",
            {"MaximumRetryAttempts": 0},
            Environment=variables,
            Timeout=30,
            ReservedConcurrentExecutions=2,
            Tags=[{"Key": "team", "Value": "a"}],
        )
    )
    assert stack.put(template("two", {"MaximumRetryAttempts": 1})) == made
    client = clients("lambda")
    found = client.get_function(FunctionName="echo")
    assert found["Configuration"]["Timeout"] == 3
    assert "Environment" not in found["Configuration"]
    assert "Concurrency" not in found
    assert "team" not in found.get("Tags", {})
    config = client.get_function_event_invoke_config(FunctionName="echo")
    assert config["MaximumRetryAttempts"] == 1
    assert json.load(client.invoke(FunctionName="echo")["Payload"]) == "two"
    stack.delete()
    assert client.list_functions()["Functions"] == []
