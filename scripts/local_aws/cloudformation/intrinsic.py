"""Intrinsic functions, conditions and rules (CloudFormation user guide, *Intrinsic functions*).

`Scope.resolve` turns a piece of a template into plain values. Where a value comes from a resource,
another stack, or a parameter store, it asks the `World` it was given.
"""

from __future__ import annotations

import base64
import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from local_aws.cloudformation.errors import ValidationError


class World(Protocol):
    """Where values outside the template come from."""

    def ref(self, name: str) -> Any:
        """The physical id of a resource."""

    def attribute(self, name: str, attribute: str) -> Any:
        """An attribute of a resource."""

    def exported(self, name: str) -> str:
        """The value another stack exports."""

    def dynamic(self, service: str, reference: str) -> str:
        """A `{{resolve:service:reference}}`."""

    def zones(self, region: str) -> list[str]:
        """The availability zones of a region."""


class _NoValue:
    """`AWS::NoValue`: the property that has it is left out."""


NO_VALUE = _NoValue()
_DYNAMIC = re.compile(r"\{\{resolve:(ssm|ssm-secure|secretsmanager):([^}]+)\}\}")
_IN_SUB = re.compile(r"\$\{([^}]*)\}")


@dataclass(slots=True, kw_only=True)
class Scope:
    """Everything a template can refer to.

    Args:
        values: Parameters and pseudo parameters by name, resolved.
        mappings: The template's `Mappings`.
        conditions: The template's `Conditions`, as written.
        world: Resources, exports, dynamic references.
    """

    values: Mapping[str, Any]
    mappings: Mapping[str, Any]
    conditions: Mapping[str, Any]
    world: World
    decided: dict[str, bool] = field(default_factory=dict)

    def condition(self, name: str) -> bool:
        """Whether a named condition holds.

        Raises:
            ValidationError: There is no such condition.
        """
        if name not in self.decided:
            if name not in self.conditions:
                raise ValidationError(f"Template error: unresolved condition dependency {name}")
            self.decided[name] = self.holds(self.conditions[name])
        return self.decided[name]

    def holds(self, condition: Any) -> bool:
        """Whether a condition or a rule's assertion holds."""
        value = self.resolve(condition)
        return value is True or str(value).lower() == "true"

    def resolve(self, value: Any) -> Any:
        """`value` with every function evaluated.

        Raises:
            ValidationError: A function is used wrongly, or what it names does not exist.
        """
        if isinstance(value, str):
            return self._with_dynamic(value)
        if isinstance(value, list):
            resolved = [self.resolve(one) for one in value]
            return [one for one in resolved if one is not NO_VALUE]
        if not isinstance(value, Mapping):
            return value
        if len(value) == 1:
            ((key, inner),) = value.items()
            if function := _FUNCTIONS.get(key):
                return function(self, inner)
            if key.startswith("Fn::"):
                raise ValidationError(f"Template error: {key} is not a function known here")
        resolved_map = {key: self.resolve(inner) for key, inner in value.items()}
        return {key: inner for key, inner in resolved_map.items() if inner is not NO_VALUE}

    def _with_dynamic(self, text: str) -> str:
        return _DYNAMIC.sub(lambda found: self.world.dynamic(found[1], found[2]), text)


def _ref(scope: Scope, name: Any) -> Any:
    if name == "AWS::NoValue":
        return NO_VALUE
    return scope.values[name] if name in scope.values else scope.world.ref(name)


def _get_att(scope: Scope, value: Any) -> Any:
    name, attribute = value.split(".", 1) if isinstance(value, str) else (value[0], value[1:])
    parts = [attribute] if isinstance(attribute, str) else [scope.resolve(p) for p in attribute]
    return scope.world.attribute(name, ".".join(parts))


def _if(scope: Scope, value: Any) -> Any:
    name, yes, no = _arguments("Fn::If", value, 3)
    return scope.resolve(yes if scope.condition(name) else no)


def _join(scope: Scope, value: Any) -> Any:
    delimiter, parts = _arguments("Fn::Join", value, 2)
    resolved = scope.resolve(parts)
    if not isinstance(resolved, list):
        raise ValidationError("Template error: every Fn::Join object requires a list of strings")
    return str(delimiter).join(text(part) for part in resolved)


def _split(scope: Scope, value: Any) -> Any:
    delimiter, whole = _arguments("Fn::Split", value, 2)
    return text(scope.resolve(whole)).split(delimiter)


def _select(scope: Scope, value: Any) -> Any:
    index, options = (scope.resolve(one) for one in _arguments("Fn::Select", value, 2))
    if isinstance(options, str):
        options = [part.strip() for part in options.split(",")]
    try:
        return options[int(index)]
    except (IndexError, ValueError) as error:
        raise ValidationError(f"Template error: Fn::Select cannot select at {index}") from error


def _sub(scope: Scope, value: Any) -> str:
    template, given = (value, {}) if isinstance(value, str) else _arguments("Fn::Sub", value, 2)

    def replaced(found: re.Match[str]) -> str:
        name = found[1].strip()
        if name.startswith("!"):
            return "${" + name[1:] + "}"
        if name in given:
            return text(scope.resolve(given[name]))
        return text(_get_att(scope, name) if "." in name else _ref(scope, name))

    return scope._with_dynamic(_IN_SUB.sub(replaced, template))


def _find_in_map(scope: Scope, value: Any) -> Any:
    if not isinstance(value, list) or len(value) not in (3, 4):
        raise ValidationError(
            "Template error: every Fn::FindInMap object requires three parameters"
        )
    path = [text(scope.resolve(part)) for part in value[:3]]
    found: Any = scope.mappings
    for key in path:
        if not isinstance(found, Mapping) or key not in found:
            if len(value) == 4:  # the fourth is {DefaultValue: …}
                return scope.resolve(value[3]["DefaultValue"])
            place = "::".join(path)
            raise ValidationError(f"Template error: Unable to get mapping for {place}")
        found = found[key]
    return found


def _base64(scope: Scope, value: Any) -> str:
    return base64.b64encode(text(scope.resolve(value)).encode()).decode()


def _cidr(scope: Scope, value: Any) -> list[str]:
    block, count, *rest = (scope.resolve(one) for one in value)
    network = ipaddress.ip_network(block)
    bits = int(rest[0]) if rest else 8
    subnets = network.subnets(new_prefix=network.max_prefixlen - bits)
    return [str(subnet) for subnet, _ in zip(subnets, range(int(count)), strict=False)]


def _get_azs(scope: Scope, value: Any) -> list[str]:
    return scope.world.zones(scope.resolve(value) or scope.values["AWS::Region"])


def _import_value(scope: Scope, value: Any) -> str:
    return scope.world.exported(text(scope.resolve(value)))


def _length(scope: Scope, value: Any) -> int:
    resolved = scope.resolve(value)
    if not isinstance(resolved, list):
        raise ValidationError("Template error: Fn::Length requires a list")
    return len(resolved)


def _to_json_string(scope: Scope, value: Any) -> str:
    return json.dumps(scope.resolve(value), separators=(",", ":"))


def _equals(scope: Scope, value: Any) -> bool:
    one, other = (scope.resolve(part) for part in _arguments("Fn::Equals", value, 2))
    return text(one) == text(other)


def _condition(scope: Scope, name: Any) -> Any:
    # Only a condition's name stands alone under this key; a policy's `Condition` is a map.
    return scope.condition(name) if isinstance(name, str) else {"Condition": scope.resolve(name)}


def _contains(scope: Scope, value: Any) -> bool:
    options, one = (scope.resolve(part) for part in value)
    return text(one) in {text(option) for option in options}


def _each_member_in(scope: Scope, value: Any) -> bool:
    members, options = (scope.resolve(part) for part in value)
    return {text(member) for member in members} <= {text(option) for option in options}


def _each_member_equals(scope: Scope, value: Any) -> bool:
    members, wanted = (scope.resolve(part) for part in value)
    return all(text(member) == text(wanted) for member in members)


def _refused(scope: Scope, value: Any) -> Any:  # noqa: ARG001
    raise ValidationError("Fn::Transform is not implemented in the embedded AWS")


def _arguments(function: str, value: Any, count: int) -> list[Any]:
    if not isinstance(value, list) or len(value) != count:
        raise ValidationError(f"Template error: every {function} object requires {count} arguments")
    return value


def text(value: Any) -> str:
    """A scalar as CloudFormation writes it into a string.

    Raises:
        ValidationError: It is a list or a map.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | Mapping):
        raise ValidationError("Template error: a string is needed where a list or map stands")
    return "" if value is NO_VALUE or value is None else str(value)


_FUNCTIONS: dict[str, Callable[[Scope, Any], Any]] = {
    "Condition": _condition,
    "Fn::And": lambda scope, value: all(scope.holds(one) for one in value),
    "Fn::Base64": _base64,
    "Fn::Cidr": _cidr,
    "Fn::Contains": _contains,
    "Fn::EachMemberEquals": _each_member_equals,
    "Fn::EachMemberIn": _each_member_in,
    "Fn::Equals": _equals,
    "Fn::FindInMap": _find_in_map,
    "Fn::GetAZs": _get_azs,
    "Fn::GetAtt": _get_att,
    "Fn::If": _if,
    "Fn::ImportValue": _import_value,
    "Fn::Join": _join,
    "Fn::Length": _length,
    "Fn::Not": lambda scope, value: not scope.holds(value[0]),
    "Fn::Or": lambda scope, value: any(scope.holds(one) for one in value),
    "Fn::Select": _select,
    "Fn::Split": _split,
    "Fn::Sub": _sub,
    "Fn::ToJsonString": _to_json_string,
    "Fn::Transform": _refused,
    "Ref": _ref,
}
