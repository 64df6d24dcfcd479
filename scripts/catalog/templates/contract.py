"""A template's public face, and the smallest honest version between two of them.

The face is what somebody who launched an earlier version relies on: the parameters they filled
in, the outputs they read, and the resources that must not be replaced or vanish under an update.

    major  an update or a launch that worked before may fail, or loses something
    minor  more can be asked for, or is made
    patch  the same from outside
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from catalog.templates import loops, resource_types

LOWER_BOUNDS = ("MinLength", "MinValue")
UPPER_BOUNDS = ("MaxLength", "MaxValue")


class Level(StrEnum):
    """Parts of a semantic version, from the heaviest to the lightest."""

    MAJOR = "major"
    MINOR = "minor"
    PATCH = "patch"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bump:
    """The step a version must take at least.

    Args:
        reasons: Why it may not be smaller, one clause each; empty for a patch.
    """

    level: Level
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FacedResource:
    """What an update may do to a resource.

    Args:
        fixed: Property whose change replaces the resource (`createOnlyProperties` of its schema)
            -> its value as JSON text.
        conditional: Whether a condition decides about its being there.
    """

    type: str
    fixed: Mapping[str, str]
    conditional: bool

    @property
    def stateful(self) -> bool:
        """Whether it holds data."""
        return self.type in resource_types.stateful()


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A template as seen from outside.

    Args:
        parameters: Name -> declaration, as written.
        outputs: Name -> exported name as JSON text, empty when it is not exported.
        rules: Name of a rule -> rule as JSON text.
        resources: Logical id -> resource.
    """

    parameters: Mapping[str, Mapping[str, Any]]
    outputs: Mapping[str, str]
    rules: Mapping[str, str]
    resources: Mapping[str, FacedResource]


Step = tuple[Level, str]
"""One difference: how much it weighs, and in words."""


def face(template: Mapping[str, Any]) -> Face:
    """The face of a template given as plain values with long forms of intrinsics."""
    return Face(
        parameters=template.get("Parameters") or {},
        outputs={
            name: _json(output["Export"]) if "Export" in output else ""
            for name, output in (template.get("Outputs") or {}).items()
        },
        rules={name: _json(rule) for name, rule in (template.get("Rules") or {}).items()},
        resources={name: _resource(body) for name, body in loops.resources(template).items()},
    )


def needed_bump(old: Face, new: Face) -> Bump:
    """The smallest step from `old` to `new` that promises nothing false."""
    steps = [
        *_parameters(old.parameters, new.parameters),
        *_outputs(old.outputs, new.outputs),
        *_rules(old.rules, new.rules),
        *_resources(old.resources, new.resources),
    ]
    for level in (Level.MAJOR, Level.MINOR):
        if reasons := tuple(text for weight, text in steps if weight is level):
            return Bump(level=level, reasons=reasons)
    return Bump(level=Level.PATCH)


# --- Parameters ---------------------------------------------------------------------------------


def _parameters(
    old: Mapping[str, Mapping[str, Any]], new: Mapping[str, Mapping[str, Any]]
) -> Iterator[Step]:
    for name in _gone(old, new):
        yield Level.MAJOR, f"the parameter {name} is gone"
    for name in _gone(new, old):
        if "Default" in new[name]:
            yield Level.MINOR, f"the parameter {name} is new"
        else:
            yield Level.MAJOR, f"the parameter {name} is new and has no default"
    for name in old:
        if name in new:
            yield from _parameter(name, old[name], new[name])


def _parameter(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Step]:
    if old.get("Type") != new.get("Type"):
        yield Level.MAJOR, f"the type of {name} changes to {new.get('Type')}"
    if "Default" in old and "Default" not in new:
        yield Level.MAJOR, f"the default of {name} is gone"
    elif old.get("Default") != new.get("Default"):
        yield Level.MINOR, f"the default of {name} changes"
    yield from _values(name, old.get("AllowedValues"), new.get("AllowedValues"))
    yield from _pattern(name, old.get("AllowedPattern"), new.get("AllowedPattern"))
    for key in LOWER_BOUNDS:
        yield from _bound(f"{key} of {name}", _negated(old.get(key)), _negated(new.get(key)))
    for key in UPPER_BOUNDS:
        yield from _bound(f"{key} of {name}", _number(old.get(key)), _number(new.get(key)))


def _values(name: str, old: list[Any] | None, new: list[Any] | None) -> Iterator[Step]:
    if new is not None and (old is None or [value for value in old if value not in new]):
        yield Level.MAJOR, f"{name} takes fewer values"
    elif old is not None and (new is None or [value for value in new if value not in old]):
        yield Level.MINOR, f"{name} takes more values"


def _pattern(name: str, old: str | None, new: str | None) -> Iterator[Step]:
    """Whether one expression takes less than another is nobody's to compute: assume it does."""
    if new is not None and old != new:
        yield Level.MAJOR, f"the pattern of {name} changes and may refuse a value in use"
    elif old is not None and new is None:
        yield Level.MINOR, f"{name} takes more values"


def _bound(what: str, old: float | None, new: float | None) -> Iterator[Step]:
    """Compare upper bounds; None is no bound."""
    if new is not None and (old is None or new < old):
        yield Level.MAJOR, f"{what} is narrower"
    elif old is not None and (new is None or new > old):
        yield Level.MINOR, f"{what} is wider"


def _number(value: Any) -> float | None:
    return None if value is None else float(value)


def _negated(value: Any) -> float | None:
    return None if value is None else -float(value)


# --- Outputs, rules, resources ------------------------------------------------------------------


def _outputs(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Step]:
    for name in _gone(old, new):
        yield Level.MAJOR, f"the output {name} is gone"
    for name in _gone(new, old):
        yield Level.MINOR, f"the output {name} is new"
    for name, export in old.items():
        if export and name in new and new[name] != export:
            yield Level.MAJOR, f"the output {name} is no longer exported under its name"


def _rules(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Step]:
    for name, rule in new.items():
        if old.get(name) != rule:
            yield Level.MAJOR, f"the rule {name} may refuse values in use"
    for name in _gone(old, new):
        yield Level.MINOR, f"the rule {name} is gone"


def _resources(
    old: Mapping[str, FacedResource], new: Mapping[str, FacedResource]
) -> Iterator[Step]:
    for name in _gone(old, new):
        if old[name].stateful:
            yield Level.MAJOR, f"{name} is gone, with the data it holds"
    for name in _gone(new, old):
        yield Level.MINOR, f"{name} is new"
    for name, before in old.items():
        if name in new:
            yield from _resource_steps(name, before, new[name])


def _resource_steps(name: str, old: FacedResource, new: FacedResource) -> Iterator[Step]:
    if old.type != new.type:
        yield Level.MAJOR, f"{name} is replaced: it becomes an {new.type}"
        return
    changed = [
        key for key in {**old.fixed, **new.fixed} if old.fixed.get(key) != new.fixed.get(key)
    ]
    if changed:
        yield Level.MAJOR, f"{name} is replaced: {' and '.join(changed)} cannot change in place"
    if old.stateful and new.conditional and not old.conditional:
        yield Level.MAJOR, f"{name} may go, with the data it holds: a condition decides about it"


def _resource(body: Mapping[str, Any]) -> FacedResource:
    kind = str(body.get("Type", ""))
    properties = body.get("Properties") or {}
    fixed = {}
    for path in resource_types.create_only(kind):
        if values := list(_at(properties, path)):
            fixed[".".join(path)] = _json(values)
    return FacedResource(type=kind, fixed=fixed, conditional="Condition" in body)


def _at(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    """Every value at a schema's path; `*` goes through all items of a list."""
    if not path:
        yield value
    elif path[0] == "*" and isinstance(value, list):
        for item in value:
            yield from _at(item, path[1:])
    elif isinstance(value, dict) and path[0] in value:
        yield from _at(value[path[0]], path[1:])


def _gone(old: Iterable[str], new: Mapping[str, object]) -> list[str]:
    return [name for name in old if name not in new]


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, default=str)
