"""E9406: the policy of somebody else's bucket is not ours to replace."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading, refers_to


class OwnBucketPolicies(HouseRule):
    """A bucket policy is for a bucket of the same template."""

    id = "E9406"
    shortdesc = "A bucket policy is for a bucket of the same template"
    description = "AWS::S3::BucketPolicy replaces the whole policy, and removes it with its stack."
    source_url = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html"
    remedy = "Merge statements into a foreign policy with a custom resource, by Sid."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each policy of a bucket from elsewhere."""
        buckets = [bucket.name for bucket in template.of_type("AWS::S3::Bucket")]
        for policy in template.of_type("AWS::S3::BucketPolicy"):
            target = policy.properties.get("Bucket")
            if not any(refers_to(target, bucket) for bucket in buckets):
                message = f"{policy.name} replaces the policy of a bucket from elsewhere."
                yield Violation(policy.at("Bucket"), message)
