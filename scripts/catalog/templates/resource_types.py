"""What CloudFormation's resource schemas say about a type, read from cfn-lint's bundled copy.

The schemas are the public ones of the CloudFormation registry. They are read as files: importing
cfn-lint for them would cost a third of a second. https://docs.aws.amazon.com/cloudformation-cli/
latest/userguide/resource-type-schema.html describes the keys.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

REGION = "us-east-1"
"""The region whose list of types is read: the one that has them all."""

_STATEFUL_TOO = frozenset(
    {
        "AWS::CodeArtifact::Repository",
        "AWS::CodeCommit::Repository",
        "AWS::ECR::Repository",
        "AWS::Glue::Database",
        "AWS::SageMaker::FeatureGroup",
        "AWS::SageMaker::ModelPackageGroup",
    }
)
"""Types that hold work nobody can make again, and that cfn-lint's own list leaves out."""


@cache
def _data() -> Path:
    return Path(str(distribution("cfn-lint").locate_file("cfnlint/data")))


def _read(relative: str) -> Any:
    return json.loads((_data() / relative).read_text(encoding="utf-8"))


@cache
def _index() -> Mapping[str, str]:
    index: Mapping[str, str] = _read(f"schemas/providers/{REGION}.json")
    return index


@cache
def schema(type_name: str) -> Mapping[str, Any]:
    """The registry schema of a resource type; empty for an unknown or a `Custom::` one."""
    if digest := _index().get(type_name):
        found: Mapping[str, Any] = _read(f"schemas/resources/{digest}.json")
        return found
    return {}


def create_only(type_name: str) -> tuple[tuple[str, ...], ...]:
    """Paths of the properties whose change replaces the resource, e.g. `("GitConfig", "Branch")`.

    The schema's `createOnlyProperties`; an `*` in a path stands for every item of a list.
    """
    return _paths(schema(type_name).get("createOnlyProperties", ()))


def conditional_create_only(type_name: str) -> tuple[tuple[str, ...], ...]:
    """Paths of the properties whose change replaces the resource under some conditions.

    The schema's `conditionalCreateOnlyProperties`; it does not say which conditions.
    """
    return _paths(schema(type_name).get("conditionalCreateOnlyProperties", ()))


def at(properties: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """Every value of a resource's properties at a schema's path."""
    if not path:
        yield properties
    elif path[0] == "*" and isinstance(properties, list):
        for item in properties:
            yield from at(item, path[1:])
    elif isinstance(properties, dict) and path[0] in properties:
        yield from at(properties[path[0]], path[1:])


def _paths(pointers: Any) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(p.removeprefix("/properties/").split("/")) for p in pointers)


def tag_property(type_name: str) -> str:
    """Name of the property that takes tags, usually `Tags`; empty when the type takes none.

    The schema's `tagging`, or, in the older schemas without it, a `Tags` property.
    """
    found = schema(type_name)
    tagging = found.get("tagging")
    if tagging is None:
        return "Tags" if found.get("taggable", True) and "Tags" in _properties(found) else ""
    if not tagging.get("taggable", True):
        return ""
    name = tagging.get("tagProperty", "/properties/Tags").removeprefix("/properties/").split("/")[0]
    return name if name in _properties(found) else ""


def _properties(found: Mapping[str, Any]) -> Mapping[str, Any]:
    properties: Mapping[str, Any] = found.get("properties", {})
    return properties


def handler_actions(type_name: str) -> Mapping[str, tuple[str, ...]]:
    """IAM actions CloudFormation needs per handler: `create`, `read`, `update`, `delete`, `list`.

    Empty where the schema keeps no handlers, e.g. AWS::CodeBuild::Project.
    """
    handlers = schema(type_name).get("handlers", {})
    return {name: tuple(body.get("permissions", ())) for name, body in handlers.items()}


@cache
def stateful() -> frozenset[str]:
    """Types that hold data: cfn-lint's list and ours."""
    listed = _read("AdditionalSpecs/StatefulResources.json")["ResourceTypes"]
    return frozenset(listed) | _STATEFUL_TOO


@cache
def lambda_runtimes() -> Mapping[str, str]:
    """Lambda runtime -> day of its deprecation, ISO 8601 (Lambda developer guide, *Runtimes*)."""
    listed = _read("AdditionalSpecs/LmbdRuntimeLifecycle.json")
    return {name: entry["deprecated"] for name, entry in listed.items()}
