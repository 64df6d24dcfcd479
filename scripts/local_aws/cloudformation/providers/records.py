"""Types nobody here acts on: a record whose ids and attributes are as the type's schema says."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import Any

from local_aws.cloudformation import schemas
from local_aws.cloudformation.errors import ResourceFailed
from local_aws.cloudformation.providers.base import Made, Order, generated_name


class Records:
    """Remembers resources and nothing else."""

    def create(self, order: Order) -> Made:
        """Note the resource; names and ids it does not have are made up."""
        values = self._values(order)
        ids = [str(_at(values, path)) for path in schemas.identifier(order.kind)]
        return _made("|".join(ids) or generated_name(order), values)

    def update(self, order: Order, made: Made, old: Mapping[str, Any]) -> Made:  # noqa: ARG002
        """Note the new properties; what the type set itself stays."""
        kept = {
            key: value for key, value in made.handle.items() if key in schemas.read_only(order.kind)
        }
        named = {
            path: made.handle[path]
            for path in schemas.identifier(order.kind)
            if path in made.handle and path not in order.properties
        }
        return _made(made.physical_id, {**order.properties, **named, **kept})

    def delete(self, order: Order, made: Made) -> None:
        """Nothing is left to delete."""

    def _values(self, order: Order) -> dict[str, Any]:
        values = dict(order.properties)
        read_only = schemas.read_only(order.kind)
        for path in schemas.identifier(order.kind):
            if path not in values and path not in read_only:
                values[path] = generated_name(order)
        name = _name(order, values)
        return values | {path: _invented(order, path, name) for path in read_only}


def _name(order: Order, values: dict[str, Any]) -> str:
    """The resource's name; a type that has one but was given none gets one."""
    short = order.kind.rpartition("::")[2]
    known = schemas.schema(order.kind).get("properties", {})
    for candidate in (f"{short}Name", "Name"):
        if candidate in values or candidate in known:
            return str(values.setdefault(candidate, generated_name(order)))
    return generated_name(order)


def _invented(order: Order, path: str, name: str) -> str:
    """An attribute the service would set: by its name an ARN, an id, or some text."""
    leaf = path.rpartition(".")[2]
    _, service, kind = order.kind.split("::")[:3]
    if leaf.lower().endswith("arn"):
        resource = re.sub(r"(?<!^)(?=[A-Z])", "-", kind).lower()
        return f"arn:aws:{service.lower()}:{order.region}:{order.account}:{resource}/{name}"
    if leaf.lower().endswith("id"):
        return f"{kind[:3].lower()}-{secrets.token_hex(6)}"
    return name if leaf.endswith("Name") else f"{leaf.lower()}-{secrets.token_hex(3)}"


def _made(physical_id: str, values: dict[str, Any]) -> Made:
    return Made(physical_id=physical_id, attribute=lambda path: _at(values, path), handle=values)


def _at(values: Mapping[str, Any], path: str) -> Any:
    found: Any = values
    if path in values:
        return values[path]
    for part in path.split("."):
        if not isinstance(found, Mapping) or part not in found:
            raise ResourceFailed(f"Attribute {path} has no value")
        found = found[part]
    return found


PROVIDER = Records()
