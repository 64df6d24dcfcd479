"""E9701: a template fits where it is published."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading

LIMIT = 1_000_000
"""Bytes. CloudFormation takes 1 MB from Amazon S3; the smaller reading of it leaves room for the
stamp."""


class TemplateSize(HouseRule):
    """A template is at most 1 MB."""

    id = "E9701"
    shortdesc = "A template is at most 1 MB"
    description = "CloudFormation refuses a larger one, even from Amazon S3."
    source_url = (
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html"
    )
    remedy = "Split the product, or move inline code into a bundle."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Compare the size with the limit."""
        if template.body and self.size > LIMIT:
            message = f"The template has {self.size:,} bytes of at most {LIMIT:,}."
            yield Violation((), message)
