"""Lambda functions, permissions, and how what is queued is invoked."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from local_aws.cloudformation.providers.base import Made, Order
from local_aws.cloudformation.providers.through_api import (
    Through,
    answering,
    named,
    pairs,
    propertied,
    provides,
    shaped,
)
from local_aws.custom_resources import RESPONSE_MODULE

RESERVED = "ReservedConcurrentExecutions"
DEFAULTS: Mapping[str, Any] = {
    "DeadLetterConfig": {"TargetArn": ""},
    "Description": "",
    "Environment": {"Variables": {}},
    "LoggingConfig": {"LogFormat": "Text"},
    "MemorySize": 128,
    "Timeout": 3,
}
"""What a function has again once its template no longer names it (API, *CreateFunction*)."""


@provides("AWS::Lambda::Function")
class Function(Through):
    """A function; code written into the template finds the module `cfnresponse`, as on AWS."""

    service = "lambda"
    reads = frozenset(
        {
            *DEFAULTS,
            "Code",
            "FunctionName",
            "Handler",
            "Role",
            "Runtime",
        }
    )

    def look(self, client: Any, order: Order, made: Made) -> dict[str, Any]:
        """The function's configuration; its code no service tells."""
        found = client.get_function_configuration(FunctionName=made.physical_id)
        return dict(propertied(found, order.properties))

    def make(self, client: Any, order: Order) -> Made:
        """Create the function."""
        name = named(order, "FunctionName")
        wanted = {**order.properties, "FunctionName": name}
        wanted["Tags"] = pairs(wanted.get("Tags")) | dict(order.tags)
        parameters = shaped(client, "CreateFunction", wanted)
        parameters["Code"] = _code(order.properties["Code"])
        arn = client.create_function(**parameters)["FunctionArn"]
        if RESERVED in order.properties:
            self._reserve(client, order, name)
        return answering(name, order, {"Arn": arn})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Change code, configuration, concurrency and tags."""
        name, arn = made.physical_id, made.attribute("Arn")
        again = {key: value for key, value in DEFAULTS.items() if key in old}
        wanted = {**again, **order.properties, "FunctionName": name}
        if wanted.get("Code") != old.get("Code"):
            client.update_function_code(FunctionName=name, **_code(wanted["Code"]))
        client.update_function_configuration(
            **shaped(client, "UpdateFunctionConfiguration", wanted)
        )
        if wanted.get(RESERVED) != old.get(RESERVED):
            self._reserve(client, order, name)
        tags = pairs(order.properties.get("Tags")) | dict(order.tags)
        if lost := sorted(pairs(old.get("Tags")).keys() - tags.keys()):
            client.untag_resource(Resource=arn, TagKeys=lost)
        if tags:
            client.tag_resource(Resource=arn, Tags=tags)
        return answering(name, order, {"Arn": arn})

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete the function."""
        client.delete_function(FunctionName=made.physical_id)

    def _reserve(self, client: Any, order: Order, name: str) -> None:
        number = order.properties.get(RESERVED)
        if number is None:
            client.delete_function_concurrency(FunctionName=name)
        else:
            client.put_function_concurrency(
                FunctionName=name, ReservedConcurrentExecutions=int(number)
            )


def _code(code: Mapping[str, Any]) -> dict[str, Any]:
    if "ZipFile" not in code:
        return dict(code)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("index.py", str(code["ZipFile"]))
        archive.writestr("cfnresponse.py", RESPONSE_MODULE)
    return {"ZipFile": packed.getvalue()}


@provides("AWS::Lambda::Permission")
class Permission(Through):
    """A statement of a function's policy."""

    service = "lambda"

    def make(self, client: Any, order: Order) -> Made:
        """Add the statement."""
        statement = named(order, "", 100)
        parameters = shaped(client, "AddPermission", order.properties)
        client.add_permission(StatementId=statement, **parameters)
        return answering(statement, order, {"Id": statement})

    def unmake(self, client: Any, order: Order, made: Made) -> None:
        """Remove the statement."""
        name = order.properties["FunctionName"]
        client.remove_permission(FunctionName=name, StatementId=made.physical_id)


@provides("AWS::Lambda::EventInvokeConfig")
class EventInvokeConfig(Through):
    """Retries and destinations of queued invocations."""

    service = "lambda"

    def make(self, client: Any, order: Order) -> Made:
        """Put the configuration, which replaces any other."""
        wanted = shaped(client, "PutFunctionEventInvokeConfig", order.properties)
        client.put_function_event_invoke_config(**wanted)
        name, qualifier = (order.properties[key] for key in ("FunctionName", "Qualifier"))
        return answering(f"{name}|{qualifier}", order, {})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:  # noqa: ARG002
        """Put the new one."""
        return self.make(client, order)

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Back to two retries and no destinations."""
        client.delete_function_event_invoke_config(
            FunctionName=order.properties["FunctionName"], Qualifier=order.properties["Qualifier"]
        )
