"""Lambda functions and permissions."""

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
    provides,
    shaped,
)
from local_aws.custom_resources import RESPONSE_MODULE

INLINE_LIMIT = 4096 * 1024
"""Bytes of code in a template (user guide, *AWS::Lambda::Function Code*: 4 MB)."""


@provides("AWS::Lambda::Function")
class Function(Through):
    """A function; code written into the template finds the module `cfnresponse`, as on AWS."""

    service = "lambda"

    def make(self, client: Any, order: Order) -> Made:
        """Create the function."""
        name = named(order, "FunctionName")
        wanted = {**order.properties, "FunctionName": name}
        wanted["Tags"] = pairs(wanted.get("Tags")) | dict(order.tags)
        parameters = shaped(client, "CreateFunction", wanted)
        parameters["Code"] = _code(order.properties["Code"])
        arn = client.create_function(**parameters)["FunctionArn"]
        return answering(name, order, {"Arn": arn})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Change code and configuration."""
        name = made.physical_id
        wanted = {**order.properties, "FunctionName": name}
        if wanted.get("Code") != old.get("Code"):
            client.update_function_code(FunctionName=name, **_code(wanted["Code"]))
        client.update_function_configuration(
            **shaped(client, "UpdateFunctionConfiguration", wanted)
        )
        return answering(name, order, {"Arn": made.attribute("Arn")})

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete the function."""
        client.delete_function(FunctionName=made.physical_id)


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
