"""The CloudFormation templates among the files that a project's repository starts with.

Nobody renders them here: a project's pipeline deploys them as they lie there. What is one is told
by its content, whatever its name; a file named as one that nothing can be read in is linted too,
and cfn-lint says why it cannot be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaml

from catalog.model import Tree
from catalog.templates import loops, yaml_text

_ENDINGS = (".yaml", ".yml", ".json", ".template")
_TYPE = re.compile(r"\w+::\w+")
_LOOKS_LIKE_ONE = re.compile(r"AWSTemplateFormatVersion|\bType[\"']?\s*:\s*[\"']?AWS::\w")
_MARKS = (b"AWSTemplateFormatVersion", b"Resources")
"""One of them is in every template (CloudFormation user guide, *Template sections*)."""


def templates(files: Tree) -> dict[str, str]:
    """The templates in a seed folder.

    Args:
        files: The folder's, paths relative to it.

    Returns:
        Path -> text.
    """
    return dict(_found(files))


def _found(files: Tree) -> Iterator[tuple[str, str]]:
    for path, file in files.items():
        if not file.link and any(mark in file.content for mark in _MARKS):
            text = file.content.decode(errors="replace")
            if _is_template(text, path.endswith(_ENDINGS)):
                yield path, text


@lru_cache(maxsize=256)
def _is_template(text: str, named: bool) -> bool:
    try:
        body = yaml_text.values(text)
    except yaml.YAMLError:
        return named and bool(_LOOKS_LIKE_ONE.search(text))
    return isinstance(body, dict) and ("AWSTemplateFormatVersion" in body or _makes(body))


def _makes(body: Mapping[Any, Any]) -> bool:
    """Whether it has a resource; one in a loop counts."""
    resources = body.get("Resources")
    if not isinstance(resources, dict):
        return False
    named = {str(key): each for key, each in resources.items()}
    return any(_is_resource(each) for _, each in loops.entries(named))


def _is_resource(entry: Any) -> bool:
    kind = entry.get("Type") if isinstance(entry, dict) else None
    return isinstance(kind, str) and _TYPE.match(kind) is not None
