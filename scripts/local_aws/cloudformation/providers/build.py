"""CodeBuild projects, CodePipeline pipelines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from local_aws import serial
from local_aws.cloudformation.providers.base import Made, Order, parted
from local_aws.cloudformation.providers.through_api import (
    Through,
    answering,
    named,
    own_tags,
    pairs,
    propertied,
    provides,
    shaped,
)
from local_aws.codepipeline.state import accounts as codepipelines


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
        wanted = self._wanted(client, "CreateProject", order, name)
        arn = client.create_project(**wanted)["project"]["arn"]
        return answering(name, order, {"Arn": arn, "Id": name})

    def _wanted(self, client: Any, operation: str, order: Order, name: str) -> dict[str, Any]:
        wanted = {**order.properties, "Name": name, "Tags": _tags(order)}
        source = dict(wanted["Source"])
        if "BuildSpec" in source:
            source["buildspec"] = source.pop("BuildSpec")
        return shaped(client, operation, {**wanted, "Source": source})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:  # noqa: ARG002
        """Give the project all its settings again; what the template dropped becomes empty."""
        name = made.physical_id
        wanted = self._wanted(client, "UpdateProject", order, name)
        emptied = {key: "" for key in ("description",) if key not in wanted}
        arn = client.update_project(**{**emptied, **wanted})["project"]["arn"]
        return answering(name, order, {"Arn": arn, "Id": name})

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete the project."""
        client.delete_project(name=made.physical_id)


@provides("AWS::CodePipeline::Pipeline")
class Pipeline(Through):
    """A pipeline."""

    service = "codepipeline"
    reads = frozenset(
        {
            "ArtifactStore",
            "ArtifactStores",
            "ExecutionMode",
            "Name",
            "PipelineType",
            "RoleArn",
            "Stages",
            "Tags",
            "Triggers",
            "Variables",
        }
    )

    def look(self, client: Any, order: Order, made: Made) -> dict[str, Any]:
        """The pipeline's declaration, and its tags."""
        name = made.physical_id
        found = propertied(client.get_pipeline(name=name)["pipeline"], order.properties)
        if stores := found.get("ArtifactStores"):
            found["ArtifactStores"] = [
                {"Region": region, "ArtifactStore": store} for region, store in stores.items()
            ]
        arn = _pipeline_arn(order, name)
        tags = client.list_tags_for_resource(resourceArn=arn)["tags"]
        return {**found, "Tags": own_tags({each["key"]: each["value"] for each in tags}, order)}

    def make(self, client: Any, order: Order) -> Made:
        """Create the pipeline."""
        name = named(order, "Name", 100)
        own, systems = parted(pairs(_tags(order)))
        tags = [{"key": key, "value": value} for key, value in own.items()]
        client.create_pipeline(pipeline=self._declared(client, order, name), tags=tags)
        return self._answer(client, order, name, systems)

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:  # noqa: ARG002
        """Give it the new declaration."""
        name = made.physical_id
        client.update_pipeline(pipeline=self._declared(client, order, name))
        arn = _pipeline_arn(order, name)
        own, systems = parted(pairs(_tags(order)))
        there = [tag["key"] for tag in client.list_tags_for_resource(resourceArn=arn)["tags"]]
        gone = [key for key in there if key not in own and not key.startswith("aws:")]
        if gone:
            client.untag_resource(resourceArn=arn, tagKeys=gone)
        tags = [{"key": key, "value": value} for key, value in own.items()]
        client.tag_resource(resourceArn=arn, tags=tags)
        return self._answer(client, order, name, systems)

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete the pipeline."""
        client.delete_pipeline(name=made.physical_id)

    def _declared(self, client: Any, order: Order, name: str) -> dict[str, Any]:
        declared = {**order.properties, "Name": name, "Version": 1}
        if stores := declared.pop("ArtifactStores", None):
            declared["ArtifactStores"] = {one["Region"]: one["ArtifactStore"] for one in stores}
        fitted = shaped(client, "CreatePipeline", {"pipeline": declared})
        return dict(fitted["pipeline"])

    def _answer(self, client: Any, order: Order, name: str, systems: Mapping[str, str]) -> Made:
        """The pipeline with the tags of AWS itself, which no caller may set."""
        version = client.get_pipeline(name=name)["pipeline"]["version"]
        with serial.turn():
            pipelines = codepipelines[order.account][order.region].pipelines
            one = pipelines[name]
            pipelines[name] = replace(one, tags={**one.tags, **systems})
        arn = _pipeline_arn(order, name)
        return answering(name, order, {"Arn": arn, "Version": str(version)})


def _pipeline_arn(order: Order, name: str) -> str:
    return f"arn:aws:codepipeline:{order.region}:{order.account}:{name}"
