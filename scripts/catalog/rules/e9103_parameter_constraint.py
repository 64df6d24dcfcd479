"""E9103: a wrong value is refused in the form, not an hour later by a service."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading

CONSTRAINTS = frozenset(
    {"AllowedPattern", "AllowedValues", "MinLength", "MaxLength", "MinValue", "MaxValue"}
)
UNCHECKED_TYPES = frozenset({"String", "Number", "CommaDelimitedList", "List<Number>"})
"""Every other type names a thing of AWS, whose existence CloudFormation checks itself."""


class ParameterConstraint(HouseRule):
    """Every parameter of a plain type is constrained."""

    id = "E9103"
    shortdesc = "Every parameter has a constraint"
    description = "A value that nothing checks fails late, in the middle of a launch."
    source_url = (
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/"
        "parameters-section-structure.html"
    )
    remedy = "Add AllowedPattern, AllowedValues, a length or a range, or use a type of AWS."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each parameter that takes anything."""
        for name, parameter in template.parameters.items():
            if str(parameter.get("Type")) in UNCHECKED_TYPES and not CONSTRAINTS & set(parameter):
                yield Violation(("Parameters", name), f"The parameter {name} takes any value.")
