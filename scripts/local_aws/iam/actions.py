"""From an API operation to the IAM actions it needs (service authorization reference).

As a rule an action is named like its operation. S3's are not; elsewhere a few differ. An operation
that gives tags to what it makes needs the service's tagging action as well.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from moto.core.utils import get_service_model

Params = Mapping[str, Any]

PREFIXES = {
    "cloudwatch": "cloudwatch",
    "resourcegroupstaggingapi": "tag",
    "s3control": "s3",
    "sagemaker-runtime": "sagemaker",
    "stepfunctions": "states",
}
"""boto3's name -> prefix of its actions, where neither signing name nor endpoint tells."""

FREE = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})
"""Operations nobody needs a permission for (STS API reference)."""

NAMES: dict[str, tuple[str, ...]] = {
    "cloudformation:DetectStackDrift": ("DetectStackDrift", "DetectStackResourceDrift"),
    "kms:ReEncrypt": ("ReEncryptFrom", "ReEncryptTo"),
    "lambda:Invoke": ("InvokeFunction",),
    "lambda:InvokeWithResponseStream": ("InvokeFunction",),
    "logs:TagLogGroup": ("TagResource",),
    "logs:UntagLogGroup": ("UntagResource",),
    "s3:CompleteMultipartUpload": ("PutObject",),
    "s3:CreateMultipartUpload": ("PutObject",),
    "s3:DeleteBucketCors": ("PutBucketCORS",),
    "s3:DeleteBucketEncryption": ("PutEncryptionConfiguration",),
    "s3:DeleteBucketLifecycle": ("PutLifecycleConfiguration",),
    "s3:DeleteBucketOwnershipControls": ("PutBucketOwnershipControls",),
    "s3:DeleteBucketReplication": ("PutReplicationConfiguration",),
    "s3:DeleteBucketTagging": ("PutBucketTagging",),
    "s3:DeleteObjects": ("DeleteObject",),
    "s3:DeletePublicAccessBlock": ("PutBucketPublicAccessBlock",),
    "s3:GetBucketAccelerateConfiguration": ("GetAccelerateConfiguration",),
    "s3:GetBucketCors": ("GetBucketCORS",),
    "s3:GetBucketEncryption": ("GetEncryptionConfiguration",),
    "s3:GetBucketLifecycle": ("GetLifecycleConfiguration",),
    "s3:GetBucketLifecycleConfiguration": ("GetLifecycleConfiguration",),
    "s3:GetBucketNotificationConfiguration": ("GetBucketNotification",),
    "s3:GetBucketReplication": ("GetReplicationConfiguration",),
    "s3:GetObjectLockConfiguration": ("GetBucketObjectLockConfiguration",),
    "s3:GetPublicAccessBlock": ("GetBucketPublicAccessBlock",),
    "s3:HeadBucket": ("ListBucket",),
    "s3:HeadObject": ("GetObject",),
    "s3:ListBuckets": ("ListAllMyBuckets",),
    "s3:ListMultipartUploads": ("ListBucketMultipartUploads",),
    "s3:ListObjectVersions": ("ListBucketVersions",),
    "s3:ListObjects": ("ListBucket",),
    "s3:ListObjectsV2": ("ListBucket",),
    "s3:ListParts": ("ListMultipartUploadParts",),
    "s3:PutBucketAccelerateConfiguration": ("PutAccelerateConfiguration",),
    "s3:PutBucketCors": ("PutBucketCORS",),
    "s3:PutBucketEncryption": ("PutEncryptionConfiguration",),
    "s3:PutBucketLifecycle": ("PutLifecycleConfiguration",),
    "s3:PutBucketLifecycleConfiguration": ("PutLifecycleConfiguration",),
    "s3:PutBucketNotificationConfiguration": ("PutBucketNotification",),
    "s3:PutBucketReplication": ("PutReplicationConfiguration",),
    "s3:PutObjectLockConfiguration": ("PutBucketObjectLockConfiguration",),
    "s3:PutPublicAccessBlock": ("PutBucketPublicAccessBlock",),
    "s3:UploadPart": ("PutObject",),
    "s3:UploadPartCopy": ("PutObject",),
    "s3:CopyObject": ("PutObject",),
    "sns:PublishBatch": ("Publish",),
    "sqs:ChangeMessageVisibilityBatch": ("ChangeMessageVisibility",),
    "sqs:DeleteMessageBatch": ("DeleteMessage",),
    "sqs:SendMessageBatch": ("SendMessage",),
}
"""Operations whose actions have other names (Amazon S3 user guide, *Required permissions for API
operations*; service authorization reference of the others)."""

VERSIONED = frozenset(
    {
        "DeleteObject",
        "DeleteObjectTagging",
        "GetObject",
        "GetObjectAcl",
        "GetObjectAttributes",
        "GetObjectTagging",
        "PutObjectAcl",
        "PutObjectTagging",
    }
)
"""S3's actions that are others when the request names a version: `…ObjectVersion…`."""

TAGGING = {
    "cloudformation": "TagResource",
    "codecommit": "TagResource",
    "codeconnections": "TagResource",
    "codepipeline": "TagResource",
    "codestar-connections": "TagResource",
    "codestar-notifications": "TagResource",
    "ecr": "TagResource",
    "events": "TagResource",
    "kms": "TagResource",
    "lambda": "TagResource",
    "logs": "TagResource",
    "sagemaker": "AddTags",
    "secretsmanager": "TagResource",
    "sns": "TagResource",
    "sqs": "TagQueue",
    "ssm": "AddTagsToResource",
}
"""What tags given in a create call need beside it. IAM's depend on the resource: `TagRole`, …."""


@functools.cache
def prefix_of(service: str) -> str:
    """The prefix of a service's actions, e.g. `sagemaker` of boto3's `sagemaker-runtime`."""
    if service in PREFIXES:
        return PREFIXES[service]
    model = get_service_model(service)
    return str(model.metadata.get("signingName") or model.endpoint_prefix)


@functools.cache
def known() -> Mapping[str, Any]:
    """IAM's actions and resources by prefix, as cfn-lint ships them; actions in lower case."""
    place = resources.files("cfnlint") / "data" / "AdditionalSpecs" / "Policies.json"
    return dict(json.loads(place.read_text(encoding="utf-8")))


def kinds_of(prefix: str, action: str) -> tuple[str, ...]:
    """The kinds of resource an action may be held to, e.g. `endpoint`; () when it knows none."""
    found = known().get(prefix, {}).get("Actions", {}).get(action.lower(), {})
    return tuple(found.get("Resources", ()))


def is_known(prefix: str, action: str) -> bool:
    """Whether the reference lists an action."""
    return action.lower() in known().get(prefix, {}).get("Actions", {})


def of(prefix: str, operation: str, params: Params) -> tuple[str, ...]:
    """The actions (without prefix) an operation needs on what it names.

    Args:
        prefix: Of the actions.
        operation: E.g. `CreateEndpoint`.
        params: The request's parameters; a version or tags in them change what is needed.
    """
    names = NAMES.get(f"{prefix}:{operation}", (operation,))
    if operation == "AssumeRole" and tags_of(params):
        return (*names, "TagSession")
    if prefix == "s3":
        return (*(_versioned(name, params) for name in names), *_beside(operation, params))
    return (*names, *_tagging(prefix, operation, params))


def _versioned(action: str, params: Params) -> str:
    if action in VERSIONED and params.get("VersionId"):
        return action.replace("Object", "ObjectVersion", 1)
    return action


def _beside(operation: str, params: Params) -> tuple[str, ...]:
    """What S3 wants for tags and access lists that come with what is made."""
    if operation == "CreateBucket":
        wanted = {"ACL": "PutBucketAcl", "ObjectOwnership": "PutBucketOwnershipControls"}
    elif operation in ("PutObject", "CreateMultipartUpload", "CopyObject"):
        wanted = {"ACL": "PutObjectAcl", "Tagging": "PutObjectTagging"}
    else:
        return ()
    return tuple(action for name, action in wanted.items() if params.get(name))


def _tagging(prefix: str, operation: str, params: Params) -> tuple[str, ...]:
    if not operation.startswith(("Create", "Put", "Update")) or not tags_of(params):
        return ()
    if prefix == "iam":
        return (operation.replace("Create", "Tag"),)
    return (TAGGING[prefix],) if prefix in TAGGING else ()


def tags_of(params: Params) -> dict[str, str]:
    """The tags a request gives, by key."""
    given = next((value for name, value in params.items() if name.lower() == "tags"), None)
    if isinstance(given, Mapping):
        return {str(key): str(value) for key, value in given.items()}
    if not isinstance(given, list):
        return {}
    pairs = [{name.lower(): value for name, value in tag.items()} for tag in given]
    return {
        str(pair.get("key", pair.get("tagkey"))): str(pair.get("value", pair.get("tagvalue", "")))
        for pair in pairs
    }
