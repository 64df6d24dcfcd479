"""Where sources and artifacts lie in S3: `bucket/key`, or an ARN."""

from __future__ import annotations

from typing import NamedTuple


class Location(NamedTuple):
    """An object or a folder in S3."""

    bucket: str
    key: str

    def __str__(self) -> str:
        return f"{self.bucket}/{self.key}"


def parsed(text: str) -> Location:
    """Read `bucket/key` or `arn:aws:s3:::bucket/key`."""
    bucket, _, key = text.rpartition(":::")[2].partition("/")
    return Location(bucket, key)
