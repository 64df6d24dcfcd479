"""Conditions of stages (user guide, *How do stage conditions work?*).

A condition is met when all its rules succeed. One that is not met engages its result: the stage is
skipped or fails.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import regex  # type: ignore[import-untyped]  # comes with cfn-lint

from local_aws.codepipeline import variables
from local_aws.codepipeline.state import FAILED, SUCCEEDED, ConditionRun, RuleRun

Known = Mapping[str, Mapping[str, str]]


def evaluated(condition: Mapping[str, Any], known: Known) -> ConditionRun:
    """A condition held against the variables known so far."""
    rules = tuple(_rule(rule, known) for rule in condition.get("rules") or ())
    met = all(rule.status == SUCCEEDED for rule in rules)
    return ConditionRun(status=SUCCEEDED if met else FAILED, rules=rules)


def _rule(rule: Mapping[str, Any], known: Known) -> RuleRun:
    """A rule; one whose variable has no value fails."""
    name, declared = rule["name"], rule.get("configuration") or {}
    try:
        found = variables.resolved(declared, known)
    except variables.Unresolved as error:
        return RuleRun(name=name, status=FAILED, declaration=rule, message=str(error))
    holds = compared(found["Operator"], found["Variable"], found["Value"])
    said = f"'{found['Variable']}' {found['Operator']} '{found['Value']}' is {str(holds).lower()}"
    return RuleRun(
        name=name,
        status=SUCCEEDED if holds else FAILED,
        declaration=rule,
        resolved=found,
        message=f"Variable check: {said}",
    )


def compared(operator: str, variable: str, value: str) -> bool:
    """What VariableCheck compares (rule reference, *VariableCheck*); MATCHES means the whole."""
    match operator:
        case "EQ":
            return variable == value
        case "NE":
            return variable != value
        case "CONTAINS":
            return value in variable
        case "MATCHES":
            return regex.fullmatch(value, variable) is not None
        case _:
            return False
