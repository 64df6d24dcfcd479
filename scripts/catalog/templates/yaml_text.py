"""CloudFormation's YAML to plain values, quickly and without cfn-lint.

Short forms become long ones (`!Ref X` is `{"Ref": "X"}`), as
https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html
spells them. Dates stay text, as CloudFormation keeps them.
"""

from __future__ import annotations

from typing import Any

import yaml

_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]
    """Knows the short forms; leaves `2012-10-17` alone."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith(":timestamp")]
    for first, resolvers in _Base.yaml_implicit_resolvers.items()
}


def _short_form(loader: Any, suffix: str, node: yaml.Node) -> dict[str, Any]:
    match node:
        case yaml.ScalarNode():
            value = loader.construct_scalar(node)
        case yaml.SequenceNode():
            value = loader.construct_sequence(node, deep=True)
        case _:
            value = loader.construct_mapping(node, deep=True)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _short_form)


def load(text: str) -> dict[str, Any] | None:
    """The template as plain values; None when it cannot be read, which linting reports."""
    try:
        template = yaml.load(text, Loader=_Loader)  # noqa: S506  (derived from SafeLoader)
    except yaml.YAMLError:
        return None
    return template if isinstance(template, dict) else None
