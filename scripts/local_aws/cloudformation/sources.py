"""A template by URL: every form in which clients name an object of the embedded S3."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from moto.s3.exceptions import S3ClientError
from moto.s3.models import s3_backends

from local_aws.cloudformation.errors import ValidationError

_VIRTUAL = re.compile(r"^(?P<bucket>.+)\.s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$")
_PATH = re.compile(r"^s3(?:[.-][a-z0-9-]+)?\.amazonaws\.com(?:\.cn)?$")
_LOOPBACK = frozenset({"127.0.0.1", "localhost"})


def from_url(url: str, account: str) -> str:
    """The text of the template at an S3 URL.

    Args:
        url: `https://bucket.s3.region.amazonaws.com/key`, `https://s3.region.amazonaws.com/bucket/
            key`, `s3://bucket/key`, or the embedded AWS's own address.
        account: 12-digit account that asks.

    Raises:
        ValidationError: The URL names no S3 object, or none that can be read.
    """
    bucket, key, version = located(url)
    try:
        found = s3_backends[account]["aws"].get_object(bucket, key, version_id=version)
    except S3ClientError as error:
        raise ValidationError(f"S3 error: Access Denied ({bucket}/{key})") from error
    if found is None:
        raise ValidationError(f"S3 error: The specified key does not exist. ({bucket}/{key})")
    return bytes(found.value).decode("utf-8")


def located(url: str) -> tuple[str, str, str | None]:
    """Bucket, key and version id of an S3 URL.

    Raises:
        ValidationError: It is none.
    """
    parts = urlsplit(url)
    host, path = parts.hostname or "", unquote(parts.path).lstrip("/")
    version = parse_qs(parts.query).get("versionId", [None])[0]
    if parts.scheme == "s3":
        return parts.netloc, path, version
    if found := _VIRTUAL.match(host):
        return found["bucket"], path, version
    if _PATH.match(host) or host in _LOOPBACK:
        bucket, _, key = path.partition("/")
        return bucket, key, version
    raise ValidationError("TemplateURL must be a supported URL.")
