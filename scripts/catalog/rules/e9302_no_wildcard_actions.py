"""E9302: permissions are listed, not waved through."""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.policies import Statement, excused, statements
from catalog.rules.reading import Reading

EVERYTHING = re.compile(r"\*+|[a-zA-Z0-9-]+:\*+")


class NoWildcardActions(HouseRule):
    """No statement allows all actions, or all of a service."""

    id = "E9302"
    shortdesc = "No statement allows Action '*' or a service's '*'"
    description = (
        "It grants what nobody thought of, and what AWS adds tomorrow. Only a key policy must "
        "leave kms:* to its account, or the key can become unmanageable."
    )
    source_url = "https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html"
    remedy = (
        "List the actions; for a key's account root, give the reason in the key's "
        "Metadata.catalog.wildcards.<Sid>."
    )

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each action that is a whole service, and each NotAction."""
        for statement in statements(template):
            if not statement.allows or _left_to_key_account(statement):
                continue
            for action, path in statement.values("Action"):
                if EVERYTHING.fullmatch(action):
                    yield Violation(path, f"The action {action} is allowed.")
            if "NotAction" in statement.body:
                path = (*statement.path, "NotAction")
                yield Violation(path, "Everything but a list of actions is allowed.")


def _left_to_key_account(statement: Statement) -> bool:
    return (
        statement.resource.type == "AWS::KMS::Key"
        and statement.for_account_root
        and {action for action, _ in statement.values("Action")} == {"kms:*"}
        and excused(statement)
    )
