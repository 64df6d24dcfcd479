"""E9401: buckets say how they are encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading, branches


class BucketEncryption(HouseRule):
    """Every bucket has a BucketEncryption."""

    id = "E9401"
    shortdesc = "A bucket states its encryption"
    description = "What is not stated is Amazon S3's default key, which no policy can withdraw."
    source_url = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html"
    remedy = "Add BucketEncryption with the algorithm, and the key where there is one."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each bucket without."""
        for bucket in template.of_type("AWS::S3::Bucket"):
            value = bucket.properties.get("BucketEncryption")
            if any(not found for found, _ in branches(value, ())):
                yield Violation(bucket.path, f"{bucket.name} does not state its encryption.")
