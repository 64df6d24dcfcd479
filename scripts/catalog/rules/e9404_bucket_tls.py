"""E9404: a bucket answers over TLS only."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.policies import Statement, statements
from catalog.rules.reading import Reading, mapping, refers_to, text

POLICY = "AWS::S3::BucketPolicy"


class BucketTls(HouseRule):
    """Every bucket has a policy that denies requests without TLS."""

    id = "E9404"
    shortdesc = "A bucket refuses requests without TLS"
    description = "Amazon S3 answers over plain HTTP unless a bucket policy denies it."
    source_url = (
        "https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html"
    )
    remedy = (
        f"Add an {POLICY} that denies s3:* to everybody on the bucket and its objects while "
        "aws:SecureTransport is false."
    )

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each bucket whose policy does not."""
        policies = [each for each in statements(template) if each.resource.type == POLICY]
        for bucket in template.of_type("AWS::S3::Bucket"):
            own = (
                s for s in policies if refers_to(s.resource.properties.get("Bucket"), bucket.name)
            )
            if not any(_tls_only(statement, bucket.name) for statement in own):
                yield Violation(bucket.path, f"{bucket.name} answers without TLS.")


def _tls_only(statement: Statement, bucket: str) -> bool:
    """Whether a statement denies everybody everything on a bucket and its objects without TLS."""
    transport = mapping(mapping(statement.body.get("Condition")).get("Bool"))
    resources = [value for value, _ in statement.values("Resource") if refers_to(value, bucket)]
    return (
        statement.body.get("Effect") == "Deny"
        and text(transport.get("aws:SecureTransport")) == "false"
        and "s3:*" in {action for action, _ in statement.values("Action")}
        and "*" in {principal for principal, _ in statement.principals()}
        and any(value.endswith("/*") for value in resources)
        and any(not value.endswith("/*") for value in resources)
    )
