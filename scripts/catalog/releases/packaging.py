"""A rendered product and its bundles to a release: one digest for every account."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import yaml

from catalog.errors import Refused
from catalog.findings import Finding
from catalog.model import GIVEN_BY_STUDIO, Bundle, Kind, ProductFolder, Release, Rendered
from catalog.releases import changelog
from catalog.releases.records import RecordedBundle
from catalog.templates.yaml_text import composed, values

MAX_BODY = 1_000_000
"""Bytes of a template given by URL (CreateStack, TemplateURL: 1 MB; cfn-lint's limits)."""

MAX_SECTIONS = {"Parameters": 200, "Resources": 500, "Outputs": 200, "Mappings": 199}
"""Entries of a section (CloudFormation quotas; cfn-lint's limits); the stamp is a mapping too."""

MAX_ASKED = 180
"""Parameters that a project may give a template in S3 (SageMaker service model, CfnTemplateProvider
Parameters); SageMaker adds its own two."""

STAMP_ROOM = 10_000
"""Bytes kept for the stamp, which a target adds when it publishes."""

PROVISIONING_TAG = ("servicecatalog:provisioning", "true")
"""Launch roles may read objects that carry this tag, whoever's bucket they are in (AWS managed
policies for SageMaker projects)."""


@lru_cache(maxsize=512)
def _as_json(text: str) -> str:
    try:
        return json.dumps(values(text), ensure_ascii=False)
    except (yaml.YAMLError, ValueError, TypeError, RecursionError) as error:
        raise Refused(
            "A template cannot be read as CloudFormation reads it: "
            f"{str(error).partition(chr(10))[0]}.",
            "Run make check; it names the line.",
        ) from error


def canonical(text: str) -> str:
    """A template as minified JSON with sorted keys: the same for all ways to write it.

    Short forms (`!Ref`) become long ones, as CloudFormation itself reads them.
    """
    return json.dumps(
        json.loads(_as_json(text)),
        sort_keys=True,
        separators=(",", ":"),
        ensure_ascii=False,
    )


def release(
    folder: ProductFolder, rendered: Rendered, bundles: Iterable[Bundle], commit: str
) -> Release:
    """Make a release.

    Args:
        folder: The product.
        rendered: Its template.
        bundles: Its code.
        commit: What it was built from; `+` at its end when the tree had changes.
    """
    packed = tuple(sorted(bundles, key=lambda one: (one.kind, one.name)))
    return Release(
        product=folder.product,
        digest=digest(rendered.text, packed),
        template=rendered.text,
        bundles=packed,
        parameters=parameters(rendered.text),
        description=changelog.entry(folder.changelog, folder.product.version),
        commit=commit,
    )


def digest(template: str, bundles: Iterable[Bundle | RecordedBundle]) -> str:
    """SHA-256 of what a release does: its canonical template and its bundles' digests."""
    parts = [canonical(template)]
    parts += sorted(f"{one.kind}/{one.name}/{one.digest}" for one in bundles)
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def parameters(template: str) -> tuple[str, ...]:
    """Names of a template's parameters, in the order they are written."""
    return tuple(parsed(template).get("Parameters") or ())


def parsed(template: str) -> dict[str, Any]:
    """A template as plain values, long forms instead of short ones, in the order written."""
    values: dict[str, Any] = json.loads(_as_json(template))
    return values


def object_tags(made: Release) -> Mapping[str, str]:
    """Tags on the objects of a release: what lets launch roles read them, and whose they are."""
    key, value = PROVISIONING_TAG
    return {
        key: value,
        "catalog:product": made.product.name,
        "catalog:version": made.version,
    }


def check(rendered: Rendered, kind: Kind) -> Iterator[Finding]:
    """Compare a template with the limits of CloudFormation and SageMaker: findings C306, C428."""
    size, room = len(rendered.text.encode()), MAX_BODY - STAMP_ROOM
    if size > room:
        yield _limit(rendered, 1, f"The template has {size} bytes.", f"It may have {room}.")
    top = composed(rendered.text)
    for key, section in top.value if isinstance(top, yaml.MappingNode) else ():
        most = MAX_SECTIONS.get(key.value, len(section.value))
        if len(section.value) > most:
            message = f"The template has {len(section.value)} {key.value.lower()}."
            remedy = f"It may have {most}; make two products."
            yield _limit(rendered, key.start_mark.line + 1, message, remedy)
        if key.value == "Parameters" and kind is Kind.PROJECT:
            asked = [name.value for name, _ in section.value if name.value not in GIVEN_BY_STUDIO]
            if len(asked) > MAX_ASKED:
                message = f"The template asks for {len(asked)} parameters."
                remedy = f"Studio gives {MAX_ASKED} to a template in S3; make two products."
                yield _limit(rendered, key.start_mark.line + 1, message, remedy, rule="C428")


def _limit(
    rendered: Rendered, line: int, message: str, remedy: str, *, rule: str = "C306"
) -> Finding:
    source = rendered.source[line - 1]
    return Finding(file=source.file, line=source.line, rule=rule, message=message, remedy=remedy)
