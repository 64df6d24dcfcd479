"""E9301: starting a project never needs the right to create roles."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.model import Kind
from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading


class NoRolesInProjects(HouseRule):
    """A project template has no AWS::IAM resources."""

    id = "E9301"
    shortdesc = "A project creates nothing of IAM"
    description = "A launch role that may create roles may give itself any permission."
    source_url = "https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html"
    remedy = "Refer by name to a role of a foundation product."
    kinds = frozenset({Kind.PROJECT})

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each resource of IAM."""
        for resource in template.resources.values():
            if resource.type.startswith("AWS::IAM::"):
                yield Violation(
                    (*resource.path, "Type"),
                    f"{resource.name} is an {resource.type}.",
                )
