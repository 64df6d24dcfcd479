"""Release records: what is written down about each release, where, and how it is read. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from pydantic import TypeAdapter, ValidationError

from catalog.model import Release

FOLDER = "releases/"
"""Where the release records lie in the artifact bucket."""

TEMPLATES = "templates/"
"""Where the templates lie from which versions were made."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedBundle:
    """A bundle as a release record names it."""

    kind: str
    name: str
    digest: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseRecord:
    """What was released: it vouches for what is live, and leads to all it was made of.

    Args:
        digest: Of the release.
        description: Its changelog entry.
        commit: What it was built from.
        template: SHA-256 of the template's text without the stamp; empty in older records.
        parameters: Names of the template's parameters.
        bundles: Its code.
        released: When it was first published; None in older records.
    """

    digest: str
    description: str = ""
    commit: str = ""
    template: str = ""
    parameters: tuple[str, ...] = ()
    bundles: tuple[RecordedBundle, ...] = ()
    released: date | None = None


Versions = Mapping[tuple[str, str], ReleaseRecord]
"""(product, version) -> record."""

_RECORD = TypeAdapter(ReleaseRecord)


def key(product: str, version: str) -> str:
    """Where the record of a release lies in the artifact bucket; written once."""
    return f"{FOLDER}{product}/{version}.json"


def version_of(key: str) -> tuple[str, str] | None:
    """Product and version of a release record's key; None when it is no such key."""
    folder, _, name = key.removeprefix(FOLDER).removesuffix(".json").partition("/")
    return (folder, name) if name and key == f"{FOLDER}{folder}/{name}.json" else None


def templates(product: str, version: str) -> str:
    """Where the stamped templates of a release lie, one for each stamp it was published with."""
    return f"{TEMPLATES}{product}/{version}/"


def parse(text: str) -> ReleaseRecord | None:
    """Read a release record; None when it is none. What a newer one adds is passed over."""
    try:
        return _RECORD.validate_json(text)
    except ValidationError:
        return None


def text(made: Release, released: date | None = None) -> str:
    """`release.json`: what a release is and where it came from, as canonical JSON text.

    It is the same in every bucket, and with the objects it names it is all that a release is made
    of again.

    Args:
        made: The release.
        released: When it was first published; None when it is not.
    """
    content = {
        "product": made.product.name,
        "version": made.version,
        "digest": made.digest,
        "commit": made.commit,
        "parameters": list(made.parameters),
        "template": fingerprint(made.template),
        "bundles": [
            {"kind": one.kind, "name": one.name, "digest": one.digest, "key": one.key}
            for one in made.bundles
        ],
        "description": made.description,
        **({"released": released.isoformat()} if released else {}),
    }
    return json.dumps(content, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def fingerprint(template: str) -> str:
    """SHA-256 of a template's very text, without the stamp."""
    return hashlib.sha256(template.encode()).hexdigest()
