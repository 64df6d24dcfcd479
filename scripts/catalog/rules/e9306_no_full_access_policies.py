"""E9306: a wildcard does not come in through a managed policy."""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import ARN_PART, Reading, items, text

TYPES = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group")
FULL = re.compile(
    rf"arn:{ARN_PART}:iam::aws:policy/.*(FullAccess|AdministratorAccess|PowerUserAccess)"
)


class NoFullAccessPolicies(HouseRule):
    """No AWS managed policy that grants a whole service or account."""

    id = "E9306"
    shortdesc = "No AWS managed policy grants full access"
    description = "Such a policy is Action '*' under another name, and AWS widens it at will."
    source_url = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
        "access_policies_managed-vs-inline.html#aws-managed-policies"
    )
    remedy = "List the actions in a policy of your own."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each such policy."""
        for resource in template.of_type(*TYPES):
            policies = resource.properties.get("ManagedPolicyArns")
            for policy, path in items(policies, resource.at("ManagedPolicyArns")):
                arn = text(policy) or ""
                if FULL.match(arn):
                    yield Violation(path, f"{arn.rpartition('/')[2]} grants everything.")
