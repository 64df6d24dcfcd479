"""Custom resources: the function behind the service token makes, changes and deletes them."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from moto.awslambda.models import lambda_backends

from local_aws import custom_resources, functions, iam
from local_aws.cloudformation.errors import ResourceFailed
from local_aws.cloudformation.providers.base import Made, Order, generated_name

MOST = 4096
"""Bytes of an answer (user guide, *Custom resource response objects*)."""
COPIED = ("StackId", "RequestId", "LogicalResourceId")
"""What an answer takes over from its request, as it stands there (the same page)."""


class Custom:
    """Sends the request a custom resource gets, and believes its answer."""

    def create(self, order: Order) -> Made:
        """Ask for `Create`."""
        return self._made(self._ask("Create", order))

    def update(self, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Ask for `Update`; a new physical id makes CloudFormation delete the old resource."""
        if order.properties["ServiceToken"] != old["ServiceToken"]:
            raise ResourceFailed("Modifying service token is not allowed.")
        extra = {"PhysicalResourceId": made.physical_id, "OldResourceProperties": _texts(old)}
        return self._made(self._ask("Update", order, extra))

    def delete(self, order: Order, made: Made) -> None:
        """Ask for `Delete`."""
        self._ask("Delete", order, {"PhysicalResourceId": made.physical_id})

    def _made(self, answer: Mapping[str, Any]) -> Made:
        data = answer.get("Data") or {}

        def attribute(name: str) -> Any:
            if name not in data:
                text = f"CustomResource attribute error: Vendor response doesn't contain {name} key"
                raise ResourceFailed(f"{text} in object")
            return data[name]

        return Made(physical_id=str(answer["PhysicalResourceId"]), attribute=attribute)

    def _ask(
        self, kind: str, order: Order, extra: Mapping[str, Any] | None = None
    ) -> Mapping[str, Any]:
        token = str(order.properties["ServiceToken"])
        iam.role_may(
            role_arn=order.role_arn or "",
            action="lambda:InvokeFunction",
            resource=token,
            call=f"cloudformation asks {order.logical_id}",
        )
        with custom_resources.inbox(functions.endpoint()) as (url, answers):
            request = {
                "RequestType": kind,
                "ServiceToken": token,
                "ResponseURL": url,
                "StackId": order.stack_id,
                "RequestId": str(uuid.uuid4()),
                "ResourceType": order.kind,
                "LogicalResourceId": order.logical_id,
                "ResourceProperties": _texts(order.properties),
                **(extra or {}),
            }
            failure = _invoke(token, request)
        return _judged(answers, failure, request, order)


def _invoke(token: str, request: Mapping[str, Any]) -> str:
    """Run the function; the text of its error, empty when it ended well."""
    parts = token.split(":")
    if parts[2:3] != ["lambda"]:
        raise ResourceFailed(f"A ServiceToken of {token} is not implemented in the embedded AWS")
    try:
        function = lambda_backends[parts[4]][parts[3]].get_function(token)
    except Exception as error:
        raise ResourceFailed(f"Lambda function {token} was not found") from error
    result, failed, _ = function._invoke_lambda(request)  # moto's only door
    return str(json.loads(result).get("errorMessage", "")) or "failed" if failed else ""


def _judged(
    answers: list[dict[str, Any]], failure: str, request: Mapping[str, Any], order: Order
) -> Mapping[str, Any]:
    """The answer, if it is a good one; a failed creation is deleted later, as on AWS."""
    left = generated_name(order) if request["RequestType"] == "Create" else ""
    if not answers:
        text = "CloudFormation did not receive a response from your Custom Resource"
        why = f": the function reported {failure!r}" if failure else ""
        raise ResourceFailed(f"{text} (RequestId: {request['RequestId']}){why}", left)
    answer = answers[0]
    if len(json.dumps(answer)) > MOST:
        raise ResourceFailed("Response object is too long.", left)
    if any(answer.get(name) != request[name] for name in COPIED):
        text = f"Invalid response object: {', '.join(COPIED)} are to be those of the request"
        raise ResourceFailed(text, left)
    if answer.get("Status") != "SUCCESS":
        text = "Received response status [FAILED] from custom resource. Message returned: "
        left = left and str(answer.get("PhysicalResourceId") or left)
        raise ResourceFailed(f"{text}{answer.get('Reason', '')}", left)
    if not answer.get("PhysicalResourceId"):
        raise ResourceFailed("Invalid PhysicalResourceId in the response of the custom resource")
    return answer


def _texts(value: Any) -> Any:
    """Properties as a function gets them: CloudFormation turns every scalar into text."""
    if isinstance(value, Mapping):
        return {key: _texts(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_texts(one) for one in value]
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else str(value)


PROVIDER = Custom()
