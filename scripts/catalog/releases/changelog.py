"""CHANGELOG.md: the entry of a version, which becomes its description in the catalog.

# Changelog

## 1.1.0 - 2026-12-01
- Endpoints may scale to zero.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import zip_longest

from semver import Version

from catalog.findings import Finding, Severity
from catalog.model import ProductFolder

_HEADING = re.compile(r"^##\s+\[?v?(\d+\.\d+\.\d+)\]?(?:\s+[-\u2013(].*)?\s*$", re.MULTILINE)

MAX_ENTRY = 8000
"""Characters: an artifact's description takes 8192 (ProvisioningArtifactDescription in the service
model), and ends with the line that names the digest."""


def versions(text: str) -> tuple[str, ...]:
    """Versions that have an entry, in the order of the file."""
    return tuple(_HEADING.findall(text))


def entry(text: str, version: str) -> str:
    """What the changelog says of a version, without its heading; empty when it says nothing."""
    headings = list(_HEADING.finditer(text))
    for heading, following in zip_longest(headings, headings[1:]):
        if heading[1] == version:
            return text[heading.end() : following.start() if following else None].strip()
    return ""


def begun(text: str, version: str, since: str, lines: Sequence[str], today: date) -> str:
    """A changelog with an entry for a version at its top.

    An entry at its top for a version that is not out is this one's: it is named anew, and what it
    does not say yet is added.

    Args:
        text: The changelog.
        version: To have an entry.
        since: The version that is out.
        lines: What to say.
        today: Date of the entry.
    """
    headings = [*_HEADING.finditer(text)]
    top = headings[0] if headings else None
    start = end = top.start() if top else len(text)
    kept: list[str] = []
    if top and Version.parse(top[1]) > Version.parse(since):
        end = headings[1].start() if len(headings) > 1 else len(text)
        kept = text[top.end() : end].strip().splitlines()
    head = text[:start].rstrip() or "# Changelog"
    said = "\n".join([*kept, *(line for line in lines if line not in kept)])
    parts = [head, f"## {version} - {today}", said, text[end:].strip()]
    return "\n\n".join(part for part in parts if part) + "\n"


def rewritten(folder: ProductFolder, then: str, out: str, since: str) -> Iterator[Finding]:
    """Entries that no longer say what they said when their version came out: finding C435.

    Args:
        folder: The product.
        then: The changelog of an earlier commit.
        out: The version that commit has; it and those below are out.
        since: The commit, for the messages.
    """
    now = folder.changelog
    for version in versions(then):
        before, after = entry(then, version), entry(now, version)
        if Version.parse(version) > Version.parse(out) or before == after:
            continue
        heading = next((h for h in _HEADING.finditer(now) if h[1] == version), None)
        became = "says something else" if heading else "is gone"
        yield Finding(
            file=f"{folder.path}/CHANGELOG.md",
            line=now.count("\n", 0, heading.start()) + 1 if heading else 1,
            rule="C435",
            message=f"The entry of {version}, which is out, {became} since {since[:12]}.",
            remedy="Put it back, and say what is new under the next version: people chose this "
            "one by what it said.",
            severity=Severity.WARNING,
        )


def check(folder: ProductFolder) -> Iterator[Finding]:
    """Compare a changelog with the product's version: findings C201 and C205."""
    product, text, file = folder.product, folder.changelog, f"{folder.path}/CHANGELOG.md"
    if not text:
        return  # missing, which is a finding of its own
    top = _HEADING.search(text)
    line = text.count("\n", 0, top.start()) + 1 if top else 1
    if not top or top[1] != product.version:
        begins = f"It begins with {top[1]}" if top else "It has no entry"
        yield Finding(
            file=file,
            line=line,
            rule="C201",
            message=f"{begins}, but product.yaml has the version {product.version}.",
            remedy=f"Begin with '## {product.version} - YYYY-MM-DD', or correct the version.",
        )
        return
    said = entry(text, product.version)
    if not said or len(said) > MAX_ENTRY:
        length = f"has {len(said)} characters" if said else "is empty"
        yield Finding(
            file=file,
            line=line,
            rule="C205",
            message=f"The entry of {product.version} {length}.",
            remedy="Say what changed for the people who use the product, in at most "
            f"{MAX_ENTRY} characters: they read it in the catalog.",
        )
