"""E9305: a reason for a wildcard is written for a wildcard that is there."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.policies import (
    Statement,
    every_one_in_iam,
    is_reason,
    reasons,
    statements,
)
from catalog.rules.reading import Reading


class ReasonsInUse(HouseRule):
    """Every Sid in `Metadata.catalog.wildcards` has a wildcard, and words."""

    id = "E9305"
    shortdesc = "Each reason for a wildcard is needed, and says something"
    description = "A reason left behind excuses the next wildcard that comes under its Sid."
    source_url = ""
    remedy = "Remove the entry, correct its Sid, or write why nothing finer will do."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Compare the reasons with the statements of the same resource."""
        wide = {(s.resource.name, s.sid) for s in statements(template) if s.allows and _wide(s)}
        for resource in template.resources.values():
            for sid, reason in reasons(resource).items():
                path = (*resource.path, "Metadata", "catalog", "wildcards", sid)
                if (resource.name, sid) not in wide:
                    yield Violation(path, f"No statement {sid} of {resource.name} has a wildcard.")
                elif not is_reason(reason):
                    yield Violation(
                        path, f"The wildcard of {sid} has no reason of two words or more."
                    )


def _wide(statement: Statement) -> bool:
    values = [
        *statement.values("Action"),
        *statement.values("Resource"),
        *statement.principals(),
    ]
    return any(_all(value) for value, _ in values) or bool(
        {"NotAction", "NotResource", "NotPrincipal"} & set(statement.body)
    )


def _all(value: str) -> bool:
    return value == "*" or value.endswith(":*") or every_one_in_iam(value)
