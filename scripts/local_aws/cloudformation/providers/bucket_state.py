"""What S3 tells about a bucket, under the names a template has for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from local_aws.cloudformation.providers.base import Order
from local_aws.cloudformation.providers.through_api import own_tags

Ask = Callable[[Any, str], Any]

_UNSET = frozenset(
    {
        "NoSuchCORSConfiguration",
        "NoSuchLifecycleConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
        "NoSuchTagSet",
        "OwnershipControlsNotFoundError",
        "ServerSideEncryptionConfigurationNotFoundError",
    }
)
"""How S3 says that a bucket has no such configuration (S3 API reference, *Error responses*)."""


def _encryption(client: Any, name: str) -> Any:
    found = client.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]
    renamed = {"ApplyServerSideEncryptionByDefault": "ServerSideEncryptionByDefault"}
    return {
        "ServerSideEncryptionConfiguration": [
            {renamed.get(key, key): value for key, value in rule.items()} for rule in found["Rules"]
        ]
    }


def _cors(client: Any, name: str) -> Any:
    renamed = {"ExposeHeaders": "ExposedHeaders", "MaxAgeSeconds": "MaxAge", "ID": "Id"}
    found = client.get_bucket_cors(Bucket=name)["CORSRules"]
    return {
        "CorsRules": [
            {renamed.get(key, key): value for key, value in rule.items()} for rule in found
        ]
    }


def _lifecycle(client: Any, name: str) -> Any:
    found = client.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]
    return {"Rules": [_rule(rule) for rule in found]}


def _rule(rule: Mapping[str, Any]) -> dict[str, Any]:
    shown = {key: rule[key] for key in sorted(rule.keys() - {"ID", "Filter", "Expiration"})}
    shown |= {"Id": rule["ID"]} if "ID" in rule else {}
    shown["Prefix"] = rule.get("Filter", {}).get("Prefix", rule.get("Prefix", ""))
    if "Days" in rule.get("Expiration", {}):
        shown["ExpirationInDays"] = rule["Expiration"]["Days"]
    return shown


def _logging(client: Any, name: str) -> Any:
    found = client.get_bucket_logging(Bucket=name).get("LoggingEnabled")
    return found and {
        "DestinationBucketName": found["TargetBucket"],
        "LogFilePrefix": found["TargetPrefix"],
    }


def _acceleration(client: Any, name: str) -> Any:
    status = client.get_bucket_accelerate_configuration(Bucket=name).get("Status")
    return status and {"AccelerationStatus": status}


def _versioning(client: Any, name: str) -> Any:
    status = client.get_bucket_versioning(Bucket=name).get("Status")
    return status and {"Status": status}


def _blocked(client: Any, name: str) -> Any:
    return client.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]


def _ownership(client: Any, name: str) -> Any:
    return client.get_bucket_ownership_controls(Bucket=name)["OwnershipControls"]


ASKED: dict[str, Ask] = {
    "AccelerateConfiguration": _acceleration,
    "BucketEncryption": _encryption,
    "CorsConfiguration": _cors,
    "LifecycleConfiguration": _lifecycle,
    "LoggingConfiguration": _logging,
    "OwnershipControls": _ownership,
    "PublicAccessBlockConfiguration": _blocked,
    "VersioningConfiguration": _versioning,
}
"""Property -> what to ask S3 for it."""

READS = frozenset({*ASKED, "BucketName", "Tags"})


def state(client: Any, order: Order, name: str) -> dict[str, Any]:
    """The configurations that a bucket's template speaks of, as they are.

    Raises:
        ClientError: There is no such bucket, or the caller may not ask.
    """
    client.get_bucket_location(Bucket=name)
    asked = (key for key in ASKED if key in order.properties)
    found = {key: _set(ASKED[key], client, name) for key in asked}
    tags = _set(lambda its, of: its.get_bucket_tagging(Bucket=of)["TagSet"], client, name)
    return {**found, "BucketName": name, "Tags": own_tags(tags, order)}


def _set(ask: Ask, client: Any, name: str) -> Any:
    try:
        return ask(client, name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _UNSET:
            raise
        return None
