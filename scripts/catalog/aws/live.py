"""What is common to live portfolios and products."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A portfolio or product as the service shows it.

    Args:
        title: DisplayName or Name.
        tags: None where they are not part of the answer.
    """

    id: str
    arn: str
    title: str
    tags: Mapping[str, str] | None = None
