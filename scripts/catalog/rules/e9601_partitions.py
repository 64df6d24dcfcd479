"""E9601: a template works in every partition of AWS."""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading, strings

FIXED = re.compile(r"\barn:aws(-[a-z-]+)?:")
SECTIONS = ("Resources", "Outputs", "Conditions", "Mappings")
"""Not Parameters: a pattern or a default there may well spell a partition out."""


class Partitions(HouseRule):
    """ARNs take their partition from AWS::Partition."""

    id = "E9601"
    shortdesc = "ARNs use ${AWS::Partition}"
    description = "A literal arn:aws: fails in the partitions of China and of GovCloud."
    source_url = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html"
    remedy = "Write !Sub arn:${AWS::Partition}:… instead."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each ARN with its partition spelt out."""
        for section in SECTIONS:
            for value, path in strings(template.section(section), (section,)):
                if found := FIXED.search(value):
                    yield Violation(path, f"An ARN starts with {found[0]}")
