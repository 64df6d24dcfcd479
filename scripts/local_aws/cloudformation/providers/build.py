"""CodeBuild projects, CodePipeline pipelines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.codepipeline.models import codepipeline_backends

from local_aws.cloudformation.providers.base import Made, Order, parted
from local_aws.cloudformation.providers.through_api import (
    Through,
    answering,
    named,
    pairs,
    provides,
    shaped,
)


def _tags(order: Order) -> list[dict[str, str]]:
    tags = pairs(order.properties.get("Tags")) | dict(order.tags)
    return [{"Key": key, "Value": value} for key, value in tags.items()]


@provides("AWS::CodeBuild::Project")
class Project(Through):
    """A build project."""

    service = "codebuild"

    def make(self, client: Any, order: Order) -> Made:
        """Create the project."""
        name = named(order, "Name", 150)
        wanted = {**order.properties, "Name": name, "Tags": _tags(order)}
        source = dict(wanted["Source"])
        if "BuildSpec" in source:
            source["buildspec"] = source.pop("BuildSpec")
        arn = client.create_project(
            **shaped(client, "CreateProject", {**wanted, "Source": source})
        )["project"]["arn"]
        return answering(name, order, {"Arn": arn, "Id": name})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:  # noqa: ARG002
        """Make it anew under its name: moto has no UpdateProject."""
        self.unmake(client, order, made)
        properties = {**order.properties, "Name": made.physical_id}
        return self.make(client, _with(order, properties))

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete the project."""
        client.delete_project(name=made.physical_id)


@provides("AWS::CodePipeline::Pipeline")
class Pipeline(Through):
    """A pipeline."""

    service = "codepipeline"

    def make(self, client: Any, order: Order) -> Made:
        """Create the pipeline."""
        name = named(order, "Name", 100)
        client.create_pipeline(pipeline=self._declared(client, order, name))
        return self._answer(client, order, name)

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:  # noqa: ARG002
        """Give it the new declaration."""
        name = made.physical_id
        client.update_pipeline(pipeline=self._declared(client, order, name))
        return self._answer(client, order, name)

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete the pipeline."""
        client.delete_pipeline(name=made.physical_id)

    def _declared(self, client: Any, order: Order, name: str) -> dict[str, Any]:
        declared = {**order.properties, "Name": name, "Version": 1}
        if stores := declared.pop("ArtifactStores", None):
            declared["ArtifactStores"] = {one["Region"]: one["ArtifactStore"] for one in stores}
        fitted = shaped(client, "CreatePipeline", {"pipeline": declared})
        return dict(fitted["pipeline"])

    def _answer(self, client: Any, order: Order, name: str) -> Made:
        version = client.get_pipeline(name=name)["pipeline"]["version"]
        arn = f"arn:aws:codepipeline:{order.region}:{order.account}:{name}"
        own, systems = parted(pairs(_tags(order)))
        tags = [{"key": key, "value": value} for key, value in own.items()]
        client.tag_resource(resourceArn=arn, tags=tags)
        codepipeline_backends[order.account][order.region].pipelines[name].tags.update(systems)
        return answering(name, order, {"Arn": arn, "Version": str(version)})


def _with(order: Order, properties: Mapping[str, Any]) -> Order:
    return Order(
        kind=order.kind,
        logical_id=order.logical_id,
        properties=properties,
        stack_id=order.stack_id,
        stack_name=order.stack_name,
        account=order.account,
        region=order.region,
        role_arn=order.role_arn,
        tags=order.tags,
    )
