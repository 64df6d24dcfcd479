"""E9104: a refused value comes with words, not with a regular expression."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading


class ConstraintDescription(HouseRule):
    """A parameter with AllowedPattern has a ConstraintDescription."""

    id = "E9104"
    shortdesc = "A pattern is put into words"
    description = "Without ConstraintDescription, people are shown the bare regular expression."
    source_url = (
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
        "parameters-section-structure.html"
    )
    remedy = "Add ConstraintDescription: what a right value looks like."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each pattern without words."""
        for name, parameter in template.parameters.items():
            if "AllowedPattern" in parameter and not parameter.get("ConstraintDescription"):
                yield Violation(
                    ("Parameters", name, "AllowedPattern"),
                    f"The pattern of {name} has no ConstraintDescription.",
                )
