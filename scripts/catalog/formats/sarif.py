"""Findings as SARIF 2.1.0, which code scanning and editors read. Pure.

The format is OASIS's standard: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html;
section numbers below are of its edition with Errata 01. Of a finding that its author accepts, the
reason is the justification of an external suppression (3.35): it stands in `product.yaml`, not in
the file the finding is about.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath
from typing import Any

from catalog.findings import Finding, Rule, Severity

VERSION = "2.1.0"
SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
ROOT = "%SRCROOT%"
"""What the files' addresses are relative to; whoever reads them knows where it lies (3.14.14)."""


def sarif(found: Iterable[Finding], rules: Sequence[Rule]) -> str:
    """Findings as a SARIF log with one run.

    Args:
        found: What was found.
        rules: Every number we give out; cfn-lint's own are added where one was found.
    """
    findings = list(found)
    described = [_rule(rule) for rule in rules]
    known = {rule.number for rule in rules}
    foreign = sorted({each.rule for each in findings} - known)
    described += [{"id": number, "shortDescription": _text(_FOREIGN)} for number in foreign]
    places = {str(rule["id"]): index for index, rule in enumerate(described)}
    run = {
        "tool": {"driver": {"name": "catalog", "rules": described}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(each, places[each.rule]) for each in findings],
    }
    log = {"$schema": SCHEMA, "version": VERSION, "runs": [run]}
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


_FOREIGN = "A rule of cfn-lint; `cfn-lint --list-rules` explains it."


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.number,
        "shortDescription": _text(f"{rule.title}."),
        "fullDescription": _text(rule.why),
        "help": _text(f"{rule.title}. {rule.why}"),
    }


def _result(finding: Finding, index: int) -> dict[str, Any]:
    words = f"{finding.message} {finding.remedy}".strip()
    made: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": index,
        "level": "error" if finding.severity is Severity.ERROR else "warning",
        "message": _text(words),
        "locations": [{"physicalLocation": _place(finding)}],
    }
    if finding.allowed:
        made["level"] = "note"
        made["suppressions"] = [{"kind": "external", "justification": finding.allowed}]
    return made


def _place(finding: Finding) -> dict[str, Any]:
    """The file and, where one is known, the line; columns count from 1 as ours do (3.30.6)."""
    uri = PurePosixPath("/", finding.file).as_uri().removeprefix("file:///")
    place: dict[str, Any] = {"artifactLocation": {"uri": uri, "uriBaseId": ROOT}}
    if finding.line:
        place["region"] = {"startLine": finding.line}
        if finding.column:
            place["region"]["startColumn"] = finding.column
    return place


def _text(words: str) -> dict[str, str]:
    return {"text": words}
