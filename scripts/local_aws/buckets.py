"""What S3 says about whose bucket it is, who comes by TLS and a wrong checksum; moto does not look.

An object's tags are the bucket owner's to tell; moto looks for them with whoever asks.

A call that names the owner it expects (`x-amz-expected-bucket-owner`) is refused when the bucket
is somebody else's (S3 user guide, *Verifying bucket ownership with bucket owner condition*). A
statement that only concerns calls without TLS concerns nobody here: loopback stands for TLS.
A body that has not the SHA-256 it comes with (`x-amz-checksum-sha256`) is refused (S3 user guide,
*Checking object integrity*), so that the checksum of an object is always that of its content.
Bucket policies decide about signed calls in `local_aws.iam`, and here only about anonymous ones.
"""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from moto.core.request import Request
from moto.iam.access_control import IAMPolicy, PermissionResult
from moto.s3.models import FakeBucket, S3Backend, s3_backends

from local_aws.errors import Refusal
from local_aws.iam import calling

_OWNER = "x-amz-expected-bucket-owner"
_CHECKSUM = "x-amz-checksum-sha256"


def install() -> None:
    """Let bucket policies be read for anonymous calls, with the one condition all of ours have.

    And let tags be read from where they are kept.
    """
    FakeBucket.get_permission = _permission
    S3Backend.get_object_tagging = _tagging


def check(request: Request) -> None:
    """Refuse a call that expects another owner of its bucket, or another checksum of its body.

    Raises:
        Refusal: AccessDenied or BadDigest.
    """
    _check_owner(request)
    told = request.headers.get(_CHECKSUM) if request.method == "PUT" else None
    if told and told != base64.b64encode(hashlib.sha256(request.data).digest()).decode():
        text = "The SHA256 you specified did not match the calculated checksum."
        raise Refusal("BadDigest", text)


def _check_owner(request: Request) -> None:
    expected = request.headers.get(_OWNER)
    if not expected:
        return
    _, owner = s3_backends.bucket_accounts.get(_bucket(request), ("", expected))
    if owner != expected:
        raise Refusal("AccessDenied", "Access Denied")


def _bucket(request: Request) -> str:
    host, _, rest = request.host.partition(".s3")
    return str(host) if rest else str(request.path).lstrip("/").partition("/")[0]


def _tagging(backend: Any, key: Any) -> Any:
    partition, owner = s3_backends.bucket_accounts.get(
        key.bucket_name, (backend.partition, backend.account_id)
    )
    return s3_backends[owner][partition].tagger.list_tags_for_resource(key.arn)


def _permission(bucket: Any, action: str, resource: str) -> Any:
    if bucket.policy is None or calling.key():
        return PermissionResult.NEUTRAL
    policy = json.loads(bucket.policy)
    held = policy["Statement"] if isinstance(policy["Statement"], list) else [policy["Statement"]]
    policy["Statement"] = [statement for statement in held if not _about_plain_http(statement)]
    return IAMPolicy(json.dumps(policy)).is_action_permitted(action, resource)


def _about_plain_http(statement: Any) -> bool:
    condition = statement.get("Condition", {}).get("Bool", {})
    return str(condition.get("aws:SecureTransport", "")).lower() == "false"
