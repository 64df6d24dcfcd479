"""Custom resource: a model bucket that target accounts may read.

Create and Update make the bucket when it is missing and merge our statements into its policy;
Delete takes them out again. The bucket itself is never deleted, and statements of others are never
touched. Whatever happens, CloudFormation gets an answer.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import boto3
from answer import send
from botocore.config import Config
from botocore.exceptions import ClientError
from statements import Policy, Statement, merged, read_access, sids, tls_only

logger = logging.getLogger()
logger.setLevel(logging.INFO)

ATTEMPTS = 3
"""How often a merge is written again because somebody else wrote at the same moment."""

Respond = Callable[[Mapping[str, Any], str, str, str], None]


UNTOUCHED = "untouched"
"""Identity of a request that failed before any bucket was ours to change: nothing to undo."""


class Contended(Exception):
    """The policy kept changing under us."""


class Moved(Exception):
    """The stack names another bucket than before, whose policy its role may no longer change."""


def handler(request: Mapping[str, Any], context: object, respond: Respond = send) -> None:
    """Carry out one custom resource request and answer it.

    Args:
        request: `RequestType` Create, Update or Delete; `ResourceProperties` with BucketName,
            Accounts, OrganizationPaths and RolePattern.
        context: Lambda's, unused.
        respond: Sends the answer.
    """
    del context
    identity = request.get("PhysicalResourceId", UNTOUCHED)
    try:
        properties = request["ResourceProperties"]
        bucket = properties["BucketName"]
        # Within the function's 60 seconds even when every call has to be tried again.
        limits = Config(connect_timeout=3, read_timeout=6, retries={"total_max_attempts": 2})
        s3 = boto3.client("s3", config=limits)
        _, partition, _, _, account, *_ = request["StackId"].split(":")
        arn = f"arn:{partition}:s3:::{bucket}"
        if request["RequestType"] != "Delete":
            stay(identity, bucket)
            ensure(s3, bucket, arn, account)
            identity = bucket
            grant(s3, bucket, arn, properties)
        elif identity != UNTOUCHED:
            withdraw(s3, bucket)
    except Exception as problem:  # whatever it is: a stack without an answer hangs
        logger.exception("request failed")
        respond(request, "FAILED", identity, f"{type(problem).__name__}: {problem}")
    else:
        respond(request, "SUCCESS", identity, "")


def stay(identity: str, bucket: str) -> None:
    """Refuse another bucket than the one that was opened first.

    Raises:
        Moved: The names differ.
    """
    if identity not in {UNTOUCHED, bucket}:
        raise Moved(f"delete the stack, which closes {identity}, and make one for {bucket}")


def ensure(s3: Any, bucket: str, arn: str, account: str) -> None:
    """Make the bucket when it is missing.

    Args:
        s3: An S3 client of the bucket's region.
        bucket: Its name.
        arn: Its ARN.
        account: Who has to own it, 12 digits.

    Raises:
        ClientError: S3 refused; a bucket of that name may belong to somebody else.
    """
    if not _exists(s3, bucket, account):
        _create(s3, bucket, arn)


def grant(s3: Any, bucket: str, arn: str, properties: Mapping[str, Any]) -> None:
    """Let the target accounts read a bucket.

    Args:
        s3: An S3 client of the bucket's region.
        bucket: Its name.
        arn: Its ARN.
        properties: The custom resource's properties.

    Raises:
        ClientError: S3 refused.
        Contended: Another writer kept replacing the policy.
    """
    accounts = [account for account in properties["Accounts"] if account]
    paths = [path for path in properties["OrganizationPaths"] if path]
    ours = read_access(arn, accounts, paths, properties["RolePattern"])
    _write(s3, bucket, ours)


def withdraw(s3: Any, bucket: str) -> None:
    """Take our read statements out; a bucket or policy that is gone needs nothing."""
    try:
        _write(s3, bucket, ())
    except ClientError as problem:
        if _code(problem) != "NoSuchBucket":
            raise


def _exists(s3: Any, bucket: str, account: str) -> bool:
    try:
        s3.head_bucket(Bucket=bucket, ExpectedBucketOwner=account)
    except ClientError as problem:
        if _code(problem) in {"404", "NoSuchBucket"}:
            return False
        raise
    return True


def _create(s3: Any, bucket: str, arn: str) -> None:
    region = s3.meta.region_name
    # us-east-1 is the one region that may not be named (S3 API, CreateBucket).
    place = {} if region == "us-east-1" else {"LocationConstraint": region}
    s3.create_bucket(Bucket=bucket, **({"CreateBucketConfiguration": place} if place else {}))
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "BlockPublicPolicy": True,
            "IgnorePublicAcls": True,
            "RestrictPublicBuckets": True,
        },
    )
    s3.put_bucket_encryption(
        Bucket=bucket,
        ServerSideEncryptionConfiguration={
            "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        },
    )
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(tls_only(arn)))


def _write(s3: Any, bucket: str, ours: Sequence[Statement]) -> None:
    # PutBucketPolicy takes no condition on what it replaces, so look again after writing.
    for _ in range(ATTEMPTS):
        present = _policy(s3, bucket)
        wanted = merged(present, ours)
        if not wanted["Statement"]:
            if present is not None:
                s3.delete_bucket_policy(Bucket=bucket)
        elif wanted != present:
            s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(wanted))
        if sids(_policy(s3, bucket)) == sids(wanted):
            return
    raise Contended(f"the policy of bucket {bucket} kept changing; run the stack update again")


def _policy(s3: Any, bucket: str) -> Policy | None:
    try:
        found: Policy = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])
    except ClientError as problem:
        if _code(problem) == "NoSuchBucketPolicy":
            return None
        raise
    return found


def _code(problem: ClientError) -> str:
    return str(problem.response.get("Error", {}).get("Code", ""))
