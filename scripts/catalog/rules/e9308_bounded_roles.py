"""E9308: who may make roles or hand them out cannot become anybody."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from catalog.rules.house import HouseRule, Violation
from catalog.rules.policies import Statement, every_one_in_iam, excused, statements
from catalog.rules.reading import Reading, items, mapping, text

HANDING_OUT = "iam:PassRole"
"""No boundary bounds it: what matters is which role is passed."""

GRANTING = (
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreatePolicyVersion",
    "iam:CreateRole",
    "iam:CreateUser",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteUserPermissionsBoundary",
    "iam:PutGroupPolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:PutUserPermissionsBoundary",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateLoginProfile",
)
"""What gives permissions, to others or to oneself."""

BOUNDED = (
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateRole",
    "iam:CreateUser",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:PutUserPermissionsBoundary",
    "iam:PutUserPolicy",
)
"""Those of them that a condition on the boundary bounds (service authorization reference, *AWS
Identity and Access Management*: the actions with the condition key `iam:PermissionsBoundary`)."""

BOUNDARY = "iam:permissionsboundary"
DEMANDING = frozenset({"stringequals", "arnequals", "stringlike", "arnlike"})
"""Operators that no request without a boundary satisfies."""

_WIDEST = "arn:aws:iam::aws:policy/AdministratorAccess"


class BoundedRoles(HouseRule):
    """Permissions are given to named roles, or under a boundary, or for a reason."""

    id = "E9308"
    shortdesc = "Nobody gives permissions to every role of an account, or passes them all on"
    description = "Who may do that may do everything: it makes itself an administrator."
    source_url = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html"
    remedy = (
        "Name the roles by their path or the beginning of their name, demand a boundary "
        "(condition iam:PermissionsBoundary), or give the statement a Sid and its reason in the "
        "resource's Metadata.catalog.wildcards.<Sid>."
    )

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each such action where nothing bounds it."""
        for statement in statements(template):
            if not statement.allows or statement.names_a_principal or excused(statement):
                continue
            if not any(every_one_in_iam(each) for each, _ in statement.values("Resource")):
                continue
            for action, path in statement.values("Action"):
                if any(not _bounded(statement, each) for each in _meant(action)):
                    yield Violation(path, f"{action} is allowed on every one of the account.")


def _meant(action: str) -> Iterator[str]:
    """The actions that matter here among those that a text names."""
    for each in (HANDING_OUT, *GRANTING):
        if fnmatchcase(each.lower(), action.lower()):
            yield each


def _bounded(statement: Statement, action: str) -> bool:
    conditions = mapping(statement.body.get("Condition"))
    return action in BOUNDED and any(
        key.lower() == BOUNDARY
        and not any(_bounds_nothing(each) for each, _ in items(demanded, ()))
        for operator, tested in conditions.items()
        if operator.lower() in DEMANDING
        for key, demanded in mapping(tested).items()
    )


def _bounds_nothing(boundary: Any) -> bool:
    """Whether any policy of an account, or the one for administrators, will do as a boundary."""
    demanded = (text(boundary) or "").replace("${AWS::Partition}", "aws")
    return every_one_in_iam(demanded) or fnmatchcase(_WIDEST, demanded)
