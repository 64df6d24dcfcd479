"""SageMaker models, endpoint configurations, endpoints and model package groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.sagemaker.models import sagemaker_backends

from local_aws.cloudformation.providers.base import Made, Order
from local_aws.cloudformation.providers.through_api import (
    Through,
    answering,
    document,
    named,
    pairs,
    provides,
    shaped,
)

NAME_LENGTH = 63
"""Longest name of a model, an endpoint configuration and an endpoint (SageMaker API model)."""


def _tagged(order: Order) -> dict[str, Any]:
    tags = pairs(order.properties.get("Tags")) | dict(order.tags)
    return {**order.properties, "Tags": [{"Key": key, "Value": tags[key]} for key in tags]}


class _Hosted(Through):
    """What is made under a name and known by its ARN; nothing but an endpoint can be changed."""

    service = "sagemaker"
    kind = ""

    def make(self, client: Any, order: Order) -> Made:
        """Create it under its name, or a generated one."""
        name = named(order, f"{self.kind}Name", NAME_LENGTH)
        wanted = {**_tagged(order), f"{self.kind}Name": name}
        answer = self._call(client, "create", **shaped(client, f"Create{self.kind}", wanted))
        return self._answer(order, name, answer[f"{self.kind}Arn"])

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:  # noqa: ARG002
        """Only its tags can have changed: every other property demands a replacement."""
        client.add_tags(ResourceArn=made.physical_id, Tags=_tagged(order)["Tags"])
        return self._answer(order, self._name(made), made.physical_id)

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete it."""
        self._call(client, "delete", **{f"{self.kind}Name": self._name(made)})

    def _call(self, client: Any, verb: str, **parameters: Any) -> Any:
        by_operation = {v: k for k, v in client.meta.method_to_api_mapping.items()}
        return getattr(client, by_operation[f"{verb.capitalize()}{self.kind}"])(**parameters)

    def _name(self, made: Made) -> str:
        return str(made.attribute(f"{self.kind}Name"))

    def _answer(self, order: Order, name: str, arn: str) -> Made:
        return answering(arn, order, {f"{self.kind}Name": name, f"{self.kind}Arn": arn})


@provides("AWS::SageMaker::Model")
class Model(_Hosted):
    """A model."""

    kind = "Model"


@provides("AWS::SageMaker::EndpointConfig")
class EndpointConfig(_Hosted):
    """An endpoint configuration."""

    kind = "EndpointConfig"


@provides("AWS::SageMaker::Endpoint")
class Endpoint(_Hosted):
    """An endpoint, in service as soon as it is made."""

    kind = "Endpoint"

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Give it another configuration."""
        if order.properties["EndpointConfigName"] != old["EndpointConfigName"]:
            client.update_endpoint(
                EndpointName=self._name(made),
                EndpointConfigName=order.properties["EndpointConfigName"],
            )
        return super().change(client, order, made, old)


@provides("AWS::SageMaker::ModelPackageGroup")
class ModelPackageGroup(Through):
    """A model package group, with its policy. moto cannot delete one."""

    service = "sagemaker"

    def make(self, client: Any, order: Order) -> Made:
        """Create the group."""
        arn = client.create_model_package_group(
            **shaped(client, "CreateModelPackageGroup", _tagged(order))
        )["ModelPackageGroupArn"]
        return self._answer(client, order, arn)

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:  # noqa: ARG002
        """Set the policy anew."""
        return self._answer(client, order, made.physical_id)

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete the group."""
        groups = sagemaker_backends[order.account][order.region].model_package_groups
        groups.pop(order.properties["ModelPackageGroupName"], None)

    def _answer(self, client: Any, order: Order, arn: str) -> Made:
        name = order.properties["ModelPackageGroupName"]
        if policy := order.properties.get("ModelPackageGroupPolicy"):
            client.put_model_package_group_policy(
                ModelPackageGroupName=name, ResourcePolicy=document(policy)
            )
        found = client.describe_model_package_group(ModelPackageGroupName=name)
        attributes = {
            "CreationTime": found["CreationTime"].isoformat(),
            "ModelPackageGroupArn": arn,
            "ModelPackageGroupStatus": found["ModelPackageGroupStatus"],
        }
        return answering(arn, order, attributes)
