"""Whether what is live is what was released, as far as it could be read. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from catalog.errors import Refused
from catalog.planning.history import LOST
from catalog.releases import packaging
from catalog.releases.records import ReleaseRecord
from catalog.releases.stamping import bare, stamped


class Mark(StrEnum):
    """What a look came to, from good to bad."""

    SAME = "same"
    UNKNOWN = "unknown"
    DIFFERS = "differs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Object:
    """A bundle's object.

    Args:
        digest: Of what it holds; empty when that is no bundle, None when it is gone.
        why: What kept it from being read; empty when S3 answered.
    """

    digest: str | None
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What could be gathered about a live version.

    Args:
        line: Digest on the last line of its description; empty when there is none.
        record: Its release record; None when there is none.
        template: The service's own copy; None when it cannot be read.
        why: What kept the template from being read.
        bucket: Where this region keeps the code of its products.
        parameters: Names of its parameters, as the service tells them; None when it does not.
        objects: Key of a bundle -> what lies there.
    """

    product: str
    version: str
    region: str
    line: str
    record: ReleaseRecord | None
    template: str | None = None
    why: str = ""
    bucket: str = ""
    parameters: tuple[str, ...] | None = None
    objects: Mapping[str, Object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A live version and what became of looking at it.

    Args:
        commit: What it was built from; empty when no record says.
        digest: Of the release, by its record or else by its description.
        mark: The worst of all that was looked at.
        notes: What differs, and what could not be read.
        altered: Of these, what differs in what it is made of.
    """

    product: str
    version: str
    region: str
    commit: str
    digest: str
    mark: Mark
    notes: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()

    @property
    def subject(self) -> str:
        """The version, in the words of a plan."""
        return f"version {self.version} of {self.product}"


_Note = tuple[Mark, str]


def judge(evidence: Evidence) -> Verified:
    """Compare what is live with its record."""
    record = evidence.record
    content = tuple(_content(evidence))
    notes = [*_description(evidence), *content]
    marks = {mark for mark, _ in notes}
    return Verified(
        product=evidence.product,
        version=evidence.version,
        region=evidence.region,
        commit=record.commit if record else "",
        digest=record.digest if record else evidence.line,
        mark=next((mark for mark in reversed(Mark) if mark in marks), Mark.SAME),
        notes=tuple(text for _, text in notes),
        altered=tuple(text for mark, text in content if mark is Mark.DIFFERS),
    )


def _description(evidence: Evidence) -> Iterator[_Note]:
    line, record = evidence.line, evidence.record
    if record is None and line:
        yield Mark.DIFFERS, f"its release record is gone. {LOST}"
    elif record is None:
        what = "there is no release record of it, and its description carries no digest"
        yield Mark.UNKNOWN, f"{what}: it was made by hand"
    elif not line:
        yield Mark.DIFFERS, "its description carries no digest any more"
    elif line != record.digest:
        told = f"its description says digest {line[:12]}, its record {record.digest[:12]}"
        yield Mark.DIFFERS, told


def _content(evidence: Evidence) -> Iterator[_Note]:
    record = evidence.record
    if evidence.template is None:
        yield Mark.UNKNOWN, f"its template could not be read: {evidence.why}"
        if record and evidence.parameters is not None:
            yield from _parameters(evidence.parameters, record)
    elif record and _digest(evidence.template, record) != record.digest:
        yield Mark.DIFFERS, "its template is not the one that was released"
    elif (named := stamped(evidence.template, evidence.region)) not in (None, evidence.bucket):
        yield Mark.DIFFERS, f"its template takes code from the bucket {named}"
    for bundle in record.bundles if record else ():
        found = evidence.objects[bundle.key]
        if found.why:
            yield Mark.UNKNOWN, f"{bundle.key} could not be read: {found.why}"
        elif found.digest is None:
            yield Mark.DIFFERS, f"{bundle.key} is gone. {LOST}"
        elif found.digest != bundle.digest:
            told = f"{bundle.key} holds something else than it was released with. {LOST}"
            yield Mark.DIFFERS, told


def _parameters(live: tuple[str, ...], record: ReleaseRecord) -> Iterator[_Note]:
    if set(live) != set(record.parameters):
        yield Mark.DIFFERS, "its parameters are not those that were released"


def _digest(template: str, record: ReleaseRecord) -> str:
    try:
        return packaging.digest(bare(template), record.bundles)
    except Refused:
        return ""  # no template at all
