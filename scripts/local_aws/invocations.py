"""Lambda's Invoke: at once, or queued with two retries, a dead-letter queue and destinations.

Function errors of a queued invocation are tried again twice, which takes minutes on AWS and half a
second here; then the event goes to the dead-letter queue, and a record to the destination for
failures, both under the function's role (Lambda developer guide, *How Lambda handles errors and
retries with asynchronous invocation*, *Capturing records of Lambda asynchronous invocations*).
"""

from __future__ import annotations

import base64
import functools
import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError
from moto.awslambda.models import LambdaFunction

from local_aws import functions, inside, work
from local_aws.deliveries import Delivery, keep, reason
from local_aws.errors import Refusal
from local_aws.functions import Outcome
from local_aws.service_calls import queue_url

PAUSE = 0.15
"""Seconds before the first retry; the second waits twice that (on AWS one minute, and two)."""

LOG_TAIL = 4096
"""Bytes of log an answer carries on demand (API reference, *Invoke*)."""


def _invoke(
    function: LambdaFunction, body: Any, headers: Any, response_headers: dict[str, str]
) -> bytes:
    """One call of Invoke; moto's response makes the status of the type."""
    try:
        event = json.loads(body) if body else {}
    except ValueError:
        text = "Could not parse request body into json"
        raise Refusal("InvalidRequestContentException", text) from None
    kind = headers.get("X-Amz-Invocation-Type", "RequestResponse")
    if kind == "DryRun":
        return b""
    if kind == "Event":
        request_id = str(uuid.uuid4())
        queued = functools.partial(_work_off, function, event, request_id)
        work.start(f"invocation of {function.function_name}", queued)
        return b""
    outcome = functions.run(function, event)
    response_headers["x-amz-executed-version"] = "$LATEST"
    if outcome.failed:
        response_headers["x-amz-function-error"] = "Unhandled"
    tail = outcome.log.encode()[-LOG_TAIL:]
    response_headers["x-amz-log-result"] = base64.b64encode(tail).decode()
    return outcome.payload.encode()


def _work_off(function: LambdaFunction, event: Any, request_id: str) -> None:
    """Try until it is done or given up, then tell who wants to know."""
    settings = function.event_invoke_config[0].config if function.event_invoke_config else {}
    most, tries = 1 + settings.get("MaximumRetryAttempts", 2), 0
    outcome = Outcome(payload="null", failed=True)
    while outcome.failed and tries < most:
        work.pause(PAUSE * tries)
        tries += 1
        outcome = _tried(function, event, request_id)
    keep(
        Delivery(
            sender=function.function_arn,
            target=function.function_arn,
            what="asynchronous invocation",
            id=request_id,
            ok=not outcome.failed,
            why=_message(outcome),
            tries=tries,
        )
    )
    record = _record(function, event, request_id, outcome, tries)
    destination = settings.get("DestinationConfig") or {}
    wanted = destination.get("OnFailure" if outcome.failed else "OnSuccess") or {}
    if arn := wanted.get("Destination"):
        _send(function, arn, "destination", functools.partial(_to_destination, record), request_id)
    dead_letters = (function.dead_letter_config or {}).get("TargetArn")
    if outcome.failed and dead_letters:
        failure = _DeadLetter(event, request_id, _message(outcome))
        _send(function, dead_letters, "dead letter", failure.send, request_id)


def _tried(function: LambdaFunction, event: Any, request_id: str) -> Outcome:
    try:
        return functions.run(function, event, request_id)
    except Refusal as refused:
        error = {"errorType": refused.code, "errorMessage": refused.message}
        return Outcome(payload=json.dumps(error), failed=True)


def _message(outcome: Outcome) -> str:
    return str(json.loads(outcome.payload).get("errorMessage", "")) if outcome.failed else ""


def _record(
    function: LambdaFunction, event: Any, request_id: str, outcome: Outcome, tries: int
) -> dict[str, Any]:
    response: dict[str, Any] = {"statusCode": 200, "executedVersion": "$LATEST"}
    if outcome.failed:
        response["functionError"] = "Unhandled"
    return {
        "version": "1.0",
        "timestamp": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "requestContext": {
            "requestId": request_id,
            "functionArn": f"{function.function_arn}:$LATEST",
            "condition": "RetriesExhausted" if outcome.failed else "Success",
            "approximateInvokeCount": tries,
        },
        "requestPayload": event,
        "responseContext": response,
        "responsePayload": json.loads(outcome.payload),
    }


def _send(
    function: LambdaFunction,
    arn: str,
    what: str,
    send: Callable[[Any, str, LambdaFunction], None],
    request_id: str,
) -> None:
    """Call a destination under the function's role, and write down how that went."""
    service, region = arn.split(":")[2:4]
    why = ""
    try:
        send(inside.client(service, function.account_id, region, function.role), arn, function)
    except (ClientError, Refusal) as error:
        why = ": ".join(reason(error))
    keep(
        Delivery(
            sender=function.function_arn,
            target=arn,
            what=what,
            id=request_id,
            ok=not why,
            why=why,
        )
    )


def _to_destination(
    record: Mapping[str, Any], client: Any, arn: str, function: LambdaFunction
) -> None:
    text = json.dumps(record)
    match arn.split(":")[2]:
        case "sqs":
            client.send_message(QueueUrl=queue_url(client, arn), MessageBody=text)
        case "sns":
            client.publish(TopicArn=arn, Message=text)
        case "lambda":
            client.invoke(FunctionName=arn, InvocationType="Event", Payload=text.encode())
        case "events":
            good = record["requestContext"]["condition"] == "Success"
            entry = {
                "Source": "lambda",
                "DetailType": "Lambda Function Invocation Result - "
                + ("Success" if good else "Failure"),
                "Detail": text,
                "Resources": [function.function_arn, arn],
                "EventBusName": arn,
            }
            client.put_events(Entries=[entry])


class _DeadLetter:
    """The event that failed, with three attributes that say why."""

    def __init__(self, event: Any, request_id: str, message: str) -> None:
        self._text = json.dumps(event)
        values = {
            "RequestID": ("String", request_id),
            "ErrorCode": ("Number", "200"),
            "ErrorMessage": ("String", message[:1024] or "error"),
        }
        self._attributes = {
            name: {"DataType": kind, "StringValue": value} for name, (kind, value) in values.items()
        }

    def send(self, client: Any, arn: str, _function: LambdaFunction) -> None:
        if arn.split(":")[2] == "sns":
            client.publish(TopicArn=arn, Message=self._text, MessageAttributes=self._attributes)
            return
        client.send_message(
            QueueUrl=queue_url(client, arn),
            MessageBody=self._text,
            MessageAttributes=self._attributes,
        )


def install() -> None:
    """Invoke as Lambda does."""
    LambdaFunction.invoke = _invoke
