"""CloudFormation's YAML, quickly and without cfn-lint: its nodes, and its plain values.

libyaml parses, once for each text, and cfn-flip's constructors make long forms of short ones
(`!Ref X` is `{"Ref": "X"}`). Dates stay text, as CloudFormation keeps them.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, ClassVar

import yaml
from cfn_tools import CfnYamlLoader
from yaml.constructor import SafeConstructor

_PARSER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Constructor(SafeConstructor):
    """YAML's own values, and cfn-flip's for the short forms."""

    yaml_constructors: ClassVar = {
        **SafeConstructor.yaml_constructors,
        "tag:yaml.org,2002:timestamp": SafeConstructor.construct_yaml_str,
    }
    yaml_multi_constructors = CfnYamlLoader.yaml_multi_constructors


@lru_cache(maxsize=256)
def composed(text: str) -> yaml.Node | None:
    """The nodes of a YAML document, short forms such as `!Ref` left as they are.

    Raises:
        yaml.YAMLError: It is none.
    """
    node: yaml.Node | None = yaml.compose(text, Loader=_PARSER)
    return node


@lru_cache(maxsize=256)
def values(text: str) -> Any:
    """A template as plain values in the order written; shared, so not to be changed.

    Raises:
        yaml.YAMLError: It cannot be read.
    """
    node = composed(text)
    try:
        return None if node is None else _Constructor().construct_document(node)
    except (AttributeError, ValueError) as error:  # of constructors that expect other nodes
        raise yaml.YAMLError(str(error)) from error


def load(text: str) -> dict[str, Any] | None:
    """The template's plain values; None when it cannot be read, which linting reports."""
    try:
        template = values(text)
    except yaml.YAMLError:
        return None
    return template if isinstance(template, dict) else None
