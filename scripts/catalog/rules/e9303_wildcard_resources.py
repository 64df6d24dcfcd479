"""E9303: a permission on everything is the exception, and says why."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.policies import EVERY_RESOURCE, excused, statements
from catalog.rules.reading import Reading


class WildcardResources(HouseRule):
    """An identity policy's Resource is named, or its Sid has a reason."""

    id = "E9303"
    shortdesc = "Resource '*' only with a reason"
    description = "Some actions take no finer resource; all others reach far beyond their purpose."
    source_url = (
        "https://docs.aws.amazon.com/service-authorization/latest/reference/"
        "reference_policies_actions-resources-contextkeys.html"
    )
    remedy = (
        "Name the resources, or give the statement a Sid and its reason in the resource's "
        "Metadata.catalog.wildcards.<Sid>."
    )

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each resource that is everything, and each NotResource."""
        for statement in statements(template):
            if not statement.allows or statement.names_a_principal or excused(statement):
                continue
            for resource, path in statement.values("Resource"):
                if EVERY_RESOURCE.fullmatch(resource):
                    yield Violation(path, f"The statement reaches every resource ({resource}).")
            if "NotResource" in statement.body:
                path = (*statement.path, "NotResource")
                yield Violation(path, "The statement reaches all but some resources.")
