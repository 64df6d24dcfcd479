"""A version raised by as much as its change demands: in `product.yaml`, and in the changelog."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from catalog.contract import Bump, Level, Section
from catalog.manifests import located
from catalog.model import ProductFolder, Release
from catalog.releases import changelog
from catalog.releases.versions import step

OPEN = "TODO: say what changed for the people who use the product"
"""What stands in a changelog for a change without a reason of its own; a finding (C018)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A product whose version was raised, or whose changelog got its entry.

    Args:
        before: Version in the manifest until now.
        version: The one it has to have.
        found: Why.
        texts: File relative to the catalog's root -> its new text.
    """

    product: str
    before: str
    version: str
    found: Bump
    texts: dict[str, str]


def raised(
    folder: ProductFolder,
    manifest: str,
    remade: Callable[[str], Release],
    then: Release,
    today: date,
) -> Raised | None:
    """Raise a version; None when it and its changelog are right already.

    A version that is high enough stays, and an entry that stands there is its author's.

    Args:
        folder: The product.
        manifest: Text of its `product.yaml`.
        remade: Makes the release of the working tree as a version: a template may print it, and
            what it then demands counts.
        then: As the commit makes it that the work began with.
        today: Date of a new entry.
    """
    before = folder.product.version
    made = step(remade(before), then)
    if made is None:
        return None
    version = max(made.new, made.least)
    while (again := step(remade(str(version)), then)) and again.least > version:
        made, version = again, again.least
    texts = {}
    if str(version) != before:
        texts[f"{folder.path}/product.yaml"] = _manifest(manifest, str(version))
    if str(version) not in changelog.versions(folder.changelog):
        text = changelog.begun(
            folder.changelog, str(version), str(made.old), _said(made.demanded), today
        )
        texts[f"{folder.path}/CHANGELOG.md"] = text
    if not texts:
        return None
    return Raised(
        product=folder.product.name,
        before=before,
        version=str(version),
        found=made.demanded,
        texts=texts,
    )


def _said(found: Bump) -> tuple[str, ...]:
    """A line for each difference that people meet; what a launch role needs is not theirs."""
    said = [
        f"- {each.reason[0].upper()}{each.reason[1:]}."
        for each in found.differences
        if each.level is not Level.PATCH and each.section is not Section.PERMISSION
    ]
    return tuple(said or [f"- {OPEN}"])


def _manifest(text: str, version: str) -> str:
    """The manifest with another version; everything else stays as it is written."""
    document, _ = located.read(text, "")
    if document is None:
        return text
    mark = document.at(("version",))
    lines = text.splitlines(keepends=True)
    line, at = lines[mark.line - 1], mark.column - 1
    lines[mark.line - 1] = line[:at] + re.sub(r"\d+\.\d+\.\d+", version, line[at:], count=1)
    return "".join(lines)
