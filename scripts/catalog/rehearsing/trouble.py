"""What goes wrong in a rehearsal, as values and exceptions."""

from __future__ import annotations

from catalog.errors import CatalogError


class Unexpected(CatalogError):
    """Something is not as the rehearsal says it must be.

    Args:
        expected: What had to be so, in words.
        seen: What was so instead, in words.
    """

    def __init__(self, expected: str, seen: str) -> None:
        super().__init__(f"expected {expected}; seen: {seen}")
        self.expected = expected
        self.seen = seen


class Failed(CatalogError):
    """A step failed; the timeline holds it and its explanation, and the rehearsal ends."""
