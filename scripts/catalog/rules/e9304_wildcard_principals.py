"""E9304: nothing of ours is open to everybody."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.policies import excused, statements
from catalog.rules.reading import Reading


class WildcardPrincipals(HouseRule):
    """A statement that allows names its principals, or its Sid has a reason."""

    id = "E9304"
    shortdesc = "Principal '*' only to deny, or with a reason"
    description = "Whoever is on the internet matches it; only conditions stand in between."
    source_url = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"
    remedy = (
        "Name the principals, or give the statement a Sid and its reason in the resource's "
        "Metadata.catalog.wildcards.<Sid>."
    )

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each principal that is everybody, and each NotPrincipal."""
        for statement in statements(template):
            if not statement.allows or excused(statement):
                continue
            for principal, path in statement.principals():
                if principal == "*":
                    yield Violation(path, "The statement allows everybody.")
            if "NotPrincipal" in statement.body:
                path = (*statement.path, "NotPrincipal")
                yield Violation(path, "The statement allows all but some principals.")
