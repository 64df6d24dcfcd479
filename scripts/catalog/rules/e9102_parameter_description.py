"""E9102: every parameter is explained."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading


class ParameterDescription(HouseRule):
    """Every parameter has a description."""

    id = "E9102"
    shortdesc = "Every parameter has a Description"
    description = "It is the only explanation that the form in Studio shows."
    source_url = (
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
        "parameters-section-structure.html"
    )
    remedy = "Say in a sentence what the value is used for."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each parameter without one."""
        for name, parameter in template.parameters.items():
            if not str(parameter.get("Description") or "").strip():
                yield Violation(("Parameters", name), f"The parameter {name} has no Description.")
