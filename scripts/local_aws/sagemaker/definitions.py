"""Pipeline definitions: JSON to steps, references to values; pure.

Developer guide, *Pipeline definition JSON schema*: `Parameters`, `Steps`, `{"Get": "Steps.A.B"}`,
`{"Std:Join": {"On": …, "Values": […]}}`, `{"Std:JsonGet": {"PropertyFile": …, "Path": …}}`,
`DependsOn`, `PropertyFiles`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

_TYPES: Mapping[str, Callable[[str], Any]] = {
    "String": str,
    "Integer": int,
    "Float": float,
    "Boolean": lambda text: {"true": True, "false": False}[text.lower()],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A step.

    Args:
        name: Unique in its pipeline.
        kind: Its `Type`.
        arguments: Before references are resolved.
        after: Names of the steps that come before it.
        property_files: By name, what it leaves for `Std:JsonGet`.
    """

    name: str
    kind: str
    arguments: Mapping[str, Any]
    after: frozenset[str]
    property_files: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """A pipeline as it is written down. `parameters`: name -> its declaration."""

    parameters: Mapping[str, Mapping[str, Any]]
    steps: tuple[Step, ...]


def read(text: str) -> Definition:
    """A definition from its JSON.

    Raises:
        ValueError: It is none; the text says what is wrong.
    """
    try:
        found = json.loads(text)
    except ValueError as error:
        raise ValueError(f"The pipeline definition is not JSON: {error}") from None
    if not isinstance(found, Mapping) or not found.get("Version"):
        raise ValueError("The pipeline definition has no Version")
    try:
        parameters = {one["Name"]: one for one in found.get("Parameters", [])}
        steps = steps_of(found.get("Steps", []))
        names = [step.name for step in _every(found.get("Steps", []))]
    except (KeyError, TypeError) as error:
        raise ValueError(f"A step or parameter of the pipeline definition lacks {error}") from None
    if not names:
        raise ValueError("The pipeline definition has no Steps")
    if len(set(names)) < len(names):
        raise ValueError("Step names in the pipeline definition must be unique")
    for step in _every(found["Steps"]):
        if unknown := step.after - set(names):
            missing = ", ".join(sorted(unknown))
            raise ValueError(f"Step {step.name} refers to steps that do not exist: {missing}")
    for one in parameters.values():
        if one.get("Type", "String") not in _TYPES:
            raise ValueError(f"Parameter {one['Name']} has the unknown type {one['Type']}")
    return Definition(parameters=parameters, steps=steps)


def steps_of(listed: list[Mapping[str, Any]]) -> tuple[Step, ...]:
    """Steps as they are written down, in the order of their dependencies' names.

    Raises:
        KeyError: A step has no name or type.
    """
    return tuple(
        Step(
            name=one["Name"],
            kind=one["Type"],
            arguments=one.get("Arguments", {}),
            after=frozenset(one.get("DependsOn", ())) | _named_steps(one.get("Arguments", {})),
            property_files={
                file["PropertyFileName"]: file for file in one.get("PropertyFiles", ())
            },
        )
        for one in listed
    )


def _every(listed: list[Mapping[str, Any]]) -> Iterator[Step]:
    """All steps, those in the branches of conditions included."""
    for step in steps_of(listed):
        yield step
        if step.kind == "Condition":
            for branch in ("IfSteps", "ElseSteps"):
                yield from _every(step.arguments.get(branch, []))


def _named_steps(value: Any) -> frozenset[str]:
    """The steps that a value refers to, branches of conditions aside."""
    if isinstance(value, Mapping):
        path = value.get("Get")
        if len(value) == 1 and isinstance(path, str) and path.startswith("Steps."):
            return frozenset({_parts(path)[1]})
        kept = (inner for key, inner in value.items() if key not in ("IfSteps", "ElseSteps"))
        return frozenset().union(*map(_named_steps, kept))
    return frozenset().union(*map(_named_steps, value)) if isinstance(value, list) else frozenset()


def values(definition: Definition, given: Mapping[str, str]) -> dict[str, Any]:
    """The parameters of one execution, by name, each of its type.

    Raises:
        ValueError: One is unknown, missing, not of its type, or none of its `EnumValues`.
    """
    if unknown := set(given) - set(definition.parameters):
        raise ValueError(f"Unknown parameters: {', '.join(sorted(unknown))}")
    return {name: _value(one, given) for name, one in definition.parameters.items()}


def _value(declared: Mapping[str, Any], given: Mapping[str, str]) -> Any:
    name = declared["Name"]
    if name not in given:
        if "DefaultValue" not in declared:
            raise ValueError(f"Parameter {name} has no default value and was not given")
        return declared["DefaultValue"]
    try:
        value = _TYPES[declared.get("Type", "String")](given[name])
    except (ValueError, KeyError):
        text = f"Parameter {name} is {given[name]!r}, which is no {declared['Type']}"
        raise ValueError(text) from None
    if "EnumValues" in declared and value not in declared["EnumValues"]:
        raise ValueError(f"Parameter {name} must be one of {declared['EnumValues']}")
    return value


Fetch = Callable[[str], bytes]
"""Reads an object by its `s3://` URL."""


def resolve(value: Any, known: Mapping[str, Any], fetch: Fetch) -> Any:
    """A value with its references replaced.

    Args:
        value: Part of a step's arguments.
        known: `Parameters`, `Steps` and `Execution`, each by name.
        fetch: Reads what `Std:JsonGet` looks into; what it raises passes through.

    Raises:
        LookupError: A reference leads nowhere.
        NotImplementedError: A function that is not evaluated here.
    """
    if isinstance(value, list):
        return [resolve(inner, known, fetch) for inner in value]
    if not isinstance(value, Mapping):
        return value
    if len(value) == 1:
        (name, inner), *_ = value.items()
        if name == "Get" and isinstance(inner, str):
            return _looked_up(inner, known)
        if name == "Std:Join":
            parts = (resolve(one, known, fetch) for one in inner["Values"])
            return str(inner["On"]).join(map(str, parts))
        if name == "Std:JsonGet":
            return _in_json(resolve(inner, known, fetch), fetch)
        if name.startswith("Std:"):
            raise NotImplementedError(f"{name} in a pipeline definition")
    return {name: resolve(inner, known, fetch) for name, inner in value.items()}


def _in_json(asked: Mapping[str, Any], fetch: Fetch) -> Any:
    """A value inside a JSON file, given by a step's property file or by its own address."""
    url = asked.get("PropertyFile") or asked.get("S3Uri")
    if not url or "Path" not in asked:
        raise LookupError("Std:JsonGet needs a PropertyFile or S3Uri, and a Path")
    try:
        content = json.loads(fetch(url))
    except ValueError:
        raise LookupError(f"Unable to resolve {asked['Path']}: {url} is not JSON") from None
    return _looked_up(asked["Path"], content)


def _looked_up(path: str, known: Mapping[str, Any]) -> Any:
    found: Any = known
    for part in _parts(path):
        try:
            found = found[int(part)] if isinstance(found, list) else found[part]
        except (KeyError, IndexError, ValueError, TypeError):
            raise LookupError(f"Unable to resolve {path}: there is no {part}") from None
    return found


def _parts(path: str) -> list[str]:
    """The names in `Steps.A.B[0]['c']`."""
    return re.findall(r"[^.\[\]'\"]+", path)
