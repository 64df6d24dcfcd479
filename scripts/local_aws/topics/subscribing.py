"""Subscriptions, and which of them are pending.

A mail subscription is pending until its owner follows the link in the first mail (SNS developer
guide, *Email notification setup and management*); queues and functions are confirmed at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Any

from moto.core.responses import ActionResult, BaseResponse
from moto.sns.models import SNSBackend, Subscription, Topic, sns_backends
from moto.sns.responses import SNSResponse

from local_aws import serial, validation
from local_aws.errors import Refusal
from local_aws.topics import inboxes

MAIL = frozenset({"email", "email-json"})
PROTOCOLS = MAIL | {"lambda", "sqs"}
"""What messages reach here; everything else would have to leave this machine."""


def confirm(address: str) -> tuple[str, ...]:
    """Follow the link in every confirmation mail of an address; returns the topics' ARNs."""
    with serial.turn():
        pending = [one for one in every() if one.endpoint == address and is_pending(one)]
        for subscription in pending:
            _confirm(subscription)
    return tuple(str(one.topic.arn) for one in pending)


def every() -> Iterator[Any]:
    """Every subscription of every account and region."""
    for account in list(sns_backends.values()):
        for backend in list(account.values()):
            yield from list(backend.subscriptions.values())


def is_pending(subscription: Subscription) -> bool:
    """Whether a person has yet to confirm it."""
    return bool(subscription.attributes.get("PendingConfirmation"))


def _confirm(subscription: Subscription) -> None:
    subscription.attributes["PendingConfirmation"] = False


def _subscribing(original: Callable[..., Any]) -> Callable[..., Any]:
    def subscribe(backend: SNSBackend, topic_arn: str, endpoint: str, protocol: str) -> Any:
        if protocol not in PROTOCOLS:
            raise NotImplementedError(f"sns:Subscribe with protocol {protocol}")
        before = set(backend.subscriptions)
        made = original(backend, topic_arn, endpoint, protocol)
        if protocol in MAIL and (made.arn not in before or is_pending(made)):
            made.attributes["PendingConfirmation"] = True
            made.confirmation_token = secrets.token_hex(32)
            inboxes.put(_confirmation(made))
        return made

    return subscribe


def _confirmation(subscription: Subscription) -> inboxes.Mail:
    topic, region = subscription.topic, subscription.topic.sns_backend.region_name
    link = f"https://sns.{region}.amazonaws.com/?Action=ConfirmSubscription&TopicArn={topic.arn}"
    return inboxes.Mail(
        to=subscription.endpoint,
        sender=sender(topic),
        topic=topic.arn,
        subject="AWS Notification - Subscription Confirmation",
        body=(
            f"The topic {topic.arn} is about to send its messages to this address.\n"
            f"Confirm the subscription: {link}&Token={subscription.confirmation_token}\n"
            "Without that, no message of the topic arrives here."
        ),
    )


def sender(topic: Topic) -> str:
    """Who a topic's mail comes from."""
    return f"{topic.display_name or 'AWS Notifications'} <no-reply@sns.amazonaws.com>"


def _confirm_subscription(_caller: BaseResponse, params: dict[str, Any]) -> dict[str, Any]:
    for subscription in every():
        given = (getattr(subscription, "confirmation_token", ""), subscription.topic.arn)
        if given == (params["Token"], params["TopicArn"]):
            _confirm(subscription)
            return {"SubscriptionArn": subscription.arn}
    raise Refusal("InvalidParameter", "Invalid parameter: Token")


def _answering_arn(original: Callable[[Any], ActionResult]) -> Callable[[Any], ActionResult]:
    """A pending subscription has no ARN yet, unless the caller asks for it (*Subscribe*)."""

    def subscribe(response: SNSResponse) -> ActionResult:
        answer = original(response)
        arn = answer.result["SubscriptionArn"]
        asked = str(response._get_param("ReturnSubscriptionArn")).lower() == "true"
        if is_pending(response.backend.subscriptions[arn]) and not asked:
            return ActionResult({"SubscriptionArn": "pending confirmation"})
        return answer

    return subscribe


def _listing(original: Callable[[Any], ActionResult]) -> Callable[[Any], ActionResult]:
    def subscriptions(response: SNSResponse) -> ActionResult:
        answer = original(response)
        answer.result["Subscriptions"] = [
            {
                "SubscriptionArn": "PendingConfirmation" if is_pending(one) else one.arn,
                "Owner": one.owner,
                "Protocol": one.protocol,
                "Endpoint": one.endpoint,
                "TopicArn": one.topic.arn,
            }
            for one in answer.result["Subscriptions"]
        ]
        return answer

    return subscriptions


def _counted(*, pending: bool) -> property:
    def count(topic: Topic) -> int:
        found = (one for one in every() if one.topic is topic)
        return sum(is_pending(one) is pending for one in found)

    return property(count, lambda _topic, _value: None)


def _subscriptions_of(_backend: SNSBackend, topic: Topic) -> list[Subscription]:
    return [one for one in every() if one.topic is topic]


def install() -> None:
    """Let mail subscriptions wait for their confirmation, which moto takes for given."""
    SNSBackend.subscribe = _subscribing(SNSBackend.subscribe)
    SNSBackend._get_topic_subscriptions = _subscriptions_of
    Topic.subscriptions_pending = _counted(pending=True)
    Topic.subscriptions_confimed = _counted(pending=False)
    SNSResponse.subscribe = _answering_arn(SNSResponse.subscribe)
    for name in ("list_subscriptions", "list_subscriptions_by_topic"):
        setattr(SNSResponse, name, _listing(getattr(SNSResponse, name)))
    method = validation.served("sns", "ConfirmSubscription", _confirm_subscription)
    SNSResponse.confirm_subscription = method
