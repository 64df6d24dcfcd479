"""E9405: whether data outlives its stack is a decision, and written down."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading
from catalog.templates import resource_types

POLICIES = ("DeletionPolicy", "UpdateReplacePolicy")


class DeletionPolicies(HouseRule):
    """Everything that holds data has both policies."""

    id = "E9405"
    shortdesc = "What holds data has a DeletionPolicy and an UpdateReplacePolicy"
    description = "The silent default deletes it with the stack, or with a replacement."
    source_url = (
        "https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/"
        "aws-attribute-deletionpolicy.html"
    )
    remedy = "Add both: Retain for what cannot be made again, Delete for what can."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each resource with the policies it lacks."""
        for resource in template.of_type(*resource_types.stateful()):
            missing = [policy for policy in POLICIES if policy not in resource.body]
            if missing:
                message = f"{resource.name} has no {' and no '.join(missing)}."
                yield Violation(resource.path, message)
