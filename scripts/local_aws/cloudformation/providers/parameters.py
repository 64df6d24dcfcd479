"""Parameters of Systems Manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_aws.cloudformation.providers.base import Made, Order
from local_aws.cloudformation.providers.through_api import (
    Through,
    answering,
    named,
    own_tags,
    pairs,
    provides,
    shaped,
)


@provides("AWS::SSM::Parameter")
class Parameter(Through):
    """A parameter, known by its name."""

    service = "ssm"
    reads = frozenset({"DataType", "Name", "Tags", "Type", "Value"})

    def look(self, client: Any, order: Order, made: Made) -> dict[str, Any]:
        """The parameter and its tags."""
        name = made.physical_id
        found = client.get_parameter(Name=name)["Parameter"]
        listed = client.list_tags_for_resource(ResourceType="Parameter", ResourceId=name)
        return {
            "Name": found["Name"],
            "Type": found["Type"],
            "Value": found["Value"],
            "DataType": found.get("DataType", "text"),
            "Tags": pairs(own_tags(listed["TagList"], order)),
        }

    def make(self, client: Any, order: Order) -> Made:
        """Put it, with its tags; one that is there already is a failure."""
        tags = pairs(order.properties.get("Tags")) | dict(order.tags)
        wanted = self._wanted(client, order)
        wanted["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        client.put_parameter(**wanted, Overwrite=False)
        return answering(wanted["Name"], order, {})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Overwrite its value, and its tags."""
        client.put_parameter(
            **{**self._wanted(client, order), "Name": made.physical_id}, Overwrite=True
        )
        named_ = {"ResourceType": "Parameter", "ResourceId": made.physical_id}
        wanted, before = pairs(order.properties.get("Tags")), pairs(old.get("Tags"))
        if gone := [key for key in before if key not in wanted]:
            client.remove_tags_from_resource(**named_, TagKeys=gone)
        if tags := [{"Key": key, "Value": value} for key, value in wanted.items()]:
            client.add_tags_to_resource(**named_, Tags=tags)
        return answering(made.physical_id, order, {})

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete it."""
        client.delete_parameter(Name=made.physical_id)

    def _wanted(self, client: Any, order: Order) -> dict[str, Any]:
        given = {key: value for key, value in order.properties.items() if key != "Tags"}
        return {**shaped(client, "PutParameter", given), "Name": named(order, "Name", 1011)}
