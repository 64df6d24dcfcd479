"""E9604: a release is the same for every account."""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import ARN_PART, Reading, strings

FIXED = re.compile(rf"\barn:{ARN_PART}:{ARN_PART}:{ARN_PART}:(\d{{12}}):|\b(\d{{12}})\.dkr\.ecr\.")
SECTIONS = ("Resources", "Outputs", "Conditions")


class NoFixedAccounts(HouseRule):
    """No ARN and no image address spells out an account."""

    id = "E9604"
    shortdesc = "No account is written into a template"
    description = "One release is published into any account; a fixed one belongs to somebody."
    source_url = ""
    remedy = "Use ${AWS::AccountId}, a parameter, or a mapping of AWS's own accounts by region."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each account in an ARN or an image address."""
        for section in SECTIONS:
            for value, path in strings(template.section(section), (section,)):
                if found := FIXED.search(value):
                    account = found[1] or found[2]
                    yield Violation(path, f"The account {account} is written into the template.")
