"""Parameters: what was given, held against what the template declares.

Messages follow CloudFormation's (user guide, *Parameters*; API reference, *CreateStack*). Types of
AWS resources (`AWS::EC2::VPC::Id`…) are taken as strings: whether such a resource exists is not
checked here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from local_aws.cloudformation.errors import ValidationError

VALUE_LIMIT = 4096
"""Bytes of one parameter value."""

MASK = "****"
"""What CloudFormation shows for a `NoEcho` parameter."""

STORED = "AWS::SSM::Parameter::Value<"

Lookup = Callable[[str], str]
"""The value of a parameter of Systems Manager; raises ValidationError when there is none."""


def resolve(
    template: Mapping[str, Any], given: Mapping[str, str], stored: Lookup
) -> dict[str, Any]:
    """Values by name: strings, and lists for list types.

    Args:
        template: A checked template.
        given: What the request says.
        stored: Reads Systems Manager for the `AWS::SSM::Parameter::…` types.

    Raises:
        ValidationError: A parameter is unknown, missing, or breaks its constraints.
    """
    declared: Mapping[str, Any] = template.get("Parameters") or {}
    if unknown := [name for name in given if name not in declared]:
        raise ValidationError(f"Parameters: [{', '.join(unknown)}] do not exist in the template")
    missing = [name for name, one in declared.items() if name not in given and "Default" not in one]
    if missing:
        raise ValidationError(f"Parameters: [{', '.join(missing)}] must have values")
    return {
        name: _value(name, one, as_text(given.get(name, one.get("Default"))), stored)
        for name, one in declared.items()
    }


def shown(template: Mapping[str, Any], given: Mapping[str, str]) -> list[dict[str, str]]:
    """Parameters as DescribeStacks lists them: defaults filled in, secrets masked."""
    return [
        {
            "ParameterKey": name,
            "ParameterValue": (
                MASK
                if str(one.get("NoEcho", "")).lower() == "true"
                else as_text(given.get(name, one.get("Default")))
            ),
        }
        for name, one in (template.get("Parameters") or {}).items()
    ]


def as_text(value: Any) -> str:
    """A value of a parameter as CloudFormation writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(as_text(one) for one in value)
    return "" if value is None else str(value)


def _value(name: str, declared: Mapping[str, Any], value: str, stored: Lookup) -> Any:
    kind = str(declared.get("Type", ""))
    if len(value.encode()) > VALUE_LIMIT:
        raise ValidationError(f"Parameter {name} is longer than {VALUE_LIMIT} bytes")
    is_list = kind == "CommaDelimitedList" or kind.startswith("List<")
    members = [part.strip() for part in value.split(",")] if is_list else [value]
    for member in members:
        _check(name, declared, kind, member)
    if kind.startswith(STORED):
        found = stored(value)
        inner = kind[len(STORED) : -1]
        return found.split(",") if inner.startswith(("List<", "CommaDelimited")) else found
    return members if is_list else value


def _check(name: str, declared: Mapping[str, Any], kind: str, value: str) -> None:
    allowed = declared.get("AllowedValues")
    if allowed is not None and value not in [as_text(one) for one in allowed]:
        options = ", ".join(as_text(one) for one in allowed)
        _fail(name, declared, f"must be one of AllowedValues: [{options}]", choice=True)
    if "Number" in kind:
        _check_number(name, declared, value)
    pattern = declared.get("AllowedPattern")
    if pattern and not re.fullmatch(str(pattern), value):
        _fail(name, declared, f"must match pattern {pattern}")
    length = len(value)
    if length < int(declared.get("MinLength", 0)):
        _fail(name, declared, f"must contain at least {declared['MinLength']} characters")
    if length > int(declared.get("MaxLength", length)):
        _fail(name, declared, f"must contain at most {declared['MaxLength']} characters")
    if not _known_type(kind):
        text = f"Template format error: Unrecognized parameter type: {kind}"
        raise ValidationError(text)


def _check_number(name: str, declared: Mapping[str, Any], value: str) -> None:
    try:
        number = float(value)
    except ValueError:
        raise ValidationError(f"Parameter '{name}' must be a number.") from None
    if number < float(declared.get("MinValue", number)):
        _fail(name, declared, f"must be a number not less than {declared['MinValue']}")
    if number > float(declared.get("MaxValue", number)):
        _fail(name, declared, f"must be a number not greater than {declared['MaxValue']}")


def _fail(name: str, declared: Mapping[str, Any], why: str, *, choice: bool = False) -> None:
    described = declared.get("ConstraintDescription")
    if choice and not described:
        raise ValidationError(f"Parameter '{name}' {why}")
    raise ValidationError(f"Parameter {name} failed to satisfy constraint: {described or why}")


def _known_type(kind: str) -> bool:
    if kind in {"String", "Number", "CommaDelimitedList", "List<Number>", "List<String>"}:
        return True
    inner = re.fullmatch(
        r"(?:List<)?(AWS::[A-Za-z0-9:]+?)(?:::(?:Id|Name|KeyName|Image::Id))?>?", kind
    )
    return inner is not None or kind.startswith("AWS::SSM::Parameter::")
