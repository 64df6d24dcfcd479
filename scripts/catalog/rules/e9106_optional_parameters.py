"""E9106: Studio knows which fields of the form may stay empty."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.model import Kind
from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading, mapping

SECTION = "SagemakerTemplateParameterRules"


class OptionalParameters(HouseRule):
    """The rules for Studio's form name parameters, and mark those with an empty default."""

    id = "E9106"
    shortdesc = (
        "A parameter with an empty default is marked Optional for Studio, and no other name is"
    )
    description = "Studio takes an unmarked field as required, and an empty default as no answer."
    source_url = ""
    remedy = f"Keep Metadata.{SECTION}.<parameter>.Optional true for exactly those parameters."
    kinds = frozenset({Kind.PROJECT})

    def check(self, template: Reading) -> Iterator[Violation]:
        """Compare empty defaults with the marks."""
        marks = mapping(template.section("Metadata").get(SECTION))
        for name, parameter in template.parameters.items():
            if parameter.get("Default") == "" and not mapping(marks.get(name)).get("Optional"):
                yield Violation(
                    ("Parameters", name, "Default"),
                    f"The parameter {name} may stay empty, but is not marked Optional.",
                )
        for name, mark in marks.items():
            path = ("Metadata", SECTION, name)
            if name not in template.parameters:
                yield Violation(path, f"{name} is no parameter of this template.")
            elif mapping(mark).get("Optional") and "Default" not in template.parameters[name]:
                yield Violation(path, f"{name} is marked Optional, but has no Default.")
