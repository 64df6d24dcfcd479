"""E9101: a project template takes what SageMaker hands every project."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.model import Kind
from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading

PARAMETERS = ("SageMakerProjectName", "SageMakerProjectId")


class ProjectParameters(HouseRule):
    """Both parameters exist, and are of type String."""

    id = "E9101"
    shortdesc = "A project takes SageMakerProjectName and SageMakerProjectId"
    description = "SageMaker passes both to every project it creates, which fails without them."
    source_url = (
        "https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-projects-templates-custom.html"
    )
    remedy = "Declare both parameters with Type: String."
    kinds = frozenset({Kind.PROJECT})

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each parameter that is missing or of another type."""
        for name in PARAMETERS:
            parameter = template.parameters.get(name)
            if parameter is None:
                yield Violation(("Parameters",), f"The parameter {name} is missing.")
            elif parameter.get("Type") != "String":
                yield Violation(
                    ("Parameters", name, "Type"),
                    f"The parameter {name} is of type {parameter.get('Type')}, not String.",
                )
