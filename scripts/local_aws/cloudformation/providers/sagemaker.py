"""SageMaker models, endpoint configurations, endpoints and model package groups."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from local_aws import serial, work
from local_aws.cloudformation.errors import ResourceFailed
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
    """An endpoint; CloudFormation waits until it is in service, or gone."""

    kind = "Endpoint"

    def make(self, client: Any, order: Order) -> Made:
        """Create it and wait; a failed one is left for the rollback to delete."""
        made = super().make(client, order)
        found = _settled(client, self._name(made))
        if found["EndpointStatus"] != "InService":
            raise ResourceFailed(_why(found), left_behind=made.physical_id)
        return made

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Give it another configuration, unless a failed update left it with that one."""
        name, wanted = self._name(made), order.properties["EndpointConfigName"]
        if client.describe_endpoint(EndpointName=name)["EndpointConfigName"] != wanted:
            client.update_endpoint(EndpointName=name, EndpointConfigName=wanted)
            found = _settled(client, name)
            if found["EndpointConfigName"] != wanted:
                raise ResourceFailed(_why(found))
        return super().change(client, order, made, old)

    def unmake(self, client: Any, order: Order, made: Made) -> None:
        """Delete it and wait until it is gone."""
        super().unmake(client, order, made)
        _settled(client, self._name(made))

    def _name(self, made: Made) -> str:
        return made.physical_id.rpartition("/")[2]


def _settled(client: Any, name: str) -> dict[str, Any]:
    """What an endpoint is once nothing goes on any more; empty when it is gone."""
    found: dict[str, Any] = {}

    def settled() -> bool:
        found.clear()
        try:
            found.update(client.describe_endpoint(EndpointName=name))
        except ClientError:
            return True
        return found["EndpointStatus"] in ("InService", "Failed")

    with serial.given_away():
        work.until(settled)
    return found


def _why(endpoint: Mapping[str, Any]) -> str:
    return (
        f"Resource of type 'AWS::SageMaker::Endpoint' with identifier "
        f"'{endpoint['EndpointArn']}' did not stabilize: {endpoint.get('FailureReason', '')}"
    )


@provides("AWS::SageMaker::ModelPackageGroup")
class ModelPackageGroup(Through):
    """A model package group, with its policy."""

    service = "sagemaker"
    reads = frozenset(
        {"ModelPackageGroupDescription", "ModelPackageGroupName", "ModelPackageGroupPolicy"}
    )

    def look(self, client: Any, order: Order, made: Made) -> dict[str, Any] | None:  # noqa: ARG002
        """The group and its policy."""
        named = {"ModelPackageGroupName": order.properties["ModelPackageGroupName"]}
        try:
            found = client.describe_model_package_group(**named)
        except ClientError as error:
            if "does not exist" not in error.response["Error"]["Message"]:
                raise
            return None
        return {
            **named,
            "ModelPackageGroupDescription": found.get("ModelPackageGroupDescription", ""),
            "ModelPackageGroupPolicy": self._policy(client, named),
        }

    def _policy(self, client: Any, named: Mapping[str, str]) -> str:
        try:
            return str(client.get_model_package_group_policy(**named)["ResourcePolicy"])
        except ClientError as error:
            if error.response["Error"]["Code"] != "ValidationException":
                raise
            return ""

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
        """Delete the group; the service refuses while it holds packages."""
        client.delete_model_package_group(ModelPackageGroupName=made.physical_id)

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
