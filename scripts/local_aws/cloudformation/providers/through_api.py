"""Types made by calling their service's own API, as CloudFormation's resource handlers do.

A provider here names a service and says which calls make, change and delete a resource. Property
names differ from the API's in case only, almost everywhere: `shaped` fits properties to the input
of an operation by botocore's model, numbers and booleans given as text included.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from local_aws import inside
from local_aws.cloudformation import schemas
from local_aws.cloudformation.errors import ResourceFailed
from local_aws.cloudformation.providers.base import Made, Order, generated_name

_providers: dict[str, Through] = {}
_MODULES = (
    "build",
    "code",
    "compute",
    "events",
    "identity",
    "keys",
    "messages",
    "parameters",
    "sagemaker",
    "sagemaker_studio",
    "storage",
)


class Through:
    """Base of the providers: one object per type, without state.

    A subclass sets `service` (boto3's name) and implements `make`, `change` and `unmake`, each of
    which gets a client that acts in the stack's account and region. One whose real state can be
    told implements `look`, too, and names the properties it finds in `reads`.
    """

    service: ClassVar[str]
    reads: ClassVar[frozenset[str]] = frozenset()

    def create(self, order: Order) -> Made:
        """Make the resource."""
        return self.make(self._client(order), order)

    def update(self, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Change it in place."""
        return self.change(self._client(order), order, made, old)

    def delete(self, order: Order, made: Made) -> None:
        """Delete it; one that is gone already is no failure."""
        try:
            self.unmake(self._client(order), order, made)
        except ClientError as error:
            if not _absent(error):
                raise

    def read(self, order: Order, made: Made) -> dict[str, Any] | None:
        """The properties the resource has now, as its service tells them; None when it is gone."""
        try:
            return self.look(self._client(order), order, made)
        except ClientError as error:
            if not _absent(error):
                raise
            return None

    def make(self, client: Any, order: Order) -> Made:
        """Make the resource with `client`."""
        raise NotImplementedError

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Change the resource; without an implementation, refuse by name."""
        del client, made, old
        raise ResourceFailed(f"Updating {order.kind} is not implemented in the embedded AWS")

    def unmake(self, client: Any, order: Order, made: Made) -> None:
        """Delete the resource with `client`."""
        raise NotImplementedError

    def look(self, client: Any, order: Order, made: Made) -> dict[str, Any] | None:
        """What `read` answers, found with `client`."""
        raise NotImplementedError

    def _client(self, order: Order) -> Any:
        return acting(self.service, order)


def _absent(error: ClientError) -> bool:
    code = str(error.response["Error"]["Code"])
    absent = ("NoSuch", "NotExist", "404", "ResourceNotFound")
    return "NotFound" in code or code.endswith("DoesNotExistException") or code.startswith(absent)


def acting(service: str, order: Order) -> Any:
    """A client that acts as CloudFormation does: under the stack's role, else as its caller."""
    return inside.on_behalf(
        service, order.account, order.region, order.role_arn, by="cloudformation.amazonaws.com"
    )


def provides(kind: str) -> Callable[[type[Through]], type[Through]]:
    """Register a provider for a type."""

    def register(provider: type[Through]) -> type[Through]:
        _providers[kind] = provider()
        return provider

    return register


def find(kind: str) -> Through | None:
    """The provider of a type made through an API."""
    if not _providers:
        for module in _MODULES:
            importlib.import_module(f"local_aws.cloudformation.providers.{module}")
    return _providers.get(kind)


def named(order: Order, name: str, most: int = 64) -> str:
    """The property `name`, or a generated name of at most `most` characters."""
    return str(order.properties.get(name) or generated_name(order, most))


def answering(physical_id: str, order: Order, attributes: Mapping[str, Any]) -> Made:
    """A made resource whose attributes are known now; properties answer for themselves."""

    def attribute(name: str) -> Any:
        if name in attributes:
            return attributes[name]
        if name in order.properties:
            return order.properties[name]
        if name in schemas.identifier(order.kind):
            return physical_id
        text = f"Attribute {name} of {order.kind} is not implemented in the embedded AWS"
        raise ResourceFailed(text)

    return Made(physical_id=physical_id, attribute=attribute)


def document(value: Any) -> str:
    """A policy document as JSON text."""
    return value if isinstance(value, str) else json.dumps(value)


def pairs(tags: Any) -> dict[str, str]:
    """Tags as a map."""
    if isinstance(tags, Mapping):
        return {str(key): str(value) for key, value in tags.items()}
    return {str(tag["Key"]): str(tag["Value"]) for tag in tags or ()}


def own_tags(tags: Any, order: Order) -> list[dict[str, str]]:
    """A resource's tags without AWS's own and those of its stack, as a template lists them."""
    return [
        {"Key": key, "Value": value}
        for key, value in sorted(pairs(tags).items())
        if not key.startswith("aws:") and order.tags.get(key) != value
    ]


def propertied(answer: Any, like: Any) -> Any:
    """What an API answers under the names properties have: those of `like`, where they are in it.

    The opposite of `shaped`; other names begin with a capital.
    """
    if isinstance(answer, Mapping):
        given = like if isinstance(like, Mapping) else {}
        names = {str(key).lower(): key for key in given} | {key: key for key in given}
        return {
            (name := names.get(key) or names.get(key.lower()) or key[:1].upper() + key[1:]): (
                propertied(inner, given.get(name))
            )
            for key, inner in answer.items()
        }
    if isinstance(answer, list):
        likes = like if isinstance(like, list) else []
        return [
            propertied(inner, likes[at] if at < len(likes) else None)
            for at, inner in enumerate(answer)
        ]
    return answer


def shaped(client: Any, operation: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """Properties as parameters of an operation; what the operation does not know is left out.

    Args:
        client: A boto3 client of the service.
        operation: E.g. `CreateProject`.
        values: Resolved properties.
    """
    shape = client.meta.service_model.operation_model(operation).input_shape
    return dict(_fitted(shape, values))


def _fitted(shape: Any, value: Any) -> Any:
    match shape.type_name:
        case "structure":
            by_case = {name.lower(): name for name in shape.members}
            return {
                by_case[key.lower()]: _fitted(shape.members[by_case[key.lower()]], inner)
                for key, inner in value.items()
                if key.lower() in by_case
            }
        case "list":
            items = value if isinstance(value, list) else [value]
            return [_fitted(shape.member, one) for one in items]
        case "map":
            if isinstance(value, list):
                value = pairs(value)
            return {key: _fitted(shape.value, inner) for key, inner in value.items()}
        case "boolean":
            return value if isinstance(value, bool) else str(value).lower() == "true"
        case "integer" | "long":
            return int(value)
        case "float" | "double":
            return float(value)
        case "string":
            if isinstance(value, bool):
                return str(value).lower()
            return json.dumps(value) if isinstance(value, dict | list) else str(value)
    return value
