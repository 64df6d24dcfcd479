"""Transforms: `AWS::LanguageExtensions` is expanded here, every other one refused by name.

Its loops (`Fn::ForEach`) are written out before anything else looks at the template; its functions
(`Fn::Length`, `Fn::ToJsonString`, defaults of `Fn::FindInMap`) are evaluated where the others are.
Source: CloudFormation user guide, *AWS::LanguageExtensions transform*.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local_aws.cloudformation.errors import ValidationError

EXTENSIONS = "AWS::LanguageExtensions"
LOOP = "Fn::ForEach::"


def transforms(template: Mapping[str, Any]) -> list[str]:
    """The names of a template's transforms."""
    given = template.get("Transform") or []
    entries = given if isinstance(given, list) else [given]
    return [entry if isinstance(entry, str) else str(entry.get("Name")) for entry in entries]


def expand(template: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """Write out the loops of a template.

    Args:
        template: As read.
        values: Values of its parameters, which loops may run over.

    Raises:
        ValidationError: A transform we do not know, or a loop that is wrong.
    """
    names = transforms(template)
    if unknown := [name for name in names if name != EXTENSIONS]:
        raise ValidationError(
            f"Transform {', '.join(unknown)} is not implemented in the embedded AWS"
        )
    if EXTENSIONS not in names:
        return dict(template)
    return {key: _expanded(value, values) for key, value in template.items()}


def _expanded(value: Any, values: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_expanded(one, values) for one in value]
    if not isinstance(value, Mapping):
        return value
    out: dict[str, Any] = {}
    for key, inner in value.items():
        new = _loop(key, inner, values) if key.startswith(LOOP) else {key: _expanded(inner, values)}
        if twice := sorted(set(out) & set(new)):
            raise ValidationError(f"Template format error: {key} repeats [{', '.join(twice)}]")
        out |= new
    return out


def _loop(key: str, loop: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    if not (isinstance(loop, list) and len(loop) == 3 and isinstance(loop[2], Mapping)):
        raise ValidationError(f"Template format error: {key} is [identifier, collection, outputs]")
    identifier, collection, body = loop
    out: dict[str, Any] = {}
    for item in _items(key, collection, values):
        new = _expanded(_replaced(body, str(identifier), item), values)
        if twice := sorted(set(out) & set(new)):
            raise ValidationError(f"Template format error: {key} repeats [{', '.join(twice)}]")
        out |= new
    return out


def _items(key: str, collection: Any, values: Mapping[str, Any]) -> list[str]:
    if isinstance(collection, Mapping) and set(collection) == {"Ref"}:
        collection = values.get(collection["Ref"])
    if isinstance(collection, str):
        collection = [part.strip() for part in collection.split(",")]
    if not isinstance(collection, list):
        raise ValidationError(f"Template format error: the collection of {key} is not a list")
    return [str(item) for item in collection]


def _replaced(value: Any, identifier: str, item: str) -> Any:
    if isinstance(value, str):
        plain = value.replace("${" + identifier + "}", item)
        letters = "".join(character for character in item if character.isalnum())
        return plain.replace("&{" + identifier + "}", letters)
    if isinstance(value, list):
        return [_replaced(one, identifier, item) for one in value]
    if isinstance(value, Mapping):
        if dict(value) == {"Ref": identifier}:
            return item
        return {
            _replaced(key, identifier, item): _replaced(inner, identifier, item)
            for key, inner in value.items()
        }
    return value
