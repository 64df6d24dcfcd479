"""KMS keys and ECR repositories, with the policies that open them to other accounts.

moto's models of these types lose a repository's policy and keep a key's as something else than
text, which is what GetKeyPolicy returns.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_aws.cloudformation.providers.base import Made, Order
from local_aws.cloudformation.providers.through_api import (
    Through,
    answering,
    document,
    named,
    pairs,
    propertied,
    provides,
    shaped,
)


@provides("AWS::KMS::Key")
class Key(Through):
    """A key; deleting it schedules its deletion, as CloudFormation does."""

    service = "kms"
    reads = frozenset({"Description", "EnableKeyRotation", "KeyPolicy"})

    def look(self, client: Any, order: Order, made: Made) -> dict[str, Any] | None:  # noqa: ARG002
        """The key, its policy and rotation; one that waits for its deletion is gone."""
        key = made.physical_id
        found = client.describe_key(KeyId=key)["KeyMetadata"]
        if found["KeyState"] == "PendingDeletion":
            return None
        return {
            "Description": found.get("Description", ""),
            "KeyPolicy": client.get_key_policy(KeyId=key, PolicyName="default")["Policy"],
            "EnableKeyRotation": client.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"],
        }

    def make(self, client: Any, order: Order) -> Made:
        """Create the key."""
        request = shaped(client, "CreateKey", {**order.properties, "Tags": []})
        tags = pairs(order.properties.get("Tags")) | dict(order.tags)
        request["Tags"] = [{"TagKey": key, "TagValue": value} for key, value in tags.items()]
        if "KeyPolicy" in order.properties:
            request["Policy"] = document(order.properties["KeyPolicy"])
        made = client.create_key(**request)["KeyMetadata"]
        _rotate(client, made["KeyId"], order.properties)
        return answering(made["KeyId"], order, {"Arn": made["Arn"], "KeyId": made["KeyId"]})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Set what changed: policy, description, rotation."""
        key, wanted = made.physical_id, order.properties
        if wanted.get("KeyPolicy") != old.get("KeyPolicy") and "KeyPolicy" in wanted:
            policy = document(wanted["KeyPolicy"])
            client.put_key_policy(KeyId=key, PolicyName="default", Policy=policy)
        client.update_key_description(KeyId=key, Description=str(wanted.get("Description", "")))
        _rotate(client, key, wanted)
        return answering(key, order, {"Arn": made.attribute("Arn"), "KeyId": key})

    def unmake(self, client: Any, order: Order, made: Made) -> None:
        """Schedule the deletion."""
        days = int(order.properties.get("PendingWindowInDays", 30))
        client.schedule_key_deletion(KeyId=made.physical_id, PendingWindowInDays=days)


def _rotate(client: Any, key: str, wanted: Mapping[str, Any]) -> None:
    if str(wanted.get("EnableKeyRotation", "")).lower() == "true":
        client.enable_key_rotation(KeyId=key)
    else:
        client.disable_key_rotation(KeyId=key)


@provides("AWS::ECR::Repository")
class Repository(Through):
    """An image repository."""

    service = "ecr"
    reads = frozenset(
        {
            "EncryptionConfiguration",
            "ImageScanningConfiguration",
            "ImageTagMutability",
            "RepositoryName",
            "RepositoryPolicyText",
        }
    )

    def look(self, client: Any, order: Order, made: Made) -> dict[str, Any]:
        """The repository and its policy."""
        name = made.physical_id
        (found,) = client.describe_repositories(repositoryNames=[name])["repositories"]
        return {
            **propertied(found, order.properties),
            "RepositoryPolicyText": _policy(client, name),
        }

    def make(self, client: Any, order: Order) -> Made:
        """Create the repository and set its policy."""
        name = named(order, "RepositoryName", 256).lower()
        tags = pairs(order.properties.get("Tags")) | dict(order.tags)
        tag_list = [{"Key": key, "Value": value} for key, value in tags.items()]
        values = {**order.properties, "RepositoryName": name, "Tags": tag_list}
        made = client.create_repository(**shaped(client, "CreateRepository", values))["repository"]
        _set_policy(client, name, order.properties)
        found = {"Arn": made["repositoryArn"], "RepositoryUri": made["repositoryUri"]}
        return answering(name, order, found)

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Set what changed: policy, mutability, scanning."""
        name, wanted = made.physical_id, order.properties
        values = {**wanted, "RepositoryName": name}
        if wanted.get("ImageTagMutability") != old.get("ImageTagMutability"):
            values.setdefault("ImageTagMutability", "MUTABLE")
            client.put_image_tag_mutability(**shaped(client, "PutImageTagMutability", values))
        if wanted.get("ImageScanningConfiguration") != old.get("ImageScanningConfiguration"):
            values.setdefault("ImageScanningConfiguration", {"ScanOnPush": False})
            request = shaped(client, "PutImageScanningConfiguration", values)
            client.put_image_scanning_configuration(**request)
        if wanted.get("RepositoryPolicyText") != old.get("RepositoryPolicyText"):
            _set_policy(client, name, wanted)
        found = {key: made.attribute(key) for key in ("Arn", "RepositoryUri")}
        return answering(name, order, found)

    def unmake(self, client: Any, order: Order, made: Made) -> None:
        """Delete the repository; one with images only where the template says so."""
        force = str(order.properties.get("EmptyOnDelete", "")).lower() == "true"
        client.delete_repository(repositoryName=made.physical_id, force=force)


def _policy(client: Any, name: str) -> str:
    try:
        return str(client.get_repository_policy(repositoryName=name)["policyText"])
    except client.exceptions.RepositoryPolicyNotFoundException:
        return ""


def _set_policy(client: Any, name: str, wanted: Mapping[str, Any]) -> None:
    if text := wanted.get("RepositoryPolicyText"):
        client.set_repository_policy(repositoryName=name, policyText=document(text))
    else:
        try:
            client.delete_repository_policy(repositoryName=name)
        except client.exceptions.RepositoryPolicyNotFoundException:
            return
