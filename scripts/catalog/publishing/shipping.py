"""What a release sends to an artifact bucket before its version is created. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from catalog.model import Release
from catalog.planning import records
from catalog.releases import bundles, packaging
from catalog.releases.stamping import stamp

_YAML, _ZIP = "application/yaml", "application/zip"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cargo:
    """One object under its content-addressed key."""

    key: str
    body: bytes
    tags: Mapping[str, str]
    content_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shipment:
    """Everything of one release.

    Args:
        template: The stamped template, which Service Catalog reads once.
        bundles: Code the template refers to.
        record_key: Where the release record lies; written once.
        record: Its text.
        digest: Of the release.
    """

    template: Cargo
    bundles: tuple[Cargo, ...]
    record_key: str
    record: str
    digest: str


def shipment(release: Release, buckets: Mapping[str, str]) -> Shipment:
    """Pack a release for one target.

    Args:
        release: What to publish.
        buckets: Region -> artifact bucket of the target, for the stamp.
    """
    body = stamp(release.template, buckets).encode()
    name, version = release.product.name, release.version
    key = f"templates/{name}/{version}/{hashlib.sha256(body).hexdigest()}.yaml"
    readable = dict([packaging.PROVISIONING_TAG])
    return Shipment(
        template=Cargo(key=key, body=body, tags=packaging.object_tags(release), content_type=_YAML),
        bundles=tuple(
            Cargo(
                key=bundle.key,
                body=bundles.archive(bundle),
                tags=readable,
                content_type=_ZIP,
            )
            for bundle in release.bundles
        ),
        record_key=records.key(name, version),
        record=packaging.record(release),
        digest=release.digest,
    )
