"""What the publisher keeps in the artifact bucket: objects, release records, index and lock."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlencode

from catalog.aws.bucket import Bucket
from catalog.errors import ServiceFault
from catalog.publishing.shipping import Cargo

_MISSING = frozenset({"NoSuchKey", "NoSuchBucket", "404", "NotFound"})
_CLASH = frozenset({"PreconditionFailed", "ConditionalRequestConflict", "412", "409"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """An object as it was read.

    Args:
        text: Its content; bytes that are no UTF-8 come as replacement characters.
        etag: The version that was read.
        age: Since it was written. By S3's clock at both ends, so that ours may be wrong.
    """

    text: str
    etag: str
    age: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Storage:
    """Gateway to the objects of one artifact bucket.

    Args:
        bucket: Where they lie.
        domain: `amazonaws.com` or the partition's own.
    """

    bucket: Bucket
    domain: str

    def url(self, key: str) -> str:
        """The address under which Service Catalog reads a template."""
        place = f"{self.bucket.name}.s3.{self.bucket.region}.{self.domain}"
        return f"https://{place}/{quote(key)}"

    def read(self, key: str) -> Stored | None:
        """An object's text; None when it, or the bucket, is not there.

        Raises:
            Refused: The bucket is somebody else's.
        """
        try:
            answer = self.bucket.call("get_object", f"object {key}", Key=key)
        except ServiceFault as fault:
            if fault.code in _MISSING:
                return None
            if fault.code in {"AccessDenied", "403"}:
                raise self.bucket.foreign() from fault
            raise
        return Stored(
            text=answer["Body"].read().decode(errors="replace"),
            etag=answer["ETag"],
            age=_now(answer) - answer["LastModified"],
        )

    def fetch(self, key: str) -> bytes | None:
        """An object's bytes; None when it, or the bucket, is not there."""
        try:
            answer = self.bucket.call("get_object", f"object {key}", Key=key)
        except ServiceFault as fault:
            if fault.code in _MISSING:
                return None
            raise
        return bytes(answer["Body"].read())

    def write(self, key: str, text: str, *, etag: str | None) -> str | None:
        """Write an object unless somebody else did meanwhile; its new ETag, or None.

        Args:
            key: Object key.
            text: Its content.
            etag: What was read before; None when there was no object (If-Match, If-None-Match).
        """
        condition = {"IfNoneMatch": "*"} if etag is None else {"IfMatch": etag}
        try:
            answer = self.bucket.call(
                "put_object",
                f"object {key}",
                Key=key,
                Body=text.encode(),
                ContentType="application/json",
                **condition,
            )
        except ServiceFault as fault:
            if fault.code in _CLASH or (etag is not None and fault.code in _MISSING):
                return None
            raise
        return str(answer["ETag"])

    def list(self, prefix: str) -> frozenset[str]:
        """Keys under a prefix (ListObjectsV2, 1,000 a page); none when there is no bucket."""
        keys: list[str] = []
        request: dict[str, object] = {"Prefix": prefix}
        while True:
            try:
                answer = self.bucket.call("list_objects_v2", f"objects {prefix}*", **request)
            except ServiceFault as fault:
                if fault.code in _MISSING:
                    return frozenset()
                raise
            keys += (entry["Key"] for entry in answer.get("Contents", ()))
            if not answer.get("IsTruncated"):
                return frozenset(keys)
            request["ContinuationToken"] = answer["NextContinuationToken"]

    def keep(self, cargo: Cargo) -> None:
        """Store an object under a content-addressed key, unless S3 vouches that it holds that.

        An object that was overwritten, or carries no SHA-256 of S3's own, is stored again.
        """
        if not self._holds(cargo):
            self.put(cargo)

    def put(self, cargo: Cargo) -> None:
        """Store an object whole, its tags and metadata with it (PutObject).

        S3 computes its SHA-256 too, refuses another one, and keeps it.
        """
        self.bucket.call(
            "put_object",
            f"object {cargo.key}",
            Key=cargo.key,
            Body=cargo.body,
            Tagging=urlencode(cargo.tags),
            ContentType=cargo.content_type,
            Metadata=dict(cargo.metadata),
            ChecksumAlgorithm="SHA256",
        )

    def _holds(self, cargo: Cargo) -> bool:
        """Whether S3's own checksum of an object is that of ours (HeadObject, ChecksumMode)."""
        key = cargo.key
        try:
            answer = self.bucket.call(
                "head_object", f"object {key}", Key=key, ChecksumMode="ENABLED"
            )
        except ServiceFault as fault:
            if fault.code in _MISSING:
                return False
            raise
        ours = base64.b64encode(hashlib.sha256(cargo.body).digest()).decode()
        return bool(answer.get("ChecksumSHA256") == ours)


def _now(answer: Mapping[str, Any]) -> datetime:
    """The service's own time, from its answer's Date; ours where a proxy took that away."""
    date = answer["ResponseMetadata"]["HTTPHeaders"].get("date")
    return parsedate_to_datetime(date) if date else datetime.now(UTC)
