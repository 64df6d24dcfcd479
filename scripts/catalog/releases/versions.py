"""A version is for ever: the working tree's releases against those of an earlier commit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from semver import Version

from catalog.accepted import Acceptance
from catalog.contract import Bump, Level, acceptance, face, needed_bump
from catalog.findings import Finding
from catalog.manifests import located
from catalog.manifests.located import Path
from catalog.model import Release
from catalog.releases.packaging import parsed


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From the version an earlier commit has to the one the working tree makes.

    Args:
        found: What the change demands, nothing accepted.
        demanded: What is left to demand.
        accepted: Entries of the manifest that are for a version still to come.
    """

    old: Version
    new: Version
    found: Bump
    demanded: Bump
    accepted: tuple[Acceptance, ...]

    @property
    def least(self) -> Version:
        """The lowest version that is enough."""
        return bumped(self.old, self.demanded.level)


def step(now: Release, then: Release) -> Step | None:
    """The step from one release to another; None where they are the same."""
    if now.digest == then.digest:
        return None
    old = Version.parse(then.version)
    accepted = tuple(each for each in now.product.contract if Version.parse(each.version) > old)
    found = needed_bump(face(parsed(then.template)), face(parsed(now.template)))
    return Step(
        old=old,
        new=Version.parse(now.version),
        found=found,
        demanded=acceptance.demanded(found, accepted),
        accepted=accepted,
    )


def bumped(version: Version, level: Level) -> Version:
    """The next version of a level; before 1.0.0 nothing is promised, and a minor step is enough."""
    if version.major == 0 and level is Level.MAJOR:
        level = Level.MINOR
    made: Version = getattr(version, f"bump_{level}")()
    return made


class _Manifest:
    """A `product.yaml`, in which findings get their lines."""

    def __init__(self, product: str, text: str) -> None:
        self._file = f"products/{product}/product.yaml"
        self._document = located.read(text, self._file)[0]

    def finding(
        self, rule: str, path: Path, message: str, remedy: str = "", allowed: str = ""
    ) -> Finding:
        """A finding at the value of a path."""
        mark = self._document.at(path) if self._document else located.Mark()
        return Finding(
            file=self._file,
            line=mark.line,
            column=mark.column,
            rule=rule,
            message=message,
            remedy=remedy,
            allowed=allowed,
        )


def check(now: Release, then: Release | None, manifest: str, since: str) -> Iterator[Finding]:
    """Compare a release with the one an earlier commit makes.

    Args:
        now: As the working tree makes it.
        then: As the earlier commit makes it; None when it has no such product.
        manifest: Text of `product.yaml`, for the lines.
        since: The earlier commit, for the messages.

    Yields:
        Findings C202, C203 and C204 at the version, C206 and C207 at what is accepted.
    """
    if then is None:
        return
    made, at = step(now, then), _Manifest(now.product.name, manifest)
    if made:
        yield from _version(made, at, since)
        yield from _acceptances(now, made, at)
    elif (new := Version.parse(now.version)) < (old := Version.parse(then.version)):
        yield _lowered(new, old, at, since, f"Its content is the same: make it {old} again.")


def _version(made: Step, at: _Manifest, since: str) -> Iterator[Finding]:
    new, old, least = made.new, made.old, made.least
    reasons = "; ".join(made.demanded.reasons)
    because = f" Needed is a {made.demanded.level} version: {reasons}." if reasons else ""
    if new < old:
        remedy = f"Versions only rise: to roll back, publish the old content as {old.bump_patch()}."
        yield _lowered(new, old, at, since, remedy)
    elif new == old:
        message = f"The content changed since {since[:12]}, but the version is still {old}."
        remedy = f"Make it {least} and begin CHANGELOG.md with it; make bump does.{because}"
        yield at.finding("C202", ("version",), message, remedy)
    elif new < least:
        message = f"Version {new} is too small a step from {old}."
        yield at.finding("C204", ("version",), message, f"Make it {least}.{because}")


def _lowered(new: Version, old: Version, at: _Manifest, since: str, remedy: str) -> Finding:
    message = f"Version {new} is lower than {old}, which {since[:12]} has."
    return at.finding("C203", ("version",), message, remedy)


def _acceptances(now: Release, made: Step, at: _Manifest) -> Iterator[Finding]:
    """What each entry accepts; one that accepts nothing is a finding."""
    for number, entry in enumerate(now.product.contract):
        place = ("contract", number, "accept")
        excused = acceptance.excused(made.found, entry)
        if entry not in made.accepted:
            message = f"contract accepts {entry.accept} for {entry.version}, which is out."
            yield at.finding("C207", place, message, "Remove the entry.")
        elif not excused:
            message = f"contract accepts {entry.accept} for {entry.version}, which breaks nothing."
            remedy = "Remove the entry, or correct its version or its place."
            yield at.finding("C207", place, message, remedy)
        elif entry.version == now.version:
            said = "; ".join(each.reason for each in excused)
            message = f"This demands no {excused[0].level} version: {said}."
            yield at.finding("C206", place, message, allowed=entry.because)
        elif made.new != made.old:  # else the version is still to be raised, and C202 says so
            message = f"contract accepts {entry.accept} for {entry.version}, not for {now.version}."
            yield at.finding("C207", place, message, "Remove the entry, or correct its version.")
