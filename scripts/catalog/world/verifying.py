"""Gathering what is live of every version: copy, description, record, bundles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from catalog.aws.copies import Copies
from catalog.errors import CatalogError
from catalog.planning.desired import digest_of
from catalog.planning.history import VersionKey
from catalog.releases import bundles
from catalog.releases.records import RecordedBundle, ReleaseRecord
from catalog.world.verdicts import Evidence, Object

if TYPE_CHECKING:
    from catalog.aws import Gateways
    from catalog.aws.storage import Storage
    from catalog.publishing.surveying import Survey

WORKERS = 8


def gather(gateways: Gateways, seen: Survey, product: str = "") -> tuple[Evidence, ...]:
    """Everything about what is live in a region.

    Calls: per version DescribeProvisioningArtifact, and GetObject of the service's copy; per bundle
    GetObject, however many versions share it. Records were read by the survey.

    Args:
        gateways: Of the region.
        seen: A deep survey of it.
        product: Look at no other.
    """
    keys = sorted(
        (name, version)
        for name, state in seen.observed.products.items()
        for version in state.versions
        if product in ("", name)
    )
    storage = gateways.storage
    with ThreadPoolExecutor(WORKERS, "verify") as pool:
        records = [seen.records.get(key) for key in keys]
        named = {bundle.key: bundle for bundle in _bundles(records)}
        held = pool.map(lambda bundle: _object(storage, bundle), named.values())
        objects = dict(zip(named, held, strict=True))
        return tuple(pool.map(lambda key: _evidence(gateways, seen, key, objects), keys))


def _bundles(records: Iterable[ReleaseRecord | None]) -> Iterator[RecordedBundle]:
    return (bundle for record in records if record for bundle in record.bundles)


def _object(storage: Storage, bundle: RecordedBundle) -> Object:
    try:
        content = storage.fetch(bundle.key)
    except CatalogError as error:
        return Object(digest="", why=error.what)
    if content is None:
        return Object(digest=None)
    found = bundles.unpacked(bundle.name, bundle.kind, content)
    return Object(digest=found.digest if found else "")


def _evidence(
    gateways: Gateways,
    seen: Survey,
    key: VersionKey,
    objects: Mapping[str, Object],
) -> Evidence:
    name, version = key
    service = gateways.storage.bucket.service
    copies = Copies(servicecatalog=gateways.products.service, s3=service)
    copy = copies.of(seen.ids.lanes["product", name].id, seen.ids.versions[name][version])
    return Evidence(
        product=name,
        version=version,
        region=gateways.session.region,
        line=digest_of(seen.observed.products[name].versions[version].description),
        record=seen.records.get(key),
        template=copy.template,
        why=copy.why,
        bucket=gateways.storage.bucket.name,
        parameters=copy.parameters,
        objects=objects,
    )
