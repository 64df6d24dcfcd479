"""E9105: the form has an order, and every parameter a place in it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Path, Reading, mapping

INTERFACE = "AWS::CloudFormation::Interface"


class Interface(HouseRule):
    """Each parameter stands in exactly one group; groups and labels name only parameters."""

    id = "E9105"
    shortdesc = "Every parameter has one place in AWS::CloudFormation::Interface"
    description = "Parameters outside the groups end up unsorted at the foot of the form."
    source_url = (
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
        "aws-resource-cloudformation-interface.html"
    )
    remedy = "List each parameter in one of Metadata's ParameterGroups, and nothing else there."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Compare the parameters with the groups and the labels."""
        interface = mapping(template.section("Metadata").get(INTERFACE))
        placed = list(_placed(interface))
        counts = Counter(name for name, _ in placed)
        for name in template.parameters:
            if name not in counts:
                yield Violation(("Parameters", name), f"The parameter {name} is in no group.")
        seen = set()
        for name, path in placed:
            if name not in template.parameters:
                yield Violation(path, f"{name} is no parameter of this template.")
            elif name in seen:
                yield Violation(path, f"The parameter {name} stands in the groups more than once.")
            seen.add(name)
        for name in mapping(interface.get("ParameterLabels")):
            if name not in template.parameters:
                path = ("Metadata", INTERFACE, "ParameterLabels", name)
                yield Violation(path, f"{name} is no parameter of this template.")


def _placed(interface: object) -> Iterator[tuple[str, Path]]:
    """Each name in the groups with its place."""
    groups = mapping(interface).get("ParameterGroups")
    for index, group in enumerate(groups if isinstance(groups, list) else ()):
        names = mapping(group).get("Parameters")
        for position, name in enumerate(names if isinstance(names, list) else ()):
            path = ("Metadata", INTERFACE, "ParameterGroups", index, "Parameters", position)
            yield str(name), path
