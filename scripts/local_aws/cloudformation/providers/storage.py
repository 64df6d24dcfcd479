"""S3 buckets and bucket policies, log groups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moto.s3.models import s3_backends

from local_aws.cloudformation.errors import ResourceFailed
from local_aws.cloudformation.providers import bucket_state
from local_aws.cloudformation.providers.base import Made, Order, parted
from local_aws.cloudformation.providers.through_api import (
    Through,
    answering,
    document,
    named,
    pairs,
    provides,
    shaped,
)


def _encryption(value: Any) -> Any:
    return {"Rules": [_renamed_rule(rule) for rule in value["ServerSideEncryptionConfiguration"]]}


def _renamed_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    renamed = dict(rule)
    if default := renamed.pop("ServerSideEncryptionByDefault", None):
        renamed["ApplyServerSideEncryptionByDefault"] = default
    return renamed


def _lifecycle(value: Any) -> Any:
    return {"Rules": [_lifecycle_rule(rule) for rule in value["Rules"]]}


def _lifecycle_rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    out: dict[str, Any] = {"Status": rule["Status"], "Filter": {"Prefix": rule.get("Prefix", "")}}
    out |= {"ID": rule["Id"]} if "Id" in rule else {}
    if "ExpirationInDays" in rule:
        out["Expiration"] = {"Days": int(rule["ExpirationInDays"])}
    if "NoncurrentVersionExpiration" in rule:
        out["NoncurrentVersionExpiration"] = dict(rule["NoncurrentVersionExpiration"])
    if "NoncurrentVersionExpirationInDays" in rule:
        days = int(rule["NoncurrentVersionExpirationInDays"])
        out["NoncurrentVersionExpiration"] = {"NoncurrentDays": days}
    if "AbortIncompleteMultipartUpload" in rule:
        out["AbortIncompleteMultipartUpload"] = dict(rule["AbortIncompleteMultipartUpload"])
    return out


def _logging(value: Any) -> Any:
    enabled = {
        "TargetBucket": value["DestinationBucketName"],
        "TargetPrefix": value.get("LogFilePrefix", ""),
    }
    return {"LoggingEnabled": enabled}


def _same(value: Any) -> Any:
    return value


PARTS: dict[str, tuple[str, str, Callable[[Any], Any]]] = {
    "AccelerateConfiguration": (
        "PutBucketAccelerateConfiguration",
        "AccelerateConfiguration",
        lambda value: {"Status": value["AccelerationStatus"]},
    ),
    "BucketEncryption": (
        "PutBucketEncryption",
        "ServerSideEncryptionConfiguration",
        _encryption,
    ),
    "CorsConfiguration": (
        "PutBucketCors",
        "CORSConfiguration",
        lambda value: {"CORSRules": [_cors(rule) for rule in value["CorsRules"]]},
    ),
    "LifecycleConfiguration": (
        "PutBucketLifecycleConfiguration",
        "LifecycleConfiguration",
        _lifecycle,
    ),
    "LoggingConfiguration": ("PutBucketLogging", "BucketLoggingStatus", _logging),
    "OwnershipControls": ("PutBucketOwnershipControls", "OwnershipControls", _same),
    "PublicAccessBlockConfiguration": (
        "PutPublicAccessBlock",
        "PublicAccessBlockConfiguration",
        _same,
    ),
    "VersioningConfiguration": ("PutBucketVersioning", "VersioningConfiguration", _same),
}
"""Property -> the S3 operation that sets it, its parameter, and how the value is said there."""

NOT_YET = frozenset(
    {"NotificationConfiguration", "ReplicationConfiguration", "WebsiteConfiguration"}
)


def _cors(rule: Mapping[str, Any]) -> dict[str, Any]:
    names = {"ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds", "Id": "ID"}
    return {names.get(key, key): value for key, value in rule.items()}


@provides("AWS::S3::Bucket")
class Bucket(Through):
    """A bucket; a filled one is not deleted (S3 API reference, *DeleteBucket*)."""

    service = "s3"
    reads = bucket_state.READS

    def look(self, client: Any, order: Order, made: Made) -> dict[str, Any]:
        """What S3 tells of the configurations the template speaks of."""
        return bucket_state.state(client, order, made.physical_id)

    def make(self, client: Any, order: Order) -> Made:
        """Create the bucket and set what the properties say.

        One that is there is not taken over, although S3 would make it again (CloudFormation CLI
        user guide, *Resource type handler contract*).
        """
        name = named(order, "BucketName", 63).lower()
        if name in s3_backends.bucket_accounts:
            raise ResourceFailed(f"{name} already exists")
        place = {"LocationConstraint": order.region}
        where = {} if order.region == "us-east-1" else {"CreateBucketConfiguration": place}
        locked = str(order.properties.get("ObjectLockEnabled", "")).lower() == "true"
        client.create_bucket(Bucket=name, ObjectLockEnabledForBucket=locked, **where)
        return self._set(client, order, name, {})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:
        """Set what changed."""
        return self._set(client, order, made.physical_id, old)

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete the bucket if it is empty."""
        client.delete_bucket(Bucket=made.physical_id)

    def _set(self, client: Any, order: Order, name: str, old: Mapping[str, Any]) -> Made:
        for key in sorted(NOT_YET & set(order.properties)):
            raise ResourceFailed(f"{key} of {order.kind} is not implemented in the embedded AWS")
        for key, (operation, parameter, say) in PARTS.items():
            if key in order.properties and order.properties[key] != old.get(key):
                value = {parameter: say(order.properties[key])}
                parameters = shaped(client, operation, {"Bucket": name, **value})
                method = _method(client, operation)
                method(**parameters)
        self._tag(client, order, name)
        domain = f"{name}.s3.{order.region}.amazonaws.com"
        attributes = {
            "Arn": f"arn:aws:s3:::{name}",
            "DomainName": f"{name}.s3.amazonaws.com",
            "DualStackDomainName": f"{name}.s3.dualstack.{order.region}.amazonaws.com",
            "RegionalDomainName": domain,
            "WebsiteURL": f"http://{name}.s3-website-{order.region}.amazonaws.com",
        }
        return answering(name, order, attributes)

    def _tag(self, client: Any, order: Order, name: str) -> None:
        own, systems = parted(pairs(order.properties.get("Tags")) | dict(order.tags))
        if own:
            client.put_bucket_tagging(Bucket=name, Tagging={"TagSet": _listed(own)})
        partition, account = s3_backends.bucket_accounts[name]
        backend = s3_backends[account][partition]
        backend.tagger.tag_resource(backend.get_bucket(name).arn, _listed(systems))


def _listed(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _method(client: Any, operation: str) -> Any:
    names = {value: key for key, value in client.meta.method_to_api_mapping.items()}
    return getattr(client, names[operation])


@provides("AWS::S3::BucketPolicy")
class BucketPolicy(Through):
    """The policy of a bucket; there is one at most."""

    service = "s3"
    reads = frozenset({"Bucket", "PolicyDocument"})

    def look(self, client: Any, order: Order, made: Made) -> dict[str, Any]:  # noqa: ARG002
        """The policy."""
        bucket = made.physical_id
        text = client.get_bucket_policy(Bucket=bucket)["Policy"]
        return {"Bucket": bucket, "PolicyDocument": text}

    def make(self, client: Any, order: Order) -> Made:
        """Put the policy."""
        bucket = str(order.properties["Bucket"])
        client.put_bucket_policy(Bucket=bucket, Policy=document(order.properties["PolicyDocument"]))
        return answering(bucket, order, {})

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:  # noqa: ARG002
        """Put the new policy."""
        return self.make(client, order)

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete the policy."""
        client.delete_bucket_policy(Bucket=made.physical_id)


@provides("AWS::Logs::LogGroup")
class LogGroup(Through):
    """A log group."""

    service = "logs"
    reads = frozenset({"LogGroupName", "RetentionInDays"})

    def look(self, client: Any, order: Order, made: Made) -> dict[str, Any] | None:  # noqa: ARG002
        """The group, as the list of groups shows it."""
        name = made.physical_id
        listed = client.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
        group = next((each for each in listed if each["logGroupName"] == name), None)
        if group is None:
            return None
        return {"LogGroupName": name, "RetentionInDays": group.get("retentionInDays")}

    def make(self, client: Any, order: Order) -> Made:
        """Create the group."""
        name = named(order, "LogGroupName", 512)
        tags = pairs(order.properties.get("Tags")) | dict(order.tags)
        wanted = {"logGroupName": name, "kmsKeyId": order.properties.get("KmsKeyId")}
        client.create_log_group(
            **{key: value for key, value in wanted.items() if value},
            **({"tags": tags} if tags else {}),
        )
        return self._retain(client, order, name)

    def change(self, client: Any, order: Order, made: Made, old: Mapping[str, Any]) -> Made:  # noqa: ARG002
        """Set the retention anew."""
        return self._retain(client, order, made.physical_id)

    def unmake(self, client: Any, order: Order, made: Made) -> None:  # noqa: ARG002
        """Delete the group."""
        client.delete_log_group(logGroupName=made.physical_id)

    def _retain(self, client: Any, order: Order, name: str) -> Made:
        if days := order.properties.get("RetentionInDays"):
            client.put_retention_policy(logGroupName=name, retentionInDays=int(days))
        arn = f"arn:aws:logs:{order.region}:{order.account}:log-group:{name}:*"
        return answering(name, order, {"Arn": arn})
