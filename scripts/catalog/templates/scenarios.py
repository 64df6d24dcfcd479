"""Whether a set of parameters fits a template: what CloudFormation would refuse at its door.

Constraints are those of https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/
parameters-section-structure.html, assertions those of its *Rules* section. What only a service or
a stack can tell (values of AWS types, `Fn::ValueOf`) is left to the launch.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

PSEUDO_VALUE = "$[taskcat"
"""taskcat replaces such values at launch, so nothing can be said about them here."""


@dataclass(frozen=True, slots=True)
class Misfit:
    """One thing that does not fit.

    Args:
        rule: Number of the finding.
        parameter: The parameter meant; empty when several are.
    """

    rule: str
    parameter: str
    message: str
    remedy: str


def misfits(template: Mapping[str, Any], given: Mapping[str, str]) -> Iterator[Misfit]:
    """Everything about the values in `given` that the template's launch would refuse."""
    declared: Mapping[str, Mapping[str, Any]] = template.get("Parameters") or {}
    for name in given:
        if name not in declared:
            near = get_close_matches(name, declared.keys() - given.keys(), n=1)
            hint = f"Did you mean {near[0]}?" if near else "Remove it, or declare it."
            yield Misfit("C405", name, f"The template has no parameter {name}.", hint)
    for name, parameter in declared.items():
        if name in given:
            for problem in refusals(parameter, given[name]):
                remedy = str(parameter.get("ConstraintDescription", "Give a value that fits."))
                yield Misfit("C408", name, f"{name}: {problem}", remedy)
        elif "Default" not in parameter:
            message = f"The parameter {name} has no value and no Default."
            yield Misfit("C406", name, message, "Give it a value in the scenario.")
    defaults = {n: str(p["Default"]) for n, p in declared.items() if "Default" in p}
    yield from _assertions(template.get("Rules") or {}, {**defaults, **given})


def refusals(parameter: Mapping[str, Any], value: str) -> Iterator[str]:
    """Why a parameter refuses a value; every part of a list is looked at."""
    kind = str(parameter.get("Type", "String"))
    if PSEUDO_VALUE in value:
        return
    listed = kind == "CommaDelimitedList" or kind.startswith("List<")
    for part in [p.strip() for p in value.split(",")] if listed else [value]:
        yield from _allowed(parameter, part)
        if kind in {"Number", "List<Number>"}:
            yield from _in_range(parameter, part)
        else:
            yield from _long_enough(parameter, part)


def _allowed(parameter: Mapping[str, Any], value: str) -> Iterator[str]:
    allowed = parameter.get("AllowedValues")
    if isinstance(allowed, list) and value not in {text(item) for item in allowed}:
        yield f"'{value}' is none of {', '.join(map(text, allowed))}."
    pattern = parameter.get("AllowedPattern")
    try:
        matches = pattern is None or re.fullmatch(str(pattern), value)
    except re.error:  # Java's expressions know things that Python's do not
        return
    if not matches:
        yield f"'{value}' does not match {pattern}."


def _in_range(parameter: Mapping[str, Any], value: str) -> Iterator[str]:
    try:
        number = float(value)
    except ValueError:
        yield f"'{value}' is no number."
        return
    least, most = bound(parameter, "MinValue"), bound(parameter, "MaxValue")
    if least is not None and number < least:
        yield f"{value} is less than {parameter['MinValue']}."
    if most is not None and number > most:
        yield f"{value} is more than {parameter['MaxValue']}."


def _long_enough(parameter: Mapping[str, Any], value: str) -> Iterator[str]:
    least, most = bound(parameter, "MinLength"), bound(parameter, "MaxLength")
    if least is not None and len(value) < least:
        yield f"'{value}' is shorter than {parameter['MinLength']} characters."
    if most is not None and len(value) > most:
        yield f"'{value}' is longer than {parameter['MaxLength']} characters."


def bound(parameter: Mapping[str, Any], key: str) -> float | None:
    """A bound of a parameter; None without one, and for what is no number, which linting finds."""
    try:
        return float(parameter[key])
    except (KeyError, TypeError, ValueError):
        return None


def _assertions(rules: Mapping[str, Any], values: Mapping[str, str]) -> Iterator[Misfit]:
    """Rules whose condition holds and whose assertion certainly does not."""
    for name, rule in rules.items():
        if not isinstance(rule, dict) or holds(rule.get("RuleCondition", True), values) is False:
            continue
        for assertion in rule.get("Assertions") or ():
            if holds(assertion.get("Assert"), values) is False:
                said = assertion.get("AssertDescription", "an assertion does not hold")
                yield Misfit("C409", "", f"Rule {name}: {said}", "Give values that go together.")


def holds(expression: Any, values: Mapping[str, str]) -> bool | None:
    """Whether an expression of a rule or a condition is true; None when only a launch can tell."""
    match expression:
        case bool():
            return expression
        case {"Fn::Not": [inner]}:
            found = holds(inner, values)
            return None if found is None else not found
        case {"Fn::And": list(parts)}:
            found_all = [holds(part, values) for part in parts]
            return False if False in found_all else None if None in found_all else True
        case {"Fn::Or": list(parts)}:
            found_any = [holds(part, values) for part in parts]
            return True if True in found_any else None if None in found_any else False
        case {"Fn::Equals": [left, right]}:
            pair = (_value(left, values), _value(right, values))
            return None if None in pair else pair[0] == pair[1]
        case {"Fn::Contains": [list(choices), value]}:
            found_value = _value(value, values)
            known = [_value(choice, values) for choice in choices]
            return None if found_value is None or None in known else found_value in known
    return None


def _value(expression: Any, values: Mapping[str, str]) -> str | None:
    match expression:
        case {"Ref": str(name)}:
            return values.get(name)
        case str() | int() | float():
            return text(expression)
    return None


def text(value: object) -> str:
    """A scalar as CloudFormation hands it on."""
    return str(value).lower() if isinstance(value, bool) else str(value)
