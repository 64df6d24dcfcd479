"""Bucket policies as values: which statements are ours, and how they are merged into others'.

Pure functions over the JSON document that S3's GetBucketPolicy and PutBucketPolicy carry.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Statement = Mapping[str, Any]
Policy = Mapping[str, Any]

READ_SIDS = frozenset(
    {
        "CatalogAccountsReadModels",
        "CatalogAccountsListModels",
        "CatalogUnitsReadModels",
        "CatalogUnitsListModels",
    }
)
"""Sids of the statements that stand and fall with the stack."""


def read_access(
    bucket_arn: str, accounts: Sequence[str], paths: Sequence[str], roles: str
) -> tuple[Statement, ...]:
    """Statements that let target accounts and organizational units read models.

    Args:
        bucket_arn: `arn:<partition>:s3:::<bucket>`.
        accounts: 12-digit account ids.
        paths: Organization paths as `aws:PrincipalOrgPaths` spells them, `o-…/r-…/ou-…/*`.
        roles: Name pattern of the only roles that may read, e.g. `sagemaker-role-*`.

    Returns:
        Two statements (objects, bucket) for the accounts and two for the paths, as far as given.
    """
    partition = bucket_arn.split(":")[1]
    only_roles = {"ArnLike": {"aws:PrincipalArn": f"arn:{partition}:iam::*:role/{roles}"}}
    statements: list[Statement] = []
    if accounts:
        principal = {"AWS": [f"arn:{partition}:iam::{account}:root" for account in accounts]}
        statements += _pair("CatalogAccounts", bucket_arn, principal, only_roles)
    if paths:
        # The organization id beside the paths is what S3 counts as "not public".
        within = {
            "StringEquals": {"aws:PrincipalOrgID": sorted({path.split("/")[0] for path in paths})},
            "ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": list(paths)},
        }
        statements += _pair("CatalogUnits", bucket_arn, {"AWS": "*"}, only_roles | within)
    return tuple(statements)


def _pair(
    prefix: str, bucket_arn: str, principal: Mapping[str, Any], condition: Mapping[str, Any]
) -> list[Statement]:
    shared = {"Effect": "Allow", "Principal": principal, "Condition": condition}
    return [
        {
            "Sid": f"{prefix}ReadModels",
            **shared,
            "Action": "s3:GetObject",
            "Resource": f"{bucket_arn}/*",
        },
        {
            "Sid": f"{prefix}ListModels",
            **shared,
            "Action": ["s3:GetBucketLocation", "s3:ListBucket"],
            "Resource": bucket_arn,
        },
    ]


def tls_only(bucket_arn: str) -> Policy:
    """The policy a new bucket starts with: it refuses every request over plain HTTP."""
    statement = {
        "Sid": "CatalogTlsOnly",
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": "s3:*",
        "Resource": [bucket_arn, f"{bucket_arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def merged(policy: Policy | None, ours: Iterable[Statement]) -> Policy:
    """The policy with our read statements replaced by `ours` and all others as they were.

    Args:
        policy: The present policy, None when the bucket has none.
        ours: The read statements that shall stand in it.

    Returns:
        A policy; its statements are empty when nothing is left to say.
    """
    kept = [statement for statement in _statements(policy) if statement.get("Sid") not in READ_SIDS]
    return {"Version": "2012-10-17", **(policy or {}), "Statement": [*kept, *ours]}


def sids(policy: Policy | None) -> list[str | None]:
    """The Sids of a policy's statements, in order; S3 may rewrite the rest of a statement."""
    return [statement.get("Sid") for statement in _statements(policy)]


def _statements(policy: Policy | None) -> list[Statement]:
    # IAM's grammar lets a policy of one statement hold it without a list.
    found = (policy or {}).get("Statement", [])
    return [found] if isinstance(found, Mapping) else list(found)
