"""SageMaker's other types: domains and what is in them, pipelines, packages, code repositories.

All are made, changed and deleted by the operations of one name, and known by the identifiers their
schemas name; CloudFormation waits while a thing's `Status` is a passing one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from botocore.exceptions import ClientError

from local_aws import serial, work
from local_aws.cloudformation import schemas
from local_aws.cloudformation.errors import ResourceFailed
from local_aws.cloudformation.providers.base import Made, Order, parted
from local_aws.cloudformation.providers.through_api import (
    Through,
    answering,
    named,
    pairs,
    provides,
    shaped,
)

_PASSING = frozenset({"Pending", "Updating", "Deleting"})
_GONE = ("ResourceNotFound", "ValidationException")


class _Thing(Through):
    """Base of the providers here.

    `noun` is in the names of the operations; `given` names the property that a name is generated
    for when the template gives none.
    """

    service = "sagemaker"
    noun: ClassVar[str]
    given: ClassVar[str] = ""
    longest: ClassVar[int] = 63

    def make(self, client: Any, order: Order) -> Made:
        """Create it and wait."""
        wanted = {**self.properties(order.properties), "Tags": _tags(order)}
        if self.given:
            wanted[self.given] = named(order, self.given, self.longest)
        answer = self._call(client, "Create", wanted)
        return self._settled(client, order, {**wanted, **answer})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Give the operation what differs, and set the tags."""
        before, wanted = self.properties(old), self.properties(order.properties)
        keys = self._keys(order.kind, made.physical_id)
        changed = {name: value for name, value in wanted.items() if before.get(name) != value}
        if set(changed) - {"Tags"}:
            self._call(client, "Update", {**self.updating(changed), **keys})
        after = self._settled(client, order, keys)
        if arn := after.attribute(f"{self.noun}Arn"):
            _retag(client, arn, pairs(old.get("Tags")), pairs(_tags(order)))
        return after

    def unmake(self, client: Any, order: Order, made: Made) -> None:
        """Delete it and wait until it is gone."""
        keys = self._keys(order.kind, made.physical_id)
        try:
            self._call(client, "Delete", self.naming(keys))
            with serial.given_away():
                work.until(lambda: not self._described(client, keys))
        except ClientError as error:
            if error.response["Error"]["Code"] not in _GONE or self._described(client, keys):
                raise

    def properties(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The type's properties as the operations name them."""
        return dict(given)

    def updating(self, changed: dict[str, Any]) -> dict[str, Any]:
        """Changed properties as the Update operation names them."""
        return changed

    def naming(self, keys: Mapping[str, str]) -> Mapping[str, str]:
        """The identifiers as Describe and Delete take them."""
        return keys

    def _keys(self, kind: str, physical_id: str) -> dict[str, str]:
        return dict(zip(schemas.identifier(kind), physical_id.split("|"), strict=True))

    def _call(self, client: Any, verb: str, values: Mapping[str, Any]) -> dict[str, Any]:
        operation = f"{verb}{self.noun}"
        methods = {name: method for method, name in client.meta.method_to_api_mapping.items()}
        request = shaped(client, operation, values)
        answer: dict[str, Any] = getattr(client, methods[operation])(**request)
        return answer

    def _described(self, client: Any, keys: Mapping[str, Any]) -> dict[str, Any]:
        """What it is; empty when it is gone."""
        try:
            found = self._call(client, "Describe", self.naming(keys))
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return {}
            raise
        return {} if found.get("Status") == "Deleted" else found

    def _settled(self, client: Any, order: Order, known: Mapping[str, Any]) -> Made:
        found: dict[str, Any] = {}

        def settled() -> bool:
            found.clear()
            found.update(self._described(client, known))
            return found.get("Status", "") not in _PASSING

        with serial.given_away():
            work.until(settled)
        identifiers = [str(found.get(one) or known[one]) for one in schemas.identifier(order.kind)]
        physical_id = "|".join(identifiers)
        if found.get("Status") in ("Failed", "Update_Failed"):
            raise ResourceFailed(str(found.get("FailureReason", "")), left_behind=physical_id)
        return answering(physical_id, order, found)


def _tags(order: Order) -> list[dict[str, str]]:
    tags = pairs(order.properties.get("Tags")) | dict(order.tags)
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _retag(client: Any, arn: str, old: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Set the tags wanted now, and take off those the template no longer names.

    The tags of AWS itself were set when the thing was made, and AddTags refuses them.
    """
    own, _ = parted(wanted)
    if gone := sorted(set(old) - set(own)):
        client.delete_tags(ResourceArn=arn, TagKeys=gone)
    if own:
        tags = [{"Key": key, "Value": value} for key, value in own.items()]
        client.add_tags(ResourceArn=arn, Tags=tags)


@provides("AWS::SageMaker::Domain")
class Domain(_Thing):
    """A domain; the homes of its users outlive it, as DeleteDomain's default is."""

    noun = "Domain"

    def updating(self, changed: dict[str, Any]) -> dict[str, Any]:
        """The update calls the domain's settings by another name."""
        if "DomainSettings" in changed:
            changed["DomainSettingsForUpdate"] = changed.pop("DomainSettings")
        return changed


@provides("AWS::SageMaker::UserProfile")
class UserProfile(_Thing):
    """A user profile."""

    noun = "UserProfile"


@provides("AWS::SageMaker::Space")
class Space(_Thing):
    """A space."""

    noun = "Space"


@provides("AWS::SageMaker::App")
class App(_Thing):
    """An app."""

    noun = "App"


@provides("AWS::SageMaker::StudioLifecycleConfig")
class StudioLifecycleConfig(_Thing):
    """A lifecycle script of Studio."""

    noun = "StudioLifecycleConfig"


@provides("AWS::SageMaker::CodeRepository")
class CodeRepository(_Thing):
    """A code repository, known by its ARN and found by its name."""

    noun = "CodeRepository"
    given = "CodeRepositoryName"

    def naming(self, keys: Mapping[str, str]) -> Mapping[str, str]:
        """By the name, which ends the ARN."""
        name = keys.get("CodeRepositoryName") or keys["CodeRepositoryArn"].rpartition("/")[2]
        return {"CodeRepositoryName": name}

    def updating(self, changed: dict[str, Any]) -> dict[str, Any]:
        """Only the secret of its `GitConfig` can change."""
        config = changed.get("GitConfig", {})
        kept = {name: value for name, value in config.items() if name == "SecretArn"}
        return {"GitConfig": kept}

    def _call(self, client: Any, verb: str, values: Mapping[str, Any]) -> dict[str, Any]:
        named = self.naming(values) if verb == "Update" else {}
        return super()._call(client, verb, {**values, **named})


@provides("AWS::SageMaker::Pipeline")
class Pipeline(_Thing):
    """A pipeline whose definition stands in the template."""

    noun = "Pipeline"

    def properties(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The definition out of the structure that the type puts around it."""
        definition = given.get("PipelineDefinition", {})
        if "PipelineDefinitionBody" not in definition:
            text = "Pipeline definitions in S3 are not implemented in the embedded AWS"
            raise ResourceFailed(text)
        return {**given, "PipelineDefinition": definition["PipelineDefinitionBody"]}


@provides("AWS::SageMaker::ModelPackage")
class ModelPackage(_Thing):
    """A version in a model package group."""

    noun = "ModelPackage"

    def naming(self, keys: Mapping[str, str]) -> Mapping[str, str]:
        """Describe and Delete take the ARN for a name."""
        return {"ModelPackageName": keys["ModelPackageArn"]}
