"""CodeCommit repositories and connections to Git providers."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from typing import Any

from local_aws import repositories
from local_aws.cloudformation.errors import ResourceFailed
from local_aws.cloudformation.providers.base import Made, Order, parted
from local_aws.cloudformation.providers.through_api import (
    Through,
    acting,
    answering,
    own_tags,
    pairs,
    provides,
    shaped,
)
from local_aws.repositories import shelf
from local_aws.repositories.bare import Files


def _tags(order: Order) -> dict[str, str]:
    return pairs(order.properties.get("Tags")) | dict(order.tags)


@provides("AWS::CodeCommit::Repository")
class Repository(Through):
    """A repository, with its first commit when code is given (*Repository Code*)."""

    service = "codecommit"

    def make(self, client: Any, order: Order) -> Made:
        """Create the repository."""
        files = _first_files(order)
        own, systems = parted(_tags(order))
        wanted = {**order.properties, "Tags": own}
        found = client.create_repository(**shaped(client, "CreateRepository", wanted))
        name = found["repositoryMetadata"]["repositoryName"]
        shelf.find(order.account, order.region, name).tags.update(systems)
        if files:
            branch = order.properties["Code"].get("BranchName", "main")
            message = "Initial commit by AWS CloudFormation"
            repositories.commit(order.account, order.region, name, branch, files, message)
        return _answer(found["repositoryMetadata"], order)

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Other name, description or tags; other code never reaches a repository that is."""
        del made
        now = order.properties
        if now["RepositoryName"] != old["RepositoryName"]:
            client.update_repository_name(
                oldName=old["RepositoryName"], newName=now["RepositoryName"]
            )
        name = now["RepositoryName"]
        if now.get("RepositoryDescription") != old.get("RepositoryDescription"):
            client.update_repository_description(
                repositoryName=name, repositoryDescription=now.get("RepositoryDescription", "")
            )
        found = client.get_repository(repositoryName=name)["repositoryMetadata"]
        (tags, systems), before = parted(_tags(order)), pairs(old.get("Tags"))
        shelf.find(order.account, order.region, name).tags.update(systems)
        client.tag_resource(resourceArn=found["Arn"], tags=tags)
        if gone := sorted(before.keys() - tags.keys()):
            client.untag_resource(resourceArn=found["Arn"], tagKeys=gone)
        return _answer(found, order)

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete the repository."""
        client.delete_repository(repositoryName=order.properties["RepositoryName"])


def _answer(found: Mapping[str, Any], order: Order) -> Made:
    attributes = {
        "Arn": found["Arn"],
        "CloneUrlHttp": found["cloneUrlHttp"],
        "CloneUrlSsh": found["cloneUrlSsh"],
        "Name": found["repositoryName"],
        "RepositoryId": found["repositoryId"],
    }
    return answering(found["repositoryId"], order, attributes)


def _first_files(order: Order) -> Files:
    if "Code" not in order.properties:
        return {}
    source = order.properties["Code"]["S3"]
    s3 = acting("s3", order)
    found = s3.get_object(Bucket=source["Bucket"], Key=source["Key"])["Body"].read()
    try:
        return repositories.unpacked(found)
    except zipfile.BadZipFile as error:
        raise ResourceFailed(f"{source['Key']} is no zip archive: {error}") from error


class _Connection(Through):
    """A connection, pending until somebody completes it."""

    reads = frozenset({"ConnectionName", "HostArn", "ProviderType", "Tags"})

    def look(self, client: Any, order: Order, made: Made) -> dict[str, Any]:
        """The connection and its tags."""
        found = client.get_connection(ConnectionArn=made.physical_id)["Connection"]
        tags = client.list_tags_for_resource(ResourceArn=made.physical_id)["Tags"]
        known = {key: found[key] for key in sorted(self.reads & found.keys())}
        return {**known, "Tags": own_tags(tags, order)}

    def make(self, client: Any, order: Order) -> Made:
        """Create the connection."""
        own, _ = parted(_tags(order))
        tags = [{"Key": key, "Value": value} for key, value in own.items()]
        wanted = shaped(client, "CreateConnection", {**order.properties, "Tags": tags})
        arn = client.create_connection(**wanted)["ConnectionArn"]
        attributes = {
            "ConnectionArn": arn,
            "ConnectionStatus": "PENDING",
            "OwnerAccountId": order.account,
        }
        return answering(arn, order, attributes)

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Other tags; whatever else changes demands a replacement."""
        own, _ = parted(_tags(order))
        arn = made.physical_id
        if gone := sorted(pairs(old.get("Tags")).keys() - own.keys()):
            client.untag_resource(ResourceArn=arn, TagKeys=gone)
        if tags := [{"Key": key, "Value": value} for key, value in own.items()]:
            client.tag_resource(ResourceArn=arn, Tags=tags)
        known = ("ConnectionArn", "ConnectionStatus", "OwnerAccountId")
        return answering(arn, order, {name: made.attribute(name) for name in known})

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete the connection."""
        client.delete_connection(ConnectionArn=made.physical_id)


@provides("AWS::CodeConnections::Connection")
class CodeConnection(_Connection):
    """A connection under the service's name of today."""

    service = "codeconnections"


@provides("AWS::CodeStarConnections::Connection")
class CodeStarConnection(_Connection):
    """A connection under the service's older name."""

    service = "codestar-connections"
