"""A version is for ever: the working tree's releases against those of an earlier commit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from semver import Version

from catalog.contract import face, needed_bump
from catalog.findings import Finding
from catalog.model import Release
from catalog.releases.packaging import parsed


def check(now: Release, then: Release | None, manifest: str, since: str) -> Iterator[Finding]:
    """Compare a release with the one an earlier commit makes.

    Args:
        now: As the working tree makes it.
        then: As the earlier commit makes it; None when it has no such product.
        manifest: Text of `product.yaml`, for the line of the version.
        since: The earlier commit, for the messages.

    Yields:
        Findings C202, C203 and C204 at the version.
    """
    if then is None or now.digest == then.digest:
        return
    new, old = Version.parse(now.version), Version.parse(then.version)
    if new < old:
        yield _finding(
            now,
            manifest,
            "C203",
            f"Version {new} is lower than {old}, which {since[:12]} has.",
            f"Versions only rise: to roll back, publish the old content as {old.bump_patch()}.",
        )
        return
    level, reasons = _needed(now, then)
    least = _bumped(old, level)
    because = f" Needed is a {level} version: {'; '.join(reasons)}." if reasons else ""
    if new == old:
        message = f"The content changed since {since[:12]}, but the version is still {old}."
        remedy = f"Make it {least} and begin CHANGELOG.md with it.{because}"
        yield _finding(now, manifest, "C202", message, remedy)
    elif new < least:
        message = f"Version {new} is too small a step from {old}."
        yield _finding(now, manifest, "C204", message, f"Make it {least}.{because}")


def _needed(now: Release, then: Release) -> tuple[str, tuple[str, ...]]:
    bump = needed_bump(face(parsed(then.template)), face(parsed(now.template)))
    return str(bump.level), tuple(bump.reasons)


def _bumped(version: Version, level: str) -> Version:
    """The next version of a level; before 1.0.0 nothing is promised, and a minor step is enough."""
    if version.major == 0 and level == "major":
        level = "minor"
    bumped: Version = getattr(version, f"bump_{level}")()
    return bumped


def _finding(now: Release, manifest: str, rule: str, message: str, remedy: str) -> Finding:
    hit = re.search(r"^version:\s*", manifest, re.MULTILINE)
    return Finding(
        file=f"products/{now.product.name}/product.yaml",
        line=manifest.count("\n", 0, hit.start()) + 1 if hit else 0,
        column=hit.end() - hit.start() + 1 if hit else 0,
        rule=rule,
        message=message,
        remedy=remedy,
    )
