"""The artifact bucket: made on demand, and kept private, encrypted, versioned and TLS-only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from catalog.aws.session import Service
from catalog.errors import Refused, ServiceFault
from catalog.planning.offering import FOLDER

READ_TAG = "servicecatalog:provisioning"
"""Objects with this tag, `true`, are what launch roles read (AWS's own launch policies carry the
condition `s3:ExistingObjectTag/servicecatalog:provisioning`)."""

STUDIO_RULE = {
    "ID": "CatalogStudioReads",
    "AllowedOrigins": ["https://*.sagemaker.aws"],
    "AllowedMethods": ["GET", "HEAD"],
    "AllowedHeaders": ["*"],
    "ExposeHeaders": ["ETag", "x-amz-request-id", "x-amz-id-2", "x-amz-version-id"],
}
"""The CORS rule by which the pages of Studio read templates (AWS samples,
*S3-Based SageMaker AI Project Templates*; reading needs no more of its methods)."""

_ABSENT = frozenset({"404", "NoSuchBucket", "NotFound"})
_PRIVATE = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}
_ENCRYPTED = {
    "Rules": [
        {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": True}
    ]
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """Gateway to one bucket, which must belong to `account`.

    Args:
        service: S3.
        name: The bucket.
        account: Its owner; every call names it (ExpectedBucketOwner).
        region: Where it lies.
        partition: Of its ARN.
    """

    service: Service
    name: str
    account: str
    region: str
    partition: str

    def call(self, operation: str, subject: str = "", /, **request: object) -> dict[str, Any]:
        """An S3 call on this bucket, refused by S3 when the bucket is somebody else's."""
        return self.service.call(
            operation,
            subject or f"bucket {self.name}",
            Bucket=self.name,
            ExpectedBucketOwner=self.account,
            **request,
        )

    def exists(self) -> bool:
        """Whether the bucket is there (HeadBucket).

        Raises:
            Refused: It is somebody else's, or lies in another region.
        """
        try:
            answer = self.call("head_bucket")
        except ServiceFault as fault:
            if fault.code in _ABSENT:
                return False
            if fault.code in {"403", "AccessDenied", "301", "PermanentRedirect", "400"}:
                raise self.foreign() from fault
            raise
        lies = answer.get("BucketRegion") or self.region
        if lies != self.region:
            raise self.foreign(f" It lies in {lies}, not in {self.region}.")
        return True

    def foreign(self, why: str = "") -> Refused:
        """The error about a bucket that is not ours."""
        return Refused(
            f"Bucket {self.name} exists, but account {self.account} may not use it.{why}",
            "It belongs to somebody else, or your role lacks s3 rights on it; set another "
            "`bucket` for this target in catalog.yaml.",
        )

    def create(self) -> None:
        """Create the bucket unless it is there; private and encrypted, as S3 makes new ones.

        Raises:
            Refused: The name is taken by somebody else.
        """
        place = {} if self.region == "us-east-1" else {"LocationConstraint": self.region}
        request: dict[str, object] = {"ObjectOwnership": "BucketOwnerEnforced"}
        if place:
            request["CreateBucketConfiguration"] = place
        try:
            self.service.call("create_bucket", f"bucket {self.name}", Bucket=self.name, **request)
        except ServiceFault as fault:
            if fault.code == "BucketAlreadyExists":
                raise self.foreign() from fault
            if fault.code != "BucketAlreadyOwnedByYou":
                raise

    def secure(self, organization: str) -> None:
        """Bring its settings to what they should be, one after the other as S3 demands.

        Args:
            organization: Whose accounts may read provisioning objects; empty for none.
        """
        self.call("put_public_access_block", PublicAccessBlockConfiguration=_PRIVATE)
        self.call(
            "put_bucket_ownership_controls",
            OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        )
        self.call("put_bucket_encryption", ServerSideEncryptionConfiguration=_ENCRYPTED)
        self.call("put_bucket_versioning", VersioningConfiguration={"Status": "Enabled"})
        self._merge_policy(organization)
        if not self.is_open():
            others = [rule for rule in self._cors() if rule.get("ID") != STUDIO_RULE["ID"]]
            rules = {"CORSRules": [*others, STUDIO_RULE]}
            self.call("put_bucket_cors", CORSConfiguration=rules)

    def is_open(self) -> bool:
        """Whether the pages of Studio may read what people may (GetBucketCors)."""
        return STUDIO_RULE in self._cors()

    def _cors(self) -> list[dict[str, Any]]:
        try:
            rules: list[dict[str, Any]] = self.call("get_bucket_cors")["CORSRules"]
        except ServiceFault as fault:
            if fault.code in {"NoSuchCORSConfiguration", "NoSuchBucket"}:
                return []
            raise
        return rules

    def _merge_policy(self, organization: str) -> None:
        """Set our statements by their Sid; others stay as they are."""
        live = self._policy()
        merged = merged_policy(live, self._statements(organization))
        if merged != live:
            self.call("put_bucket_policy", Policy=json.dumps(merged, sort_keys=True))

    def _policy(self) -> dict[str, Any]:
        try:
            document: dict[str, Any] = json.loads(self.call("get_bucket_policy")["Policy"])
        except ServiceFault as fault:
            if fault.code == "NoSuchBucketPolicy":
                return {}
            raise
        return document

    def _statements(self, organization: str) -> list[dict[str, Any]]:
        bucket = f"arn:{self.partition}:s3:::{self.name}"
        tls = {
            "Sid": "CatalogTlsOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [bucket, f"{bucket}/*"],
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        }
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
                "StringLike": {"s3:prefix": f"{FOLDER}*"},
            },
        }
        tagged = {
            "Sid": "CatalogOrganizationReadsTemplateTags",
            "Effect": "Allow",
            "Principal": "*",
            "Action": "s3:GetObjectTagging",
            "Resource": f"{bucket}/{FOLDER}*",
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": organization}},
        }
        return [tls, read, listed, tagged] if organization else [tls]


def merged_policy(live: Mapping[str, Any], ours: list[dict[str, Any]]) -> dict[str, Any]:
    """A bucket policy with `ours` in it: same Sid replaced in place, the rest untouched."""
    by_sid = {statement["Sid"]: statement for statement in ours}
    held = live.get("Statement", [])
    kept = [held] if isinstance(held, dict) else list(held)
    known = {statement.get("Sid") for statement in kept}
    return {
        **live,
        "Version": live.get("Version", "2012-10-17"),
        "Statement": [
            *(by_sid.get(statement.get("Sid", ""), statement) for statement in kept),
            *(statement for statement in ours if statement["Sid"] not in known),
        ],
    }
