"""The records of what passed, in `build/taskcat/records`: one file for each release and region.

Publishing to a named target asks for them. They are kept by region, because the builds of a batch
launch a release in one region each.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from catalog.model import Catalog, Release
from catalog.targets import Target
from catalog.taskcat.project import regions
from catalog.taskcat.results import (
    Record,
    Result,
    by_region,
    from_json,
    merged,
    record,
    record_name,
    to_json,
)


def passed(records: Path, release: Release, places: Iterable[str]) -> Record | None:
    """The record that a release passed in regions; None when one is missing, or there are none.

    Args:
        records: `build/taskcat/records`.
        release: With this content.
        places: The regions where it was to be launched.
    """
    found = [_kept(records, release, region) for region in places]
    kept = [one for one in found if one is not None]
    return merged(kept) if kept and len(kept) == len(found) else None


def _kept(records: Path, release: Release, region: str) -> Record | None:
    try:
        kept = from_json((records / record_name(release, region)).read_text(encoding="utf-8"))
    except OSError:
        return None
    return kept if kept and kept.passed and kept.digest == release.digest else None


def tested(
    records: Path, catalog: Catalog, releases: Mapping[str, Release]
) -> frozenset[tuple[str, str]]:
    """(product, digest) of every release that passed wherever one of the targets launches it."""
    targets, found = catalog.settings.targets.values(), set()
    for name, release in releases.items():
        scenarios = catalog.products[name].scenarios.values()
        places = (regions(scenarios, target.regions) for target in targets)
        if any(passed(records, release, each) for each in places):
            found.add((name, release.digest))
    return frozenset(found)


def keep(records: Path, release: Release, results: Iterable[Result], target: Target) -> Record:
    """Write the record of each region where a release was launched; one record of all launches."""
    launched, when = tuple(results), datetime.now(UTC)
    said = partial(record, release, target=target.name, embedded=target.embedded, when=when)
    records.mkdir(parents=True, exist_ok=True)
    for region, there in by_region(launched).items():
        text = to_json(said(there))
        (records / record_name(release, region)).write_text(text, encoding="utf-8")
    return said(launched)
