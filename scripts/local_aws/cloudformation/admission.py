"""What CreateStack and UpdateStack refuse before a stack exists or changes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from moto.iam.models import iam_backends

from local_aws.cloudformation import language, parameters
from local_aws.cloudformation.errors import InsufficientCapabilities, ValidationError
from local_aws.cloudformation.intrinsic import Scope
from local_aws.cloudformation.model import Ask
from local_aws.cloudformation.template import Template, load, parse_template
from local_aws.cloudformation.world import Outside

NAMED = {
    "AWS::IAM::Group": "GroupName",
    "AWS::IAM::InstanceProfile": "InstanceProfileName",
    "AWS::IAM::ManagedPolicy": "ManagedPolicyName",
    "AWS::IAM::Role": "RoleName",
    "AWS::IAM::User": "UserName",
}
ACKNOWLEDGED = frozenset(
    {
        *NAMED,
        "AWS::IAM::AccessKey",
        "AWS::IAM::GroupPolicy",
        "AWS::IAM::Policy",
        "AWS::IAM::RolePolicy",
        "AWS::IAM::UserPolicy",
        "AWS::IAM::UserToGroupAddition",
    }
)
"""Types that need an acknowledgement (API reference, *CreateStack*, Capabilities)."""

TAG_LIMIT = 50


def admit(ask: Ask, outside: Outside) -> tuple[Template, dict[str, Any]]:
    """Template and values of its parameters, if the request is one CloudFormation takes.

    Raises:
        ValidationError: Name, size, template, parameters, rules, tags or role are wrong.
        InsufficientCapabilities: An acknowledgement is missing.
    """
    if not re.fullmatch(r"[a-zA-Z][-a-zA-Z0-9]{0,127}", ask.name):
        raise ValidationError(
            f"1 validation error detected: Value '{ask.name}' at 'stackName' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
        )
    _check_size(ask)
    values = parameters.resolve(load(ask.template), ask.parameters, outside.stored)
    template = parse_template(ask.template, values)
    _check_rules(template, values, outside)
    _check_capabilities(template, ask.capabilities)
    _check_role(ask.role_arn)
    if len(ask.tags) > TAG_LIMIT:
        raise ValidationError(f"A stack has at most {TAG_LIMIT} tags")
    return template, values


def _check_size(ask: Ask) -> None:
    if len(ask.template.encode()) > ask.limit:
        raise ValidationError(
            "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: "
            f"Member must have length less than or equal to {ask.limit}"
        )


def _check_rules(template: Template, values: Mapping[str, Any], outside: Outside) -> None:
    scope = Scope(
        values={**outside.pseudo("", ""), **values},
        mappings=template.get("Mappings") or {},
        conditions=template.get("Conditions") or {},
        world=outside,
    )
    for name, rule in (template.get("Rules") or {}).items():
        if "RuleCondition" in rule and not scope.holds(rule["RuleCondition"]):
            continue
        for assertion in rule.get("Assertions", []):
            if not scope.holds(assertion["Assert"]):
                why = assertion.get("AssertDescription", f"rule {name} is not fulfilled")
                raise ValidationError(f"Template constraint violation: {why}")


def needed_capabilities(template: Template) -> set[str]:
    """The acknowledgements a template needs."""
    needed = set()
    for resource in template["Resources"].values():
        kind = resource["Type"]
        if kind in ACKNOWLEDGED:
            name = NAMED.get(kind, "")
            named = name in (resource.get("Properties") or {})
            needed.add("CAPABILITY_NAMED_IAM" if named else "CAPABILITY_IAM")
    if set(language.transforms(template)) - {language.EXTENSIONS}:
        needed.add("CAPABILITY_AUTO_EXPAND")
    return needed


def _check_capabilities(template: Template, given: tuple[str, ...]) -> None:
    needed = needed_capabilities(template) - set(given)
    if "CAPABILITY_NAMED_IAM" in given:
        needed.discard("CAPABILITY_IAM")
    if "CAPABILITY_NAMED_IAM" in needed:
        needed.discard("CAPABILITY_IAM")
    if needed:
        raise InsufficientCapabilities(f"Requires capabilities : [{', '.join(sorted(needed))}]")


def _check_role(arn: str | None) -> None:
    if not arn:
        return
    account, name = arn.split(":")[4], arn.rpartition("/")[2]
    if all(role.name != name for role in iam_backends[account]["aws"].roles.values()):
        raise ValidationError(f"Role {arn} is invalid or cannot be assumed")
