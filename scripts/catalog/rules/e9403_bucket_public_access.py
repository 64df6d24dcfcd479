"""E9403: no bucket can be made public."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading, mapping, text

BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")


class BucketPublicAccess(HouseRule):
    """Every bucket blocks public access in all four ways."""

    id = "E9403"
    shortdesc = "A bucket blocks public access in all four ways"
    description = "Each of the four closes a different door."
    source_url = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html"
    remedy = "Add PublicAccessBlockConfiguration with all four set to true."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each bucket with the doors it leaves open."""
        for bucket in template.of_type("AWS::S3::Bucket"):
            blocks = mapping(bucket.properties.get("PublicAccessBlockConfiguration"))
            missing = [key for key in BLOCKS if text(blocks.get(key)) != "true"]
            if missing:
                yield Violation(bucket.path, f"{bucket.name} lacks {', '.join(missing)}.")
