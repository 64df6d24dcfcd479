"""The policy of an artifact bucket: about everybody, the organization and the publisher."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from catalog.planning import offering
from catalog.releases import bundles, records

READ_TAG = "servicecatalog:provisioning"
"""Objects with this tag, `true`, are what launch roles read (AWS's own launch policies carry the
condition `s3:ExistingObjectTag/servicecatalog:provisioning`)."""

PUBLISHERS = ("catalog/", bundles.FOLDER, records.FOLDER, offering.FOLDER, records.TEMPLATES)
"""Where index and lock, and all that is published, lie: only the publisher writes there."""

_CHANGES = [
    "s3:DeleteObject",
    "s3:DeleteObjectTagging",
    "s3:DeleteObjectVersion",
    "s3:DeleteObjectVersionTagging",
    "s3:PutObject",
    "s3:PutObjectTagging",
    "s3:PutObjectVersionTagging",
]
"""What changes an object, or the tags by which people may read it."""

SIDS = frozenset(
    {
        "CatalogTlsOnly",
        "CatalogOrganizationReads",
        "CatalogOrganizationListsTemplates",
        "CatalogOrganizationReadsTemplateTags",
        "CatalogPublisherWrites",
    }
)
"""Every Sid of ours, by which a statement that is no longer wanted is known."""


def statements(bucket: str, organization: str, publisher: str) -> list[dict[str, Any]]:
    """Ours, each with a Sid by which it is found again.

    Args:
        bucket: Its ARN.
        organization: Whose accounts may read provisioning objects, `o-…`; empty for none.
        publisher: ARN of the only role that publishes; empty where nobody is kept out.
    """
    return [
        _tls_only(bucket),
        *(_organization_reads(bucket, organization) if organization else ()),
        *([_publisher_writes(bucket, publisher)] if publisher else ()),
    ]


def _tls_only(bucket: str) -> dict[str, Any]:
    return {
        "Sid": "CatalogTlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [bucket, f"{bucket}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }


def _organization_reads(bucket: str, organization: str) -> tuple[dict[str, Any], ...]:
    read = {
        "Sid": "CatalogOrganizationReads",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"{bucket}/*",
        "Condition": {
            "StringEquals": {
                "aws:PrincipalOrgID": organization,
                f"s3:ExistingObjectTag/{READ_TAG}": "true",
            }
        },
    }
    listed = {
        "Sid": "CatalogOrganizationListsTemplates",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:ListBucket",
        "Resource": bucket,
        "Condition": {
            "StringEquals": {"aws:PrincipalOrgID": organization},
            "StringLike": {"s3:prefix": f"{offering.FOLDER}*"},
        },
    }
    tagged = {
        "Sid": "CatalogOrganizationReadsTemplateTags",
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObjectTagging",
        "Resource": f"{bucket}/{offering.FOLDER}*",
        "Condition": {"StringEquals": {"aws:PrincipalOrgID": organization}},
    }
    return read, listed, tagged


def _publisher_writes(bucket: str, publisher: str) -> dict[str, Any]:
    return {
        "Sid": "CatalogPublisherWrites",
        "Effect": "Deny",
        "Principal": "*",
        "Action": _CHANGES,
        "Resource": [f"{bucket}/{folder}*" for folder in PUBLISHERS],
        "Condition": {"ArnNotEquals": {"aws:PrincipalArn": publisher}},
    }


def merged(live: Mapping[str, Any], ours: list[dict[str, Any]]) -> dict[str, Any]:
    """A policy with `ours` in it: same Sid replaced in place, the rest untouched.

    A statement of ours that is no longer wanted goes: a publisher that was renamed would be kept
    out by the denial made for its former name.
    """
    by_sid = {statement["Sid"]: statement for statement in ours}
    held = live.get("Statement", [])
    listed = [held] if isinstance(held, dict) else list(held)
    kept = [one for one in listed if one.get("Sid") not in SIDS - by_sid.keys()]
    known = {statement.get("Sid") for statement in kept}
    return {
        **live,
        "Version": live.get("Version", "2012-10-17"),
        "Statement": [
            *(by_sid.get(statement.get("Sid", ""), statement) for statement in kept),
            *(statement for statement in ours if statement["Sid"] not in known),
        ],
    }
