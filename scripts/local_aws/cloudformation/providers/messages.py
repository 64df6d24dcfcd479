"""SNS topics, subscriptions and policies; SQS queues and their policies."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from local_aws.cloudformation.providers.base import Made, Order
from local_aws.cloudformation.providers.through_api import (
    Through,
    answering,
    document,
    named,
    own_tags,
    pairs,
    provides,
)

TOPIC_ATTRIBUTES = (
    "ContentBasedDeduplication",
    "DisplayName",
    "FifoTopic",
    "KmsMasterKeyId",
    "SignatureVersion",
    "TracingConfig",
)
SUBSCRIPTION_ATTRIBUTES = {
    "DeliveryPolicy": "",
    "FilterPolicy": "",
    "FilterPolicyScope": "MessageAttributes",
    "RawMessageDelivery": "false",
    "RedrivePolicy": "",
}
QUEUE_ATTRIBUTES = {
    "ContentBasedDeduplication": "false",
    "DelaySeconds": "0",
    "FifoQueue": "",
    "KmsMasterKeyId": "",
    "MaximumMessageSize": "1048576",
    "MessageRetentionPeriod": "345600",
    "ReceiveMessageWaitTimeSeconds": "0",
    "RedriveAllowPolicy": "",
    "RedrivePolicy": "",
    "SqsManagedSseEnabled": "true",
    "VisibilityTimeout": "30",
}
"""Attributes, with the values they have again once a template no longer names them."""


def _text(value: Any) -> str:
    """An attribute's value, as SNS and SQS take all of them."""
    if isinstance(value, bool):
        return str(value).lower()
    return document(value) if isinstance(value, dict) else str(value)


def _changes(
    new: Mapping[str, Any], old: Mapping[str, Any], defaults: Mapping[str, str]
) -> dict[str, str]:
    """The attributes that changed, those no longer named at their defaults."""
    return {
        name: _text(new.get(name, default))
        for name, default in defaults.items()
        if new.get(name) != old.get(name)
    }


@provides("AWS::SNS::Topic")
class Topic(Through):
    """A topic, with the subscriptions written into it."""

    service = "sns"
    reads = frozenset({*TOPIC_ATTRIBUTES, "Subscription", "Tags", "TopicName"})

    def look(self, client: Any, order: Order, made: Made) -> dict[str, Any]:
        """The topic's attributes, subscriptions and tags."""
        arn = made.physical_id
        found = client.get_topic_attributes(TopicArn=arn)["Attributes"]
        tags = client.list_tags_for_resource(ResourceArn=arn)["Tags"]
        subscribed = client.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]
        return {
            **{key: found.get(key) for key in TOPIC_ATTRIBUTES},
            "TopicName": arn.rpartition(":")[2],
            "Subscription": [
                {"Protocol": each["Protocol"], "Endpoint": each["Endpoint"]}
                for each in subscribed
                if (each["Protocol"], each["Endpoint"]) in _subscriptions(order.properties)
            ],
            "Tags": own_tags(tags, order),
        }

    def make(self, client: Any, order: Order) -> Made:
        """Create the topic and subscribe."""
        wanted = order.properties
        name = named(order, "TopicName", 256)
        attributes = {key: _text(wanted[key]) for key in TOPIC_ATTRIBUTES if key in wanted}
        tags = pairs(wanted.get("Tags")) | dict(order.tags)
        tag_list = [{"Key": key, "Value": value} for key, value in tags.items()]
        arn = client.create_topic(Name=name, Attributes=attributes, Tags=tag_list)["TopicArn"]
        for protocol, endpoint in _subscriptions(wanted):
            client.subscribe(TopicArn=arn, Protocol=protocol, Endpoint=endpoint)
        return answering(arn, order, {"TopicArn": arn, "TopicName": name})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Change attributes, subscriptions and tags."""
        arn, wanted = made.physical_id, order.properties
        defaults = dict.fromkeys(TOPIC_ATTRIBUTES, "")
        for key, value in _changes(wanted, old, defaults).items():
            client.set_topic_attributes(TopicArn=arn, AttributeName=key, AttributeValue=value)
        gone = _subscriptions(old) - _subscriptions(wanted)
        for one in client.list_subscriptions_by_topic(TopicArn=arn)["Subscriptions"]:
            if (one["Protocol"], one["Endpoint"]) in gone and one["SubscriptionArn"] != PENDING:
                client.unsubscribe(SubscriptionArn=one["SubscriptionArn"])
        for protocol, endpoint in _subscriptions(wanted) - _subscriptions(old):
            client.subscribe(TopicArn=arn, Protocol=protocol, Endpoint=endpoint)
        tags = pairs(wanted.get("Tags")) | dict(order.tags)
        if lost := sorted(pairs(old.get("Tags")).keys() - tags.keys()):
            client.untag_resource(ResourceArn=arn, TagKeys=lost)
        if tags:
            listed = [{"Key": key, "Value": value} for key, value in tags.items()]
            client.tag_resource(ResourceArn=arn, Tags=listed)
        return answering(arn, order, {"TopicArn": arn, "TopicName": made.attribute("TopicName")})

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete the topic and its subscriptions."""
        client.delete_topic(TopicArn=made.physical_id)


PENDING = "PendingConfirmation"
"""What stands for the ARN of a subscription that nobody confirmed; it cannot be ended."""


def _subscriptions(wanted: Mapping[str, Any]) -> set[tuple[str, str]]:
    return {(one["Protocol"], one["Endpoint"]) for one in wanted.get("Subscription", ())}


@provides("AWS::SNS::Subscription")
class Subscription(Through):
    """A subscription of its own."""

    service = "sns"
    reads = frozenset({*SUBSCRIPTION_ATTRIBUTES, "Endpoint", "Protocol", "TopicArn"})

    def look(self, client: Any, order: Order, made: Made) -> dict[str, Any]:  # noqa: ARG002
        """The subscription's attributes."""
        arn = made.physical_id
        found = client.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]
        return {key: found.get(key) for key in self.reads}

    def make(self, client: Any, order: Order) -> Made:
        """Subscribe."""
        wanted = order.properties
        attributes = {key: _text(wanted[key]) for key in SUBSCRIPTION_ATTRIBUTES if key in wanted}
        arn = client.subscribe(
            TopicArn=wanted["TopicArn"],
            Protocol=wanted["Protocol"],
            Endpoint=wanted.get("Endpoint", ""),
            Attributes=attributes,
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
        return answering(arn, order, {"Arn": arn})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Set the attributes that changed."""
        arn = made.physical_id
        for key, value in _changes(order.properties, old, SUBSCRIPTION_ATTRIBUTES).items():
            client.set_subscription_attributes(
                SubscriptionArn=arn, AttributeName=key, AttributeValue=value
            )
        return answering(arn, order, {"Arn": arn})

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Unsubscribe."""
        client.unsubscribe(SubscriptionArn=made.physical_id)


@provides("AWS::SNS::TopicPolicy")
class TopicPolicy(Through):
    """The policy of topics."""

    service = "sns"

    def make(self, client: Any, order: Order) -> Made:
        """Set the policy on every topic."""
        self._set(client, order)
        return answering(named(order, ""), order, {})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Set the new policy; topics that left get their first one back."""
        self._set(client, order)
        for arn in set(old["Topics"]) - set(order.properties["Topics"]):
            _set_policy(client, arn, _first_policy(arn))
        return answering(made.physical_id, order, {})

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Give the topics the policy back that a new topic has."""
        for arn in order.properties["Topics"]:
            _set_policy(client, arn, _first_policy(arn))

    def _set(self, client: Any, order: Order) -> None:
        for arn in order.properties["Topics"]:
            _set_policy(client, arn, document(order.properties["PolicyDocument"]))


def _set_policy(client: Any, arn: str, text: str) -> None:
    client.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=text)


def _first_policy(arn: str) -> str:
    """What a new topic has: its own account may use it (SNS developer guide, *Example cases*)."""
    actions = (
        "AddPermission DeleteTopic GetTopicAttributes ListSubscriptionsByTopic Publish "
        "RemovePermission SetTopicAttributes Subscribe"
    )
    statement = {
        "Sid": "__default_statement_ID",
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": [f"SNS:{action}" for action in actions.split()],
        "Resource": arn,
        "Condition": {"StringEquals": {"AWS:SourceOwner": arn.split(":")[4]}},
    }
    return json.dumps(
        {"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": [statement]}
    )


@provides("AWS::SQS::Queue")
class Queue(Through):
    """A queue."""

    service = "sqs"

    def make(self, client: Any, order: Order) -> Made:
        """Create the queue."""
        wanted = order.properties
        fifo = ".fifo" if _text(wanted.get("FifoQueue", "")) == "true" else ""
        name = str(wanted.get("QueueName") or named(order, "", 80 - len(fifo)) + fifo)
        attributes = {key: _text(wanted[key]) for key in QUEUE_ATTRIBUTES if key in wanted}
        tags = pairs(wanted.get("Tags")) | dict(order.tags)
        url = client.create_queue(QueueName=name, Attributes=attributes, tags=tags)["QueueUrl"]
        return self._made(order, url, name)

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Set the attributes that changed, and the tags."""
        url = made.physical_id
        if changes := _changes(order.properties, old, QUEUE_ATTRIBUTES):
            client.set_queue_attributes(QueueUrl=url, Attributes=changes)
        tags = pairs(order.properties.get("Tags")) | dict(order.tags)
        if lost := sorted(pairs(old.get("Tags")).keys() - tags.keys()):
            client.untag_queue(QueueUrl=url, TagKeys=lost)
        if tags:
            client.tag_queue(QueueUrl=url, Tags=tags)
        return self._made(order, url, made.attribute("QueueName"))

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete the queue."""
        client.delete_queue(QueueUrl=made.physical_id)

    def _made(self, order: Order, url: str, name: str) -> Made:
        arn = f"arn:aws:sqs:{order.region}:{order.account}:{name}"
        return answering(url, order, {"Arn": arn, "QueueName": name, "QueueUrl": url})


@provides("AWS::SQS::QueuePolicy")
class QueuePolicy(Through):
    """The policy of queues."""

    service = "sqs"

    def make(self, client: Any, order: Order) -> Made:
        """Set the policy on every queue."""
        self._set(client, order, document(order.properties["PolicyDocument"]))
        return answering(named(order, ""), order, {})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Set the new policy; queues that left lose theirs."""
        self._set(client, order, document(order.properties["PolicyDocument"]))
        for url in set(old["Queues"]) - set(order.properties["Queues"]):
            client.set_queue_attributes(QueueUrl=url, Attributes={"Policy": ""})
        return answering(made.physical_id, order, {})

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Take the policy away."""
        self._set(client, order, "")

    def _set(self, client: Any, order: Order, text: str) -> None:
        for url in order.properties["Queues"]:
            client.set_queue_attributes(QueueUrl=url, Attributes={"Policy": text})
