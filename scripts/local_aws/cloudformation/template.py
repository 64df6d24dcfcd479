"""Template text to plain values, and what CloudFormation checks before it begins.

Short forms (`!Sub`) become long ones (`Fn::Sub`), `!GetAtt A.B.C` becomes `["A", "B.C"]`. Quotas
are those of the CloudFormation user guide, *Understand CloudFormation quotas*; sections and names
those of *Template sections*.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from local_aws.cloudformation import language, schemas
from local_aws.cloudformation.errors import ValidationError

BODY_LIMIT = 51_200
URL_LIMIT = 1_000_000
"""Bytes of a template given in the request, and of one given by URL."""

MOST = {"Parameters": 200, "Mappings": 200, "Resources": 500, "Outputs": 200}

SECTIONS = frozenset(
    {
        "AWSTemplateFormatVersion",
        "Conditions",
        "Description",
        "Mappings",
        "Metadata",
        "Outputs",
        "Parameters",
        "Resources",
        "Rules",
        "Transform",
    }
)
RESOURCE_KEYS = frozenset(
    {
        "Condition",
        "CreationPolicy",
        "DeletionPolicy",
        "DependsOn",
        "Metadata",
        "Properties",
        "Type",
        "UpdatePolicy",
        "UpdateReplacePolicy",
    }
)
PSEUDO = frozenset(
    f"AWS::{name}"
    for name in (
        "AccountId",
        "NoValue",
        "NotificationARNs",
        "Partition",
        "Region",
        "StackId",
        "StackName",
        "URLSuffix",
    )
)

Template = dict[str, Any]


def parse_template(text: str, values: Mapping[str, Any] | None = None) -> Template:
    """The template as plain values, loops written out, checked.

    Args:
        text: YAML or JSON.
        values: Values of parameters by name; defaults stand in for those that are missing.

    Raises:
        ValidationError: CloudFormation would not accept it; the message is CloudFormation's.
    """
    template = load(text)
    defaults = {
        name: parameter.get("Default")
        for name, parameter in (template.get("Parameters") or {}).items()
        if isinstance(parameter, Mapping)
    }
    template = language.expand(template, {**defaults, **(values or {})})
    check(template)
    return template


def load(text: str) -> Template:
    """Read YAML or JSON.

    Raises:
        ValidationError: It is neither, or not a template.
    """
    try:
        data = json.loads(text) if text.lstrip().startswith("{") else _read_yaml(text)
    except ValueError as error:
        raise _malformed(f"JSON not well-formed. ({error})") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise _malformed(f"YAML not well-formed.{place}") from error
    if not isinstance(data, dict):
        raise _malformed("unsupported structure.")
    return data


def _malformed(what: str) -> ValidationError:
    return ValidationError(f"Template format error: {what}")


# --- Reading ----------------------------------------------------------------------------------


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML 1.1 as CloudFormation reads it: short forms, no timestamps, no key twice."""


def _function(loader: Any, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}"
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if name == "Fn::GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = _mapping(loader, node)
    return {name: value}


def _mapping(loader: Any, node: Any) -> dict[str, Any]:
    loader.flatten_mapping(node)
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        key = str(loader.construct_object(key_node, deep=True))
        if key in found:
            raise yaml.constructor.ConstructorError(
                None, None, f"duplicate key {key}", key_node.start_mark
            )
        found[key] = loader.construct_object(value_node, deep=True)
    return found


_Loader.add_multi_constructor("!", _function)
_Loader.add_constructor("tag:yaml.org,2002:map", _mapping)
_Loader.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)


def _read_yaml(text: str) -> Any:
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader


# --- Checks -----------------------------------------------------------------------------------


def check(template: Template) -> None:
    """Refuse what CloudFormation refuses at once, before it looks at any resource.

    Raises:
        ValidationError: Of the first problem found.
    """
    if unknown := sorted(set(template) - SECTIONS):
        raise _malformed(f"Invalid template property or properties [{', '.join(unknown)}]")
    if str(template.get("AWSTemplateFormatVersion", "2010-09-09")) != "2010-09-09":
        raise _malformed(f"{template['AWSTemplateFormatVersion']} is not a supported value.")
    if len(str(template.get("Description") or "").encode()) > 1024:
        raise _malformed("'Description' length is greater than 1024.")
    for section in ("Resources", "Parameters", "Mappings", "Outputs", "Conditions", "Rules"):
        _check_section(template, section)
    for name, resource in template["Resources"].items():
        _check_resource(name, resource)
    _check_references(template)


def _check_section(template: Template, section: str) -> None:
    entries = template.get(section)
    if section == "Resources" and not entries:
        raise _malformed("At least one Resources member must be defined.")
    if section not in template:
        return
    if entries is None:
        raise ValidationError(f"[/{section}] 'null' values are not allowed in templates")
    if not isinstance(entries, Mapping):
        raise _malformed(f"{section} must be a map.")
    most = MOST.get(section)
    if most and len(entries) > most:
        text = f"Number of {section.lower()}, {len(entries)}, is greater than maximum allowed"
        raise _malformed(f"{text}, {most}")
    for name in entries:
        if section in MOST and not re.fullmatch(r"[A-Za-z0-9]{1,255}", name):
            kind = section.rstrip("s")
            raise _malformed(f"{kind} name {name} is non alphanumeric.")


def _check_resource(name: str, resource: Any) -> None:
    if not isinstance(resource, Mapping) or not isinstance(resource.get("Type"), str):
        raise _malformed(f"[/Resources/{name}] Every Resources object must contain a Type member.")
    if unknown := sorted(set(resource) - RESOURCE_KEYS):
        keys = ", ".join(unknown)
        raise ValidationError(f"Invalid template resource property '{keys}' in {name}")
    if not schemas.known(resource["Type"]):
        raise _malformed(f"Unrecognized resource types: [{resource['Type']}]")
    for key in ("DeletionPolicy", "UpdateReplacePolicy"):
        allowed = {"Delete", "Retain", "Snapshot", "RetainExceptOnCreate"}
        value = resource.get(key, "Delete")
        if isinstance(value, str) and value not in allowed:
            raise _malformed(f"Unrecognized {key} {value}")


def _check_references(template: Template) -> None:
    resources, parameters = set(template["Resources"]), set(template.get("Parameters") or {})
    conditions = set(template.get("Conditions") or {})
    anything, given = resources | parameters | PSEUDO, parameters | PSEUDO
    inside = (("Resources", anything), ("Outputs", anything), ("Conditions", given))
    for section, targets in inside:
        missing = sorted(
            target
            for kind, target, _ in references(template.get(section))
            if (target not in (conditions if kind == "Condition" else targets))
        )
        if missing:
            text = f"Unresolved resource dependencies [{', '.join(missing)}]"
            raise _malformed(f"{text} in the {section} block of the template")
        _check_attributes(template["Resources"], template.get(section))
    for name, resource in template["Resources"].items():
        for other in depends_on(resource):
            if other not in resources:
                text = f"Unresolved resource dependencies [{other}] in the Resources block"
                raise _malformed(f"{text} of the template ({name}.DependsOn)")


def _check_attributes(resources: Mapping[str, Any], section: Any) -> None:
    for kind, name, attribute in references(section):
        if kind == "GetAtt" and attribute:
            declared = resources[name]["Type"]
            if not schemas.attribute(declared, attribute):
                text = f"resource {name} does not support attribute type {attribute} in Fn::GetAtt"
                raise ValidationError(f"Template error: {text}")


def depends_on(resource: Mapping[str, Any]) -> list[str]:
    """The logical ids of a resource's `DependsOn`."""
    given = resource.get("DependsOn") or []
    return [given] if isinstance(given, str) else list(given)


_IN_SUB = re.compile(r"\$\{([^!}][^}]*)\}")


Reference = tuple[str, str, str]


def references(value: Any) -> Iterator[Reference]:
    """What a value refers to: `Ref`, `GetAtt` or `Condition`, logical name, attribute if known."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _reference(key, inner, alone=len(value) == 1)
    elif isinstance(value, list):
        for inner in value:
            yield from references(inner)


def _reference(key: str, value: Any, *, alone: bool) -> Iterator[Reference]:
    if key == "Ref" and isinstance(value, str):
        yield "Ref", value, ""
    elif key == "Fn::GetAtt":
        yield from _attribute(value)
    elif key == "Fn::Sub":
        yield from _substituted(value)
    elif key == "Condition" and isinstance(value, str) and (alone or not value.startswith("aws:")):
        yield "Condition", value, ""
    elif key == "Fn::If" and isinstance(value, list) and value:
        yield "Condition", str(value[0]), ""
        yield from references(value[1:])
    elif key not in {"Metadata", "Type", "DependsOn"}:
        yield from references(value)


def _attribute(value: Any) -> Iterator[Reference]:
    parts = value.split(".", 1) if isinstance(value, str) else list(value)
    if isinstance(parts[0], str):
        known = all(isinstance(part, str) for part in parts)
        yield "GetAtt", parts[0], ".".join(parts[1:]) if known else ""
    yield from references(parts[1:])


def _substituted(value: Any) -> Iterator[Reference]:
    text, given = (value, {}) if isinstance(value, str) else (value[0], value[1])
    for name in _IN_SUB.findall(text):
        target, dot, attribute = name.strip().partition(".")
        if name.strip() not in given:
            yield ("GetAtt" if dot else "Ref"), target, attribute
    yield from references(given)
