"""The release records of a target's regions as one history. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from catalog.model import Product
from catalog.planning.history import VersionKey
from catalog.planning.lifecycle import applied, in_force, parsed
from catalog.releases.records import ReleaseRecord
from catalog.state import Artifact


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A release record as it lies in a bucket.

    Args:
        record: None when it cannot be understood.
        since: Day on which the object was written.
    """

    record: ReleaseRecord | None
    since: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Chronicle:
    """What a region's bucket tells of all versions.

    Args:
        written: Every release record there.
        live: Versions the index remembers as live; None when there are records, but no index.
    """

    region: str
    written: Mapping[VersionKey, Written] = field(default_factory=dict)
    live: frozenset[VersionKey] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """A version of the history.

    Args:
        released: The day of its first publish.
        commit: What it was built from; empty when no record says.
        state: active, deprecated or inactive by today's lifecycle; `gone` when the repository has
            no such product any more.
        lives: Regions in which it is live, as far as their index tells.
        notes: How regions differ; empty when they do not.
    """

    product: str
    version: str
    released: date
    commit: str
    digest: str
    state: str
    lives: tuple[str, ...]
    notes: tuple[str, ...] = ()


def history(
    chronicles: Iterable[Chronicle], products: Mapping[str, Product], today: date
) -> tuple[Released, ...]:
    """Every version ever released, by product, the highest first.

    Args:
        chronicles: Of each region of the target.
        products: Of the repository, for their lifecycle.
        today: Decides which lifecycle rules are in force.
    """
    chronicles = tuple(chronicles)
    keys = {key for chronicle in chronicles for key in chronicle.written}
    by_version = sorted(keys, key=lambda key: _rank(key[1]), reverse=True)
    return tuple(
        _released(key, chronicles, products.get(key[0]), today)
        for key in sorted(by_version, key=lambda key: key[0])
    )


def _rank(version: str) -> tuple[bool, object]:
    own = parsed(version)
    return (True, own) if own else (False, version)


def _released(
    key: VersionKey, chronicles: tuple[Chronicle, ...], product: Product | None, today: date
) -> Released:
    held = {each.region: each.written[key] for each in chronicles if key in each.written}
    known = [written.record for written in held.values() if written.record]
    days = [record.released for record in known if record.released]
    return Released(
        product=key[0],
        version=key[1],
        released=min(days or [written.since for written in held.values()]),
        commit=known[0].commit if known else "",
        digest=known[0].digest if known else "",
        state=_state(product, key[1], today),
        lives=tuple(each.region for each in chronicles if key in (each.live or ())),
        notes=tuple(_differences(key, chronicles, held)),
    )


def _state(product: Product | None, version: str, today: date) -> str:
    if product is None:
        return "gone"
    rules = in_force(product.lifecycle, today)
    artifact = applied(rules, version, Artifact(description="", digest=""))
    if not artifact.active:
        return "inactive"
    return "deprecated" if artifact.deprecated else "active"


def _differences(
    key: VersionKey, chronicles: tuple[Chronicle, ...], held: Mapping[str, Written]
) -> Iterable[str]:
    digests = {region: each.record.digest for region, each in held.items() if each.record}
    if len(set(digests.values())) > 1:
        parts = ", ".join(f"{region} {digest[:12]}" for region, digest in digests.items())
        yield f"its content differs: {parts}"
    for region, written in held.items():
        if written.record is None:
            yield f"its record in {region} cannot be read"
    for each in chronicles:
        if each.live is None:
            yield f"no index tells what lives in {each.region}"
        elif key not in each.live:
            recorded = "released, but not live" if key in each.written else "not released"
            yield f"{recorded} in {each.region}"
        elif key not in each.written:
            yield f"lives in {each.region} without a record"
