"""Messages on their way from a topic to its confirmed subscriptions."""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError
from moto.sns.models import Subscription

from local_aws import work
from local_aws.deliveries import Delivery, keep, reason
from local_aws.errors import Refusal
from local_aws.service_calls import Service, queue_url
from local_aws.topics import inboxes
from local_aws.topics.subscribing import is_pending, sender


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    """One message for one subscription; `notice` is what SNS wraps it in."""

    subscription: Any
    text: str
    subject: str
    attributes: dict[str, Any]
    more: dict[str, str]
    notice: dict[str, Any]
    time: float = field(default_factory=time.time)


def _publish(
    subscription: Subscription,
    message: str,
    message_id: str,
    subject: str | None = None,
    message_attributes: dict[str, Any] | None = None,
    group_id: str | None = None,
    deduplication_id: str | None = None,
    message_structure: str | None = None,
) -> None:
    """Send one message to one subscription in the background."""
    matcher = subscription._filter_policy_matcher
    unwanted = matcher is not None and not matcher.matches(message_attributes, message)
    if unwanted or is_pending(subscription):
        return
    if message_structure == "json":
        message = subscription._parse_message_structure(message, subscription.protocol)
    fifo = {"MessageGroupId": group_id, "MessageDeduplicationId": deduplication_id}
    sent = _Message(
        subscription=subscription,
        text=message,
        subject=subject or "",
        attributes=message_attributes or {},
        more={name: value for name, value in fifo.items() if value},
        notice=subscription.get_post_data(message, message_id, subject, message_attributes),
    )
    what = f"message of {subscription.topic.name} to {subscription.endpoint}"
    work.start(what, functools.partial(_deliver, sent))


def _deliver(message: _Message) -> None:
    subscription, why = message.subscription, ""
    try:
        _SENDERS[subscription.protocol](message)
    except (ClientError, Refusal) as error:
        why = ": ".join(reason(error))
    keep(
        Delivery(
            sender=subscription.topic.arn,
            target=subscription.endpoint,
            what=message.subject or "message",
            id=message.notice["MessageId"],
            ok=not why,
            why=why,
        )
    )


def _to_inbox(message: _Message) -> None:
    subscription = message.subscription
    as_json = subscription.protocol == "email-json"
    inboxes.put(
        inboxes.Mail(
            to=subscription.endpoint,
            sender=sender(subscription.topic),
            topic=subscription.topic.arn,
            subject=message.subject or "AWS Notification Message",
            body=json.dumps(message.notice) if as_json else message.text,
            time=message.time,
        )
    )


def _client(message: _Message, action: str) -> Any:
    topic = message.subscription.topic
    region = topic.sns_backend.region_name
    service = Service(
        principal="sns.amazonaws.com", source_arn=topic.arn, account=topic.account_id, region=region
    )
    return service.client(message.subscription.endpoint, action)


def _to_queue(message: _Message) -> None:
    subscription = message.subscription
    client = _client(message, "sqs:SendMessage")
    raw = str(subscription.attributes.get("RawMessageDelivery")).lower() == "true"
    attributes = {
        name: {
            "DataType": one["Type"],
            ("BinaryValue" if one["Type"].startswith("Binary") else "StringValue"): one["Value"],
        }
        for name, one in message.attributes.items()
    }
    client.send_message(
        QueueUrl=queue_url(client, subscription.endpoint),
        MessageBody=message.text if raw else json.dumps(message.notice),
        MessageAttributes=attributes if raw else {},
        **message.more,
    )


def _to_function(message: _Message) -> None:
    notice = {"Subject": None, "MessageAttributes": {}, **message.notice}
    for name in ("SigningCert", "Unsubscribe"):
        notice[f"{name}Url"] = notice.pop(f"{name}URL")
    record = {
        "EventSource": "aws:sns",
        "EventVersion": "1.0",
        "EventSubscriptionArn": message.subscription.arn,
        "Sns": notice,
    }
    _client(message, "lambda:InvokeFunction").invoke(
        FunctionName=message.subscription.endpoint,
        InvocationType="Event",
        Payload=json.dumps({"Records": [record]}).encode(),
    )


_SENDERS: dict[str, Callable[[_Message], None]] = {
    "email": _to_inbox,
    "email-json": _to_inbox,
    "lambda": _to_function,
    "sqs": _to_queue,
}


def install() -> None:
    """Deliver in the background what moto delivers past every policy."""
    Subscription.publish = _publish
