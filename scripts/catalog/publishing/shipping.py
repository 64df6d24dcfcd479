"""What a release sends to an artifact bucket before its version is created. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from catalog.model import Release
from catalog.planning import offering
from catalog.releases import bundles, packaging, records
from catalog.releases.stamping import stamp
from catalog.state import Template

STAGED = "staged/"
"""Where code and templates lie that taskcat launches and the foundation is made of."""

_YAML, _ZIP = "application/yaml", "application/zip"
_VERSION, _DIGEST, _CONTENT = "catalog-version", "catalog-digest", "catalog-sha256"


@dataclass(frozen=True, slots=True, kw_only=True)
class Cargo:
    """One object, under a content-addressed key unless it is an offer."""

    key: str
    body: bytes
    tags: Mapping[str, str]
    content_type: str
    metadata: Mapping[str, str] = field(default_factory=dict)


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


def shipment(
    release: Release, buckets: Mapping[str, str], released: date | None = None
) -> Shipment:
    """Pack a release for one target.

    Args:
        release: What to publish.
        buckets: Region -> artifact bucket of the target, for the stamp.
        released: When it was first published, for the record.
    """
    body = stamp(release.template, buckets).encode()
    name, version = release.product.name, release.version
    key = f"{records.templates(name, version)}{hashlib.sha256(body).hexdigest()}.yaml"
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
        record=records.text(release, released),
        digest=release.digest,
    )


def staged(release: Release, buckets: Mapping[str, str]) -> Shipment:
    """Pack a release for a stack that is made without Service Catalog.

    Its objects lie apart from what is published, and its template takes the code from there: other
    roles than the publisher write them.
    """
    sent = shipment(release, buckets)
    body = staged_template(release, buckets).encode()
    return replace(
        sent,
        template=replace(sent.template, key=f"{STAGED}{sent.template.key}", body=body),
        bundles=tuple(replace(each, key=f"{STAGED}{each.key}") for each in sent.bundles),
    )


def staged_template(release: Release, buckets: Mapping[str, str]) -> str:
    """The stamped template of such a stack; a bundle's key holds its digest and is nothing else."""
    text = stamp(release.template, buckets)
    for bundle in release.bundles:
        text = text.replace(bundle.key, f"{STAGED}{bundle.key}")
    return text


def offer(release: Release, buckets: Mapping[str, str]) -> Cargo:
    """The template of a release as Studio finds it in S3: the same bytes, under the stable key.

    Its metadata says of which release it is, and with which content it was put there.

    Args:
        release: What to offer.
        buckets: Region -> artifact bucket of the target, for the stamp.
    """
    body = stamp(release.template, buckets).encode()
    return Cargo(
        key=offering.key(release.product.name),
        body=body,
        tags=offering.tags(release),
        content_type=_YAML,
        metadata={
            _VERSION: release.version,
            _DIGEST: release.digest,
            _CONTENT: hashlib.sha256(body).hexdigest(),
        },
    )


def offered(
    body: bytes, metadata: Mapping[str, str], tags: Mapping[str, str], *, readable: bool
) -> Template:
    """What an object under a stable key is: its digest counts only with the content it came with.

    Args:
        body: Of the object.
        metadata: Of the object, keys in lower case.
        tags: Of the object.
        readable: Whether the pages of Studio may read it.
    """
    own = hashlib.sha256(body).hexdigest() == metadata.get(_CONTENT)
    return Template(
        version=metadata.get(_VERSION, ""),
        digest=metadata.get(_DIGEST, "") if own else "",
        tags=tags,
        readable=readable,
    )
