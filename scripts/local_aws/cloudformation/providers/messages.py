"""SNS topics, subscriptions and policies, SQS queue policies, EventBridge rules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_aws.cloudformation.providers.base import Made, Order
from local_aws.cloudformation.providers.through_api import (
    Through,
    answering,
    document,
    named,
    pairs,
    provides,
    shaped,
)

TOPIC_ATTRIBUTES = (
    "ContentBasedDeduplication",
    "DisplayName",
    "FifoTopic",
    "KmsMasterKeyId",
    "SignatureVersion",
    "TracingConfig",
)


@provides("AWS::SNS::Topic")
class Topic(Through):
    """A topic, with the subscriptions written into it."""

    service = "sns"

    def make(self, client: Any, order: Order) -> Made:
        """Create the topic and subscribe."""
        wanted = order.properties
        name = named(order, "TopicName", 256)
        attributes = {
            key: str(wanted[key]).lower() if isinstance(wanted[key], bool) else str(wanted[key])
            for key in TOPIC_ATTRIBUTES
            if key in wanted
        }
        tags = pairs(wanted.get("Tags")) | dict(order.tags)
        tag_list = [{"Key": key, "Value": value} for key, value in tags.items()]
        arn = client.create_topic(Name=name, Attributes=attributes, Tags=tag_list)["TopicArn"]
        for one in wanted.get("Subscription", ()):
            client.subscribe(TopicArn=arn, Protocol=one["Protocol"], Endpoint=one["Endpoint"])
        return answering(arn, order, {"TopicArn": arn, "TopicName": name})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Set the attributes that changed."""
        for key in TOPIC_ATTRIBUTES:
            if order.properties.get(key) != old.get(key):
                value = str(order.properties.get(key, ""))
                arn = made.physical_id
                client.set_topic_attributes(TopicArn=arn, AttributeName=key, AttributeValue=value)
        name = made.attribute("TopicName")
        return answering(made.physical_id, order, {"TopicArn": made.physical_id, "TopicName": name})

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete the topic and its subscriptions."""
        client.delete_topic(TopicArn=made.physical_id)


@provides("AWS::SNS::Subscription")
class Subscription(Through):
    """A subscription of its own."""

    service = "sns"

    def make(self, client: Any, order: Order) -> Made:
        """Subscribe."""
        wanted = order.properties
        names = ("DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery")
        attributes = {key: document(wanted[key]) for key in names if key in wanted}
        arn = client.subscribe(
            TopicArn=wanted["TopicArn"],
            Protocol=wanted["Protocol"],
            Endpoint=wanted.get("Endpoint", ""),
            Attributes=attributes,
            ReturnSubscriptionArn=True,
        )["SubscriptionArn"]
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
        text = document(order.properties["PolicyDocument"])
        for arn in order.properties["Topics"]:
            client.set_topic_attributes(TopicArn=arn, AttributeName="Policy", AttributeValue=text)
        return answering(named(order, ""), order, {})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:  # noqa: ARG002
        """Set the new policy."""
        self.make(client, order)
        return answering(made.physical_id, order, {})

    def unmake(self, client: Any, order: Order, made: Made) -> None:
        """Nothing: the topics go, or keep the policy, as on AWS."""


@provides("AWS::SQS::QueuePolicy")
class QueuePolicy(Through):
    """The policy of queues."""

    service = "sqs"

    def make(self, client: Any, order: Order) -> Made:
        """Set the policy on every queue."""
        self._set(client, order, document(order.properties["PolicyDocument"]))
        return answering(named(order, ""), order, {})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:  # noqa: ARG002
        """Set the new policy."""
        self._set(client, order, document(order.properties["PolicyDocument"]))
        return answering(made.physical_id, order, {})

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Take the policy away."""
        self._set(client, order, "")

    def _set(self, client: Any, order: Order, text: str) -> None:
        for url in order.properties["Queues"]:
            client.set_queue_attributes(QueueUrl=url, Attributes={"Policy": text})


@provides("AWS::Events::Rule")
class Rule(Through):
    """An EventBridge rule and its targets."""

    service = "events"

    def make(self, client: Any, order: Order) -> Made:
        """Put the rule and its targets."""
        return self._put(client, order, named(order, "Name"), ())

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Put the rule anew; targets that left are removed."""
        ids = {str(target["Id"]) for target in order.properties.get("Targets", ())}
        gone = [str(one["Id"]) for one in old.get("Targets", ()) if str(one["Id"]) not in ids]
        return self._put(client, order, made.attribute("Name"), gone)

    def unmake(self, client: Any, order: Order, made: Made) -> None:
        """Remove the targets and the rule."""
        bus = {"EventBusName": order.properties.get("EventBusName", "default")}
        name = made.attribute("Name")
        ids = [str(target["Id"]) for target in order.properties.get("Targets", ())]
        if ids:
            client.remove_targets(Rule=name, Ids=ids, **bus)
        client.delete_rule(Name=name, **bus)

    def _put(self, client: Any, order: Order, name: str, gone: Any) -> Made:
        wanted = dict(order.properties)
        bus = {"EventBusName": wanted.get("EventBusName", "default")}
        if "EventPattern" in wanted:
            wanted["EventPattern"] = document(wanted["EventPattern"])
        tags = pairs(wanted.pop("Tags", ())) | dict(order.tags)
        rule = shaped(client, "PutRule", {**wanted, **bus, "Name": name})
        rule["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        arn = client.put_rule(**rule)["RuleArn"]
        if gone:
            client.remove_targets(Rule=name, Ids=list(gone), **bus)
        if targets := wanted.get("Targets"):
            client.put_targets(
                **shaped(client, "PutTargets", {"Rule": name, "Targets": targets} | bus)
            )
        return answering(name, order, {"Arn": arn, "Name": name})
