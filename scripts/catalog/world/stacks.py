"""Projects from S3 templates, known by their stacks: there is no other record of them. Pure.

SageMaker calls the stack of such a project `SP-<project>-<project id>`, and templates of ours say
product and version in their description. What is called otherwise was not started in Studio; what
says otherwise is not ours.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from catalog.stacks import release_of

_NAME = re.compile(r"SP-(?P<project>.+?)(-p-[a-z0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What the stack of a project was made from."""

    project: str
    product: str
    version: str


def started(stack: str, description: str, products: Collection[str]) -> Started | None:
    """The project behind a stack; None for any other stack.

    Args:
        stack: Its name.
        description: Of its template.
        products: Those of ours.
    """
    named = _NAME.fullmatch(stack)
    product, version = release_of(description)
    if named is None or product not in products:
        return None
    return Started(project=named["project"], product=product, version=version)
