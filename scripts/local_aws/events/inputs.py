"""What a target gets of an event: all of it, a constant, a part, or a template filled in.

EventBridge user guide, *Amazon EventBridge input transformation*, and the API's `Target`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from local_aws.errors import Refusal

_STEP = re.compile(r"\.(?P<name>[\w\-/]+)|\.(?P<any>\*)|\[(?P<index>\d+|\*)\]")
_MISSING = object()
_VARIABLE = re.compile(r"<([^<>\s]+)>")


def text_for(
    target: Mapping[str, Any], event: Mapping[str, Any], predefined: Mapping[str, object]
) -> str:
    """What `target` is sent.

    Args:
        target: As PutTargets takes it.
        event: The event's envelope as JSON values.
        predefined: The `aws.events.…` variables of a rule.
    """
    if (constant := target.get("Input")) is not None:
        return str(constant)
    if (path := target.get("InputPath")) is not None:
        part = at(path, event)
        return json.dumps(None if part is _MISSING else part)
    if transformer := target.get("InputTransformer"):
        paths = transformer.get("InputPathsMap") or {}
        found = {name: at(path, event) for name, path in paths.items()}
        return _filled(transformer["InputTemplate"], {**found, **predefined})
    return json.dumps(event)


def check(target: Mapping[str, Any]) -> None:
    """Refuse a target whose paths could never be read.

    Raises:
        Refusal: ValidationException, as PutTargets words it.
    """
    transformer = target.get("InputTransformer") or {}
    given = [name for name in ("Input", "InputPath", "InputTransformer") if target.get(name)]
    if len(given) > 1:
        only = "Only one of Input, InputPath, or InputTransformer must be provided"
        text = f"{only} for target {target['Id']}."
        raise Refusal("ValidationException", text)
    paths = list((transformer.get("InputPathsMap") or {}).values())
    for path in [*paths, *filter(None, [target.get("InputPath")])]:
        _steps(path)
    for name in transformer.get("InputPathsMap") or {}:
        if name.startswith("aws."):
            raise Refusal("ValidationException", f"InputPathsMap: {name} is a reserved name.")


def at(path: str, event: object) -> Any:
    """What stands at a JSON path in an event; a value of its own where nothing does.

    Args:
        path: `$` with dotted names, `[n]`, `*`.
        event: JSON values.

    Raises:
        Refusal: ValidationException, the path is not one EventBridge reads.
    """
    found, many = [event], False
    for name in _steps(path):
        many = many or name == "*"
        found = [inner for value in found for inner in _within(value, name)]
    if many:
        return found
    return found[0] if found else _MISSING


def _steps(path: str) -> list[str]:
    steps = list(_STEP.finditer(path))
    if not path.startswith("$") or sum(len(step[0]) for step in steps) != len(path) - 1:
        raise Refusal("ValidationException", f"InputPath is not valid: {path} is no JSON path.")
    return [step["name"] or step["any"] or step["index"] for step in steps]


def _within(value: object, name: str) -> list[Any]:
    if isinstance(value, Mapping):
        return list(value.values()) if name == "*" else [value[name]] if name in value else []
    if isinstance(value, list) and name == "*":
        return list(value)
    if isinstance(value, list) and name.isdigit() and int(name) < len(value):
        return [value[int(name)]]
    return []


def _filled(template: str, variables: Mapping[str, Any]) -> str:
    """The template with its variables in place.

    Inside quotes a value stands as it is, without escapes, as EventBridge does it; elsewhere it
    stands as JSON. A variable whose path found nothing leaves nothing between quotes, and an empty
    text elsewhere.
    """
    done: list[str] = []
    position, quoted = 0, False
    for match in _VARIABLE.finditer(template):
        before = template[position : match.start()]
        done.append(before)
        quoted ^= _unescaped_quotes(before) % 2 == 1
        position = match.end()
        name = match[1]
        if name not in variables:
            done.append(match[0])
            quoted ^= _unescaped_quotes(match[0]) % 2 == 1
            continue
        value = "" if variables[name] is _MISSING else variables[name]
        done.append(value if quoted and isinstance(value, str) else json.dumps(value))
    return "".join([*done, template[position:]])


def _unescaped_quotes(text: str) -> int:
    return re.sub(r"\\.", "", text).count('"')
