"""Nested stacks: `AWS::CloudFormation::Stack`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_aws.cloudformation import creating, deleting, providers, updating
from local_aws.cloudformation.errors import ResourceFailed
from local_aws.cloudformation.intrinsic import text
from local_aws.cloudformation.model import Ask, Stack
from local_aws.cloudformation.providers.base import Made, Order, generated_name
from local_aws.cloudformation.sources import from_url

KIND = "AWS::CloudFormation::Stack"


class Nested:
    """Makes a stack from the template at `TemplateURL`; its outputs are attributes."""

    def create(self, order: Order) -> Made:
        """Create the stack; one that rolls back is a failure."""
        stack = creating.create(order.account, order.region, self._ask(order))
        if stack.status != "CREATE_COMPLETE":
            raise ResourceFailed(f"Embedded stack {stack.id} was not successfully created")
        return self._made(stack)

    def update(self, order: Order, made: Made, old: Mapping[str, Any]) -> Made:  # noqa: ARG002
        """Update the stack, if there is anything to do."""
        ask = self._ask(order, made.handle.name)
        if updating.differs(made.handle, ask):
            updating.update(made.handle, ask)
        if made.handle.status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            raise ResourceFailed(f"Embedded stack {made.handle.id} was not successfully updated")
        return self._made(made.handle)

    def delete(self, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete the stack."""
        deleting.delete(made.handle)
        if made.handle.status != "DELETE_COMPLETE":
            raise ResourceFailed(f"Embedded stack {made.handle.id} was not successfully deleted")

    def _ask(self, order: Order, name: str = "") -> Ask:
        wanted = order.properties
        given = {
            key: ",".join(text(one) for one in value) if isinstance(value, list) else text(value)
            for key, value in (wanted.get("Parameters") or {}).items()
        }
        own = {tag["Key"]: str(tag["Value"]) for tag in wanted.get("Tags", ())}
        return Ask(
            name=name or generated_name(order, 128),
            template=from_url(str(wanted["TemplateURL"]), order.account),
            parameters=given,
            tags={**order.tags, **own},
            capabilities=("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"),
            role_arn=order.role_arn,
            parent=order.stack_id,
        )

    def _made(self, stack: Stack) -> Made:
        def attribute(name: str) -> Any:
            key = name.removeprefix("Outputs.")
            for output in stack.outputs:
                if output["OutputKey"] == key:
                    return output["OutputValue"]
            raise ResourceFailed(f"Nested stack {stack.name} has no output {key}")

        return Made(physical_id=stack.id, attribute=attribute, handle=stack)


def install() -> None:
    """Make nested stacks with this engine, which itself needs the providers."""
    providers.register(KIND, Nested())
