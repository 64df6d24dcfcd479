"""The artifact bucket: made on demand, and kept private, encrypted, versioned and TLS-only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from catalog.aws import bucket_lifecycle, bucket_policy
from catalog.aws.session import Service
from catalog.doctor.facts import Lifecycle
from catalog.errors import Refused, ServiceFault

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
_UNSET = frozenset(
    {"NoSuchPublicAccessBlockConfiguration", "ServerSideEncryptionConfigurationNotFoundError"}
)
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

    def secure(self, organization: str, publisher: str = "") -> None:
        """Bring its settings to what they should be, one after the other as S3 demands.

        Args:
            organization: Whose accounts may read provisioning objects; empty for none.
            publisher: Name of the only role that writes what publishers keep; empty for any.
        """
        self.call("put_public_access_block", PublicAccessBlockConfiguration=_PRIVATE)
        self.call(
            "put_bucket_ownership_controls",
            OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
        )
        self.call("put_bucket_encryption", ServerSideEncryptionConfiguration=_ENCRYPTED)
        self.call("put_bucket_versioning", VersioningConfiguration={"Status": "Enabled"})
        self._merge_policy(organization, publisher)
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

    def faults(self, organization: str, publisher: str = "") -> tuple[str, ...]:
        """What is not as `secure` leaves it, with the same arguments; looks only.

        Raises:
            Refused: The bucket is somebody else's.
        """
        if not self.exists():
            return ("it does not exist",)
        live = self._policy()
        lies = bucket_policy.merged(live, self._ours(organization, publisher)) == live
        private = self._setting("get_public_access_block", "PublicAccessBlockConfiguration")
        encrypted = self._setting("get_bucket_encryption", "ServerSideEncryptionConfiguration")
        checks = {
            "it is not closed to the public": private == _PRIVATE,
            "it is not encrypted": bool(encrypted),
            "it keeps no versions": self._setting("get_bucket_versioning", "Status") == "Enabled",
            "its policy has not exactly the catalog's statements": lies,
            "Studio's pages may not read it": self.is_open(),
        }
        return tuple(fault for fault, well in checks.items() if not well)

    def lifecycle(self) -> Lifecycle:
        """Its lifecycle rules, which are somebody's decision: `secure` leaves them as they are."""
        try:
            rules = self.call("get_bucket_lifecycle_configuration").get("Rules", [])
        except ServiceFault as fault:
            if fault.code in {"NoSuchLifecycleConfiguration", "NoSuchBucket"}:
                return Lifecycle()
            raise
        return bucket_lifecycle.read(rules)

    def _setting(self, operation: str, member: str) -> object:
        """A setting of the bucket; None where it has none."""
        try:
            return self.call(operation).get(member)
        except ServiceFault as fault:
            if fault.code in _UNSET:
                return None
            raise

    def _ours(self, organization: str, publisher: str) -> list[dict[str, Any]]:
        role = f"arn:{self.partition}:iam::{self.account}:role/{publisher}" if publisher else ""
        arn = f"arn:{self.partition}:s3:::{self.name}"
        return bucket_policy.statements(arn, organization, role)

    def _merge_policy(self, organization: str, publisher: str) -> None:
        """Set our statements by their Sid; others stay as they are."""
        live = self._policy()
        merged = bucket_policy.merged(live, self._ours(organization, publisher))
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
