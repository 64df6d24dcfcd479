"""What the author of a product accepts, each with a reason that every report shows."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Allow:
    """A finding the author accepts: rule number, place in the template, and the reason.

    Args:
        file: The seed's template it is in, relative to the catalog's root; empty for the product's
            own.
    """

    rule: str
    at: str
    because: str
    file: str = ""

    @property
    def place(self) -> str:
        """Where the finding is, as one text."""
        return f"{self.at} of {self.file}" if self.file else self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """A difference the author accepts without the step it demands.

    Args:
        version: The one it is for.
        accept: Place in the template, e.g. `Resources.Queue`.
        because: The reason.
    """

    version: str
    accept: str
    because: str
