"""E9307: what a policy allows can be read in it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.policies import EVERY_RESOURCE, Statement, excused, statements
from catalog.rules.reading import UNREADABLE, Reading, items, text

HOLDERS = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group")
_AWS_OWN = re.compile(r"arn:[^/]*:aws:policy/.*\$\{")
"""A policy of AWS whose name is put together."""

_PARAMETER = re.compile(r"\$\{(\w+)\}")


class ReadablePermissions(HouseRule):
    """No action, resource or managed policy comes from where a reader does not see it."""

    id = "E9307"
    shortdesc = "A policy says in plain words what it allows"
    description = (
        "An action from a mapping, a list that is split, or a parameter whose default is '*' "
        "passes every other rule, and every reviewer."
    )
    source_url = (
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html"
    )
    remedy = "Write it where it is allowed; a parameter for a resource has no wildcard as default."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each that cannot be read."""
        for statement in statements(template):
            if statement.allows:
                yield from _hidden(statement, template)
        for resource in template.of_type(*HOLDERS):
            policies = resource.properties.get("ManagedPolicyArns")
            for policy, path in items(policies, resource.at("ManagedPolicyArns")):
                arn = "" if policy is None else text(policy) or UNREADABLE
                if arn == UNREADABLE or _AWS_OWN.match(arn):
                    yield Violation(path, "Which managed policy this is cannot be read.")


def _hidden(statement: Statement, template: Reading) -> Iterator[Violation]:
    for action, path in statement.values("Action"):
        if "${" in action:
            yield Violation(path, f"The action {action} cannot be read.")
    for resource, path in statement.values("Resource"):
        if resource == UNREADABLE:
            yield Violation(path, "Which resource this is cannot be read.")
        elif _everything(resource, template) and not excused(statement):
            yield Violation(path, f"By default {resource} is every resource.")


def _everything(resource: str, template: Reading) -> bool:
    """Whether a resource is a parameter whose default is all of them."""
    hit = _PARAMETER.fullmatch(resource)
    default = template.parameters.get(hit[1], {}).get("Default") if hit else None
    return isinstance(default, str) and any(
        EVERY_RESOURCE.fullmatch(part.strip()) for part in default.split(",")
    )
