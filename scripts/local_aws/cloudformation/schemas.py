"""What CloudFormation knows of each resource type: the schemas that cfn-lint ships.

They are read as data, without importing cfn-lint, whose import costs seconds. A schema says which
properties a type has, which it needs, which it sets itself, what identifies it, and which changes
need a new resource (CloudFormation CLI user guide, *Resource type schema*).
"""

from __future__ import annotations

import functools
import importlib.util
import json
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]
import regex  # type: ignore[import-untyped]  # patterns are ECMA's; `re` knows fewer

Schema = dict[str, Any]

REGION = "us-east-1"
"""Types differ a little by region; the home region has all of them."""

BOUNDS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
LENGTHS = ("minLength", "maxLength")
"""Keywords that measure a number or a text. Templates write either as the other: the value of a
parameter of type Number reaches a property as text."""

CUSTOM = "AWS::CloudFormation::CustomResource"


@functools.cache
def _directory() -> Path:
    spec = importlib.util.find_spec("cfnlint")
    assert spec is not None  # noqa: S101 - a dependency of ours
    assert spec.submodule_search_locations  # noqa: S101
    return Path(spec.submodule_search_locations[0]) / "data" / "schemas"


@functools.cache
def _index() -> dict[str, str]:
    path = _directory() / "providers" / f"{REGION}.json"
    return dict(json.loads(path.read_text("utf-8")))


def is_custom(kind: str) -> bool:
    """Whether a type is a custom resource."""
    return kind.startswith("Custom::") or kind == CUSTOM


def known(kind: str) -> bool:
    """Whether CloudFormation knows the type."""
    return is_custom(kind) or kind in _index()


@functools.cache
def schema(kind: str) -> Schema:
    """The schema of a known type."""
    name = _index()[CUSTOM if is_custom(kind) else kind]
    return dict(json.loads((_directory() / "resources" / f"{name}.json").read_text("utf-8")))


def read_only(kind: str) -> tuple[str, ...]:
    """Attributes a type sets itself, e.g. `Arn`, `Endpoint.Address`."""
    return tuple(_dotted(path) for path in schema(kind).get("readOnlyProperties", ()))


def write_only(kind: str) -> tuple[str, ...]:
    """Properties that no service tells, e.g. `Code.S3Key`; `*` stands for each entry of a list."""
    return tuple(_dotted(path) for path in schema(kind).get("writeOnlyProperties", ()))


def readable(kind: str) -> bool:
    """Whether CloudFormation has a handler that reads resources of a type."""
    return not is_custom(kind) and "read" in schema(kind).get("handlers", {})


def identifier(kind: str) -> tuple[str, ...]:
    """The properties whose values make the physical id."""
    return tuple(_dotted(path) for path in schema(kind).get("primaryIdentifier", ()))


def create_only(kind: str) -> frozenset[str]:
    """Top-level properties whose change needs a new resource."""
    paths = schema(kind).get("createOnlyProperties", ())
    return frozenset(_dotted(path).partition(".")[0] for path in paths)


def taggable(kind: str) -> bool:
    """Whether resources of a type carry tags; False where its schema says that they do not."""
    found = schema(kind)
    return bool(found.get("tagging", found).get("taggable", True))


def attribute(kind: str, name: str) -> bool:
    """Whether `Fn::GetAtt` of a type answers an attribute.

    Read-only properties do, and for many types the others too: CloudFormation answers any property
    of a registered type's model. A stack answers its outputs, a custom resource anything.
    """
    if is_custom(kind):
        return True
    if kind == "AWS::CloudFormation::Stack":
        return name.startswith("Outputs.")
    return name in read_only(kind) or name.partition(".")[0] in schema(kind).get("properties", {})


def _dotted(pointer: str) -> str:
    return pointer.removeprefix("/properties/").replace("/", ".")


# --- Validation -------------------------------------------------------------------------------


def problems(kind: str, properties: Mapping[str, Any]) -> list[str]:
    """What CloudFormation would refuse about resolved properties, as its model validation words it.

    Args:
        kind: A known type.
        properties: Resolved: no intrinsic function is left.
    """
    found = [
        f"{_place(error)}: {_text(error)}" for error in _validator(kind).iter_errors(properties)
    ]
    either = schema(kind).get("requiredXor", ())
    if either and sum(name in properties for name in either) != 1:
        found.append(f"#: exactly one of [{', '.join(either)}] is required")
    return sorted(found)


@functools.cache
def _validator(kind: str) -> Any:
    own = schema(kind)
    read_only_names = {name for name in read_only(kind) if "." not in name}
    properties = {
        name: shape
        for name, shape in own.get("properties", {}).items()
        if name not in read_only_names or name in own.get("required", ())
    }
    rules = {**own, "properties": properties}
    if is_custom(kind):
        rules["additionalProperties"] = True
    checker = jsonschema.Draft7Validator.TYPE_CHECKER.redefine_many(
        {"boolean": _is_boolean, "integer": _is_integer, "number": _is_number, "string": _is_string}
    )
    keywords = {"pattern": _pattern, "enum": _enum, "format": _ignore}
    keywords |= {"patternProperties": _by_pattern, "additionalProperties": _additional}
    keywords |= {name: _measured(name, _as_number) for name in BOUNDS}
    keywords |= {name: _measured(name, _as_text) for name in LENGTHS}
    keywords |= {name: _ignore for name in ("dependencies",) if name not in own}
    made = jsonschema.validators.extend(
        jsonschema.Draft7Validator, validators=keywords, type_checker=checker
    )
    return made(rules)


def _is_boolean(_: Any, value: Any) -> bool:
    return isinstance(value, bool) or value in ("true", "false", "True", "False")


def _is_integer(_: Any, value: Any) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (
        isinstance(value, str) and re.fullmatch(r"-?\d+", value) is not None
    )


def _is_number(_: Any, value: Any) -> bool:
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return not isinstance(value, bool)


def _is_string(_: Any, value: Any) -> bool:
    return isinstance(value, str | int | float | bool)


def _measured(keyword: str, plain: Callable[[Any], Any]) -> Callable[..., Any]:
    """JSON Schema's own keyword, over a value that may be written as another type."""
    check = jsonschema.Draft7Validator.VALIDATORS[keyword]

    def measure(validator: Any, limit: Any, value: Any, shape: Any) -> Any:
        return check(validator, limit, plain(value), shape)

    return measure


def _as_number(value: Any) -> Any:
    return float(value) if isinstance(value, str) and _is_number(None, value) else value


def _as_text(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, int | float) else value


def _pattern(_: Any, pattern: str, value: Any, __: Any) -> Iterator[jsonschema.ValidationError]:
    value = _as_text(value)
    if isinstance(value, str) and (found := _compiled(pattern)) and not found.search(value):
        yield jsonschema.ValidationError("failed validation constraint for keyword [pattern]")


def _by_pattern(
    validator: Any, patterns: Mapping[str, Any], value: Any, _: Any
) -> Iterator[jsonschema.ValidationError]:
    r"""`patternProperties`, whose expressions (`\p{L}`) are not always Python's."""
    for key, inner in value.items() if isinstance(value, Mapping) else ():
        for pattern, shape in patterns.items():
            if (found := _compiled(pattern)) and found.search(key):
                yield from validator.descend(inner, shape, path=key, schema_path=pattern)


def _additional(
    validator: Any, allowed: Any, value: Any, shape: Mapping[str, Any]
) -> Iterator[jsonschema.ValidationError]:
    patterns = [found for one in shape.get("patternProperties", ()) if (found := _compiled(one))]
    rest = {key: one for key, one in shape.items() if key != "patternProperties"}
    if isinstance(value, Mapping):
        value = {k: v for k, v in value.items() if not any(one.search(k) for one in patterns)}
    yield from jsonschema.Draft7Validator.VALIDATORS["additionalProperties"](
        validator, allowed, value, rest
    )


@functools.cache
def _compiled(pattern: str) -> Any:
    try:
        return regex.compile(pattern)
    except regex.error:
        return None


def _enum(_: Any, allowed: list[Any], value: Any, __: Any) -> Iterator[jsonschema.ValidationError]:
    if str(value) not in {str(one) for one in allowed}:
        yield jsonschema.ValidationError(f"{value} is not a valid enum value")


def _ignore(*_: Any) -> Iterator[jsonschema.ValidationError]:
    return iter(())


def _place(error: jsonschema.ValidationError) -> str:
    return "#" + "".join(f"/{part}" for part in error.absolute_path)


def _text(error: jsonschema.ValidationError) -> str:
    match error.validator:
        case "required":
            name = re.search(r"'([^']+)' is a required property", error.message)
            return f"required key [{name.group(1) if name else '?'}] not found"
        case "additionalProperties":
            known_names = error.schema.get("properties", {})
            extra = sorted(set(error.instance) - set(known_names))
            return f"extraneous key [{', '.join(extra)}] is not permitted"
        case "type":
            kinds = error.validator_value
            wanted = kinds if isinstance(kinds, str) else " or ".join(kinds)
            return f"expected type: {wanted.capitalize()}, found: {type(error.instance).__name__}"
    return str(error.message)
