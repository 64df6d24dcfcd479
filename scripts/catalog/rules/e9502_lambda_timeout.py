"""E9502: how long a function may take is a decision."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading


class LambdaTimeout(HouseRule):
    """Every function has a Timeout."""

    id = "E9502"
    shortdesc = "A function has a Timeout"
    description = "The default of three seconds ends most calls to AWS half-way."
    source_url = "https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html"
    remedy = "Set Timeout to the seconds that the slowest good run needs."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each function without."""
        for function in template.of_type("AWS::Lambda::Function"):
            if "Timeout" not in function.properties:
                yield Violation(function.path, f"{function.name} has no Timeout.")
