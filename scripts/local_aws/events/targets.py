"""How each kind of target is called.

Under the target's role where it has one, else as `events.amazonaws.com` if the target's own policy
admits that (EventBridge user guide, *Using resource-based policies*, *Targets*).
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable, Mapping
from typing import Any

from local_aws import causes, inside
from local_aws.errors import Refusal
from local_aws.events import envelopes, inputs
from local_aws.events.buses import Event, Rule
from local_aws.service_calls import Service, queue_url

Target = Mapping[str, Any]
Call = Callable[[Service, Target, str, Event], None]

PRINCIPAL = "events.amazonaws.com"


def check(target: Target) -> None:
    """Refuse a target at PutTargets that could never be called.

    Raises:
        Refusal: It lacks a role, or its input cannot be read.
        NotImplementedError: The embedded AWS does not deliver to its kind.
    """
    kind = _kind(target["Arn"])
    if kind not in CALLS:
        raise NotImplementedError(f"events:PutTargets with {kind} as the target {target['Arn']}")
    if kind == "codepipeline" and not target.get("RoleArn"):
        raise Refusal("ValidationException", f"RoleArn is required for target {target['Arn']}.")
    inputs.check(target)


def call(rule: Rule, target: Target, event: Event) -> None:
    """Give an event to a target.

    Raises:
        ClientError: The target's service refuses.
        Refusal: The target does not admit EventBridge, or the role does not trust it.
    """
    service = Service(
        principal=PRINCIPAL, source_arn=rule.arn, account=rule.account, region=rule.region
    )
    text = inputs.text_for(target, event.body, rule.predefined(event))
    CALLS[_kind(target["Arn"])](service, target, text, event)


def _kind(arn: str) -> str:
    """The service of an ARN, with the kind of resource where a service has several."""
    service, resource = arn.split(":")[2], arn.split(":", 5)[-1]
    return service if service != "events" else f"events {resource.partition('/')[0]}"


def _client(service: Service, target: Target, action: str) -> Any:
    return service.client(target["Arn"], action, target.get("RoleArn", ""))


def _pipeline(service: Service, target: Target, text: str, event: Event) -> None:  # noqa: ARG001
    """Start it; a custom input may set variables and source revisions."""
    overrides: dict[str, Any] = {}
    if target.get("Input") or target.get("InputTransformer"):
        given = _object(text)
        overrides = {key: given[key] for key in ("variables", "sourceRevisions") if key in given}
    name = target["Arn"].rpartition(":")[2]
    client = _client(service, target, "codepipeline:StartPipelineExecution")
    with causes.because("CloudWatchEvent", service.source_arn):
        client.start_pipeline_execution(name=name, **overrides)


def _object(text: str) -> dict[str, Any]:
    try:
        given = json.loads(text)
    except ValueError:
        return {}
    return given if isinstance(given, dict) else {}


def _function(service: Service, target: Target, text: str, event: Event) -> None:  # noqa: ARG001
    client = _client(service, target, "lambda:InvokeFunction")
    client.invoke(FunctionName=target["Arn"], InvocationType="Event", Payload=text.encode())


def _topic(service: Service, target: Target, text: str, event: Event) -> None:  # noqa: ARG001
    _client(service, target, "sns:Publish").publish(TopicArn=target["Arn"], Message=text)


def _queue(service: Service, target: Target, text: str, event: Event) -> None:  # noqa: ARG001
    client = _client(service, target, "sqs:SendMessage")
    group = (target.get("SqsParameters") or {}).get("MessageGroupId")
    client.send_message(
        QueueUrl=queue_url(client, target["Arn"]),
        MessageBody=text,
        **({"MessageGroupId": group} if group else {}),
    )


def _log_group(service: Service, target: Target, text: str, event: Event) -> None:  # noqa: ARG001
    group_arn = target["Arn"].removesuffix(":*")
    stream = secrets.token_hex(16)
    client = service.client(
        f"{group_arn}:log-stream:{stream}", "logs:PutLogEvents", target.get("RoleArn", "")
    )
    group = group_arn.split(":log-group:")[1]
    client.create_log_stream(logGroupName=group, logStreamName=stream)
    entry = {"timestamp": int(time.time() * 1000), "message": text}
    client.put_log_events(logGroupName=group, logStreamName=stream, logEvents=[entry])


def _bus(service: Service, target: Target, text: str, event: Event) -> None:
    """Send the event on as it is, under the role, else as the account of the rule."""
    if event.forwarded:
        text = "an event that came from another bus is not sent on to a third"
        raise Refusal("NotForwarded", text)
    region = target["Arn"].split(":")[3]
    if role := target.get("RoleArn"):
        client = service.client(target["Arn"], "events:PutEvents", role)
    else:
        client = inside.client("events", service.account, region)
    with envelopes.sealed(event) as entry:
        answer = client.put_events(Entries=[{**entry, "EventBusName": target["Arn"]}])
    for result in answer["Entries"]:
        if "ErrorCode" in result:
            raise Refusal(result["ErrorCode"], result["ErrorMessage"])


CALLS: Mapping[str, Call] = {
    "codepipeline": _pipeline,
    "events event-bus": _bus,
    "lambda": _function,
    "logs": _log_group,
    "sns": _topic,
    "sqs": _queue,
}


def to_dead_letters(rule: Rule, target: Target, event: Event, failure: Mapping[str, str]) -> None:
    """Keep what could not be delivered in the target's dead-letter queue.

    Args:
        rule: Whose target it is.
        target: With its `DeadLetterConfig`.
        event: What was to be delivered.
        failure: The attributes that say why (user guide, *Using dead-letter queues*).

    Raises:
        ClientError: The queue is not there.
        Refusal: The queue does not admit EventBridge.
    """
    arn = target["DeadLetterConfig"]["Arn"]
    service = Service(
        principal=PRINCIPAL, source_arn=rule.arn, account=rule.account, region=rule.region
    )
    client = service.client(arn, "sqs:SendMessage")
    attributes = {"RULE_ARN": rule.arn, "TARGET_ARN": target["Arn"], **failure}
    client.send_message(
        QueueUrl=queue_url(client, arn),
        MessageBody=json.dumps(event.body),
        MessageAttributes={
            name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()
        },
    )
