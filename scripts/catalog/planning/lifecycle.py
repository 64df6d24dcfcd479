"""Which published versions are deprecated or inactive on a given day. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from semver import Version

from catalog.model import Lifecycle, VersionState
from catalog.state import Artifact

_COMPARATOR = re.compile(r"(<=|>=|==|=|<|>)?\s*([0-9][0-9A-Za-z.+-]*)")


def applied(rules: tuple[Lifecycle, ...], version: str, artifact: Artifact) -> Artifact:
    """`artifact` as the rules want it; untouched when `version` is not one of ours."""
    if parsed(version) is None:
        return artifact  # not one of ours: made by hand under a name of its own
    states = {rule.state for rule in rules if matches(rule.versions, version)}
    return Artifact(
        description=artifact.description,
        digest=artifact.digest,
        deprecated=VersionState.DEPRECATED in states,
        active=VersionState.INACTIVE not in states,
    )


def because(rules: Iterable[Lifecycle], version: str) -> str:
    """Why a version is retired and what to use instead, by the rules that match it."""
    if parsed(version) is None:
        return ""
    return " ".join(
        f"{rule.because} Use {rule.use}." if rule.use else rule.because
        for rule in rules
        if matches(rule.versions, version)
    )


def in_force(lifecycle: Iterable[Lifecycle], today: date) -> tuple[Lifecycle, ...]:
    """The rules whose `since` has come."""
    return tuple(rule for rule in lifecycle if rule.since <= today)


def parsed(version: str) -> Version | None:
    """The semantic version, or None when `version` is none."""
    return Version.parse(version) if Version.is_valid(version) else None


def matches(versions: str, version: str) -> bool:
    """Whether a semantic version lies in a range such as `<1.1` or `>=1.0, <2`.

    Comparators stand side by side, with spaces or commas; all must hold. Left out parts of a
    comparator's version are zero.
    """
    own = Version.parse(version)
    comparators = _COMPARATOR.findall(versions)
    return bool(comparators) and all(
        _holds(own, sign or "==", Version.parse(text, optional_minor_and_patch=True))
        for sign, text in comparators
    )


def _holds(own: Version, sign: str, other: Version) -> bool:
    order = own.compare(other)
    return {
        "<": order < 0,
        "<=": order <= 0,
        ">": order > 0,
        ">=": order >= 0,
        "=": order == 0,
        "==": order == 0,
    }[sign]
