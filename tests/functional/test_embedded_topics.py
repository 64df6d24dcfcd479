"""SNS delivers: to queues and functions that admit it, and to people once they confirmed."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local_aws import client as control
from local_aws import deliveries, topics, work

HUB, OTHER, REGION = "444455556666", "222222222222", "us-east-1"
ADDRESS = "officer@example.com"

Clients = Callable[..., Any]


def settle() -> None:
    """Wait until nothing is under way any more."""
    limit = time.monotonic() + 20
    while work.under_way() and time.monotonic() < limit:
        time.sleep(0.01)
    assert not work.under_way()
    assert not work.failures()


@pytest.fixture
def topic(clients: Clients) -> str:
    """A topic's ARN."""
    return str(clients("sns").create_topic(Name="news")["TopicArn"])


def publish(clients: Clients, topic: str, message: str = "Hello", **more: Any) -> None:
    clients("sns").publish(TopicArn=topic, Message=message, **more)
    settle()


def queue(clients: Clients, name: str, account: str = HUB, admitted: bool = True) -> str:
    """A queue's ARN; it admits SNS or nobody."""
    arn = f"arn:aws:sqs:{REGION}:{account}:{name}"
    statement = {
        "Effect": "Allow" if admitted else "Deny",
        "Principal": {"Service": "sns.amazonaws.com"},
        "Action": "sqs:SendMessage",
        "Resource": arn,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    clients("sqs", account).create_queue(QueueName=name, Attributes={"Policy": policy})
    return arn


def bodies(clients: Clients, arn: str) -> list[str]:
    """What is in a queue."""
    account, name = arn.split(":")[4:]
    client = clients("sqs", account)
    url = client.get_queue_url(QueueName=name)["QueueUrl"]
    found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [one["Body"] for one in found]


def test_mail_waits_for_the_confirmation(clients: Clients, topic: str) -> None:
    sns = clients("sns")
    sns.set_topic_attributes(TopicArn=topic, AttributeName="DisplayName", AttributeValue="Iris")
    answer = sns.subscribe(TopicArn=topic, Protocol="email", Endpoint=ADDRESS)
    assert answer["SubscriptionArn"] == "pending confirmation"
    publish(clients, topic, "too early")
    (asked,) = topics.inbox(ADDRESS)
    assert asked.subject == "AWS Notification - Subscription Confirmation"
    assert topic in asked.body
    (listed,) = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    assert listed["SubscriptionArn"] == "PendingConfirmation"
    counts = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert (counts["SubscriptionsPending"], counts["SubscriptionsConfirmed"]) == ("1", "0")

    assert topics.confirm(ADDRESS) == (topic,)
    publish(clients, topic, "Approve, please", Subject="APPROVAL NEEDED")
    _, mail = topics.inbox(ADDRESS)
    assert (mail.subject, mail.body) == ("APPROVAL NEEDED", "Approve, please")
    assert mail.sender == "Iris <no-reply@sns.amazonaws.com>"
    (listed,) = sns.list_subscriptions()["Subscriptions"]
    assert listed["SubscriptionArn"].startswith(topic)
    counts = sns.get_topic_attributes(TopicArn=topic)["Attributes"]
    assert (counts["SubscriptionsPending"], counts["SubscriptionsConfirmed"]) == ("0", "1")


def test_the_link_in_the_mail_confirms(clients: Clients, topic: str) -> None:
    sns = clients("sns")
    arn = sns.subscribe(
        TopicArn=topic, Protocol="email-json", Endpoint=ADDRESS, ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    attributes = sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
    assert attributes["PendingConfirmation"] == "true"
    found = re.search(r"Token=(\w+)", topics.inbox(ADDRESS)[0].body)
    assert found
    with pytest.raises(ClientError, match="Token") as refused:
        sns.confirm_subscription(TopicArn=topic, Token="nonsense")
    assert refused.value.response["Error"]["Code"] == "InvalidParameter"
    assert sns.confirm_subscription(TopicArn=topic, Token=found[1])["SubscriptionArn"] == arn
    publish(clients, topic)
    assert json.loads(topics.inbox(ADDRESS)[1].body)["Message"] == "Hello"


def test_who_subscribes_again_is_asked_again(clients: Clients, topic: str) -> None:
    for _ in range(2):
        clients("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint=ADDRESS)
    assert len(topics.inbox(ADDRESS)) == 2
    topics.confirm(ADDRESS)
    clients("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint=ADDRESS)
    assert len(topics.inbox(ADDRESS)) == 2


def test_queues_get_notices_where_they_admit_the_topic(clients: Clients, topic: str) -> None:
    admitting, refusing = queue(clients, "in"), queue(clients, "out", admitted=False)
    far = queue(clients, "far", OTHER)
    for arn in (admitting, refusing, far):
        clients("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    publish(clients, topic, Subject="News")
    (notice,) = map(json.loads, bodies(clients, admitting))
    assert (notice["Type"], notice["Message"], notice["Subject"]) == (
        "Notification",
        "Hello",
        "News",
    )
    assert bodies(clients, refusing) == []
    assert len(bodies(clients, far)) == 1
    failed = [one for one in deliveries.deliveries() if not one.ok]
    assert [one.target for one in failed] == [refusing]
    assert failed[0].why.startswith("AccessDenied: sns.amazonaws.com")


def test_filters_and_raw_delivery(clients: Clients, topic: str) -> None:
    arn = queue(clients, "in")
    clients("sns").subscribe(
        TopicArn=topic,
        Protocol="sqs",
        Endpoint=arn,
        Attributes={"RawMessageDelivery": "true", "FilterPolicy": '{"kind": ["good"]}'},
    )
    for kind in ("good", "bad"):
        value = {"DataType": "String", "StringValue": kind}
        publish(clients, topic, kind, MessageAttributes={"kind": value})
    assert bodies(clients, arn) == ["good"]


def test_what_would_leave_the_machine_is_refused(clients: Clients, topic: str) -> None:
    for protocol, endpoint in (("https", "https://example.com/"), ("sms", "+15555550100")):
        with pytest.raises(ClientError, match="not implemented"):
            clients("sns").subscribe(TopicArn=topic, Protocol=protocol, Endpoint=endpoint)


def test_people_read_and_confirm_on_the_server(running: Any) -> None:
    sns = running.client("sns")
    arn = sns.create_topic(Name="news")["TopicArn"]
    sns.subscribe(TopicArn=arn, Protocol="email", Endpoint=ADDRESS)
    endpoint = running.server.endpoint
    (mail,) = control.ask(endpoint, "GET", f"inbox/{ADDRESS}")
    assert "Confirm" in mail["body"]
    assert control.ask(endpoint, "PUT", f"confirmations/{ADDRESS}") == {"confirmed": [arn]}
    sns.publish(TopicArn=arn, Message="Hello")
    limit = time.monotonic() + 10
    while len(control.ask(endpoint, "GET", f"inbox/{ADDRESS}")) < 2:
        assert time.monotonic() < limit
        time.sleep(0.02)
    assert [one["ok"] for one in control.ask(endpoint, "GET", "deliveries")] == [True]
    assert control.ask(endpoint, "PUT", "events", {"copies": 2}) == {"copies": 2}
    assert control.ask(endpoint, "GET", "events") == {"copies": 2}
