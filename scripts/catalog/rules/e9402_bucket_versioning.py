"""E9402: what was overwritten in a bucket can be had back."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading, branches, mapping


class BucketVersioning(HouseRule):
    """Every bucket has versioning enabled."""

    id = "E9402"
    shortdesc = "A bucket is versioned"
    description = "Without versions, an overwritten model or artifact is lost."
    source_url = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/Versioning.html"
    remedy = "Add VersioningConfiguration: {Status: Enabled}."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each bucket without."""
        for bucket in template.of_type("AWS::S3::Bucket"):
            value = bucket.properties.get("VersioningConfiguration")
            if any(mapping(v).get("Status") != "Enabled" for v, _ in branches(value, ())):
                yield Violation(bucket.path, f"{bucket.name} is not versioned.")
