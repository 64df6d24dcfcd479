"""cfn-lint in process, with the house rules: the text of one template in, findings out.

Importing this module imports cfn-lint, and the first template builds its rules: together the
better part of a second, paid once in a process.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from os.path import devnull
from pathlib import Path
from typing import Any

import cfnlint.rules
from cfnlint.config import ConfigMixIn
from cfnlint.decode.decode import decode_str
from cfnlint.helpers import REGIONS
from cfnlint.rules import Rules
from cfnlint.runner.template import run_template_by_data

from catalog.findings import Finding, Severity
from catalog.model import Kind
from catalog.rules import rule_classes
from catalog.rules.house import HouseRule

STAMP = "Catalog"
"""The mapping that publishing adds to a template: region -> where its code lies."""

MESSAGE_LENGTH = 240
"""Characters; cfn-lint repeats whole lists of allowed values in some messages (W3037: 16 KB)."""

FALLBACK_REGION = "us-east-1"
"""For templates of which no region is known: the one that has every resource type."""

OURS = frozenset({"E2900"})
"""What cfn-lint checks about parameter files; `catalog.templates.scenarios` does it at its line."""


def findings(text: str, kind: Kind | None, regions: Sequence[str]) -> tuple[Finding, ...]:
    """What cfn-lint and the house rules say about a template, by line and column.

    Args:
        text: A rendered template, without the stamp.
        kind: Of the product, for the rules that hold for some kinds only; None for a template of a
            seed.
        regions: Where it will be launched, e.g. `("us-east-1",)`.

    Returns:
        Findings whose `file` is empty and whose lines count in `text`; nothing informational.
    """
    known = [region for region in regions if region in REGIONS] or [FALLBACK_REGION]
    unheard = tuple(_unheard_of(region) for region in regions if region not in REGIONS)
    return (*_run(_every_rule(), text, kind, known), *unheard)


def _unheard_of(region: str) -> Finding:
    return Finding(
        file="",
        line=1,
        rule="C410",
        message=f"cfn-lint does not know the region {region}, and checks nothing for it.",
        remedy="Correct the target's regions in catalog.yaml, or take up a newer cfn-lint.",
        severity=Severity.WARNING,
    )


def house_findings(text: str, kind: Kind | None) -> tuple[Finding, ...]:
    """As `findings`, of the house rules alone."""
    return _run(_house_rules(), text, kind, (FALLBACK_REGION,))


@cache
def _every_rule() -> Any:
    with _without_collections():
        rules = Rules.create_from_directory(str(Path(cfnlint.rules.__file__).parent))
        rules.extend([rule() for rule in rule_classes()])
        gc.freeze()
    return rules


@cache
def _house_rules() -> Any:
    rules = Rules()
    rules.extend([rule() for rule in rule_classes()])
    return rules


def _run(rules: Any, text: str, kind: Kind | None, regions: Sequence[str]) -> tuple[Finding, ...]:
    template, matches = decode_str(text)
    if not matches:
        _stamp(template, regions)
        own = {"kind": kind.value if kind else ""}
        config = ConfigMixIn(
            ["--config-file", devnull],
            regions=list(regions),
            mandatory_checks=["E", "W"],
            configure_rules={rule.id: own for rule in rule_classes()},
        )
        with _without_collections():
            matches = list(run_template_by_data(template, config, rules))
    found = {_finding(match) for match in matches if _counts(match)}
    return tuple(sorted(found))


def _counts(match: Any) -> bool:
    return match.rule.id[0] in "EW" and match.rule.id not in OURS and match.parent_id is None


def _finding(match: Any) -> Finding:
    rule = match.rule
    see = f"See {rule.source_url}" if rule.source_url else ""
    return Finding(
        file="",
        line=match.linenumber,
        column=match.columnnumber,
        rule=rule.id,
        message=_short(match.message),
        remedy=rule.remedy if isinstance(rule, HouseRule) else see,
        severity=Severity.ERROR if rule.id.startswith("E") else Severity.WARNING,
        at=".".join(str(key) for key in getattr(match, "path", None) or ()),
    )


def _short(message: str) -> str:
    line = " ".join(message.split())
    return line if len(line) <= MESSAGE_LENGTH else f"{line[: MESSAGE_LENGTH - 1].rstrip()}…"


def _stamp(template: Any, regions: Sequence[str]) -> None:
    """Add the mapping of the artifact buckets to a decoded template that reads it."""
    keys = sorted(set(_stamp_keys(template)))
    if not keys or not isinstance(template, dict):
        return
    block = "".join(
        f"    {region}: {{{', '.join(f'{key}: stamped-at-publish' for key in keys)}}}\n"
        for region in regions
    )
    stamp, _ = decode_str(f"Mappings:\n  {STAMP}:\n{block}")
    for section, mappings in stamp.items():
        template.setdefault(section, mappings).update(mappings)


def _stamp_keys(value: Any) -> Iterator[str]:
    """The second-level keys with which the template reads the stamp."""
    match value:
        case {"Fn::FindInMap": [str(name), _, str(key), *_]} if name == STAMP:
            yield key
        case dict():
            for inner in value.values():
                yield from _stamp_keys(inner)
        case list():
            for inner in value:
                yield from _stamp_keys(inner)


@contextmanager
def _without_collections() -> Iterator[None]:
    """Keep the collector from walking the same objects over and over while many are made.

    It halves the building of the rules. With these frozen, for they live as long as the process, it
    saves a tenth of each template's time.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
