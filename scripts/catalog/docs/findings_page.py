"""The page of findings: every number, what it asks for and why."""

from __future__ import annotations

from collections.abc import Sequence

from catalog.docs.markdown import NOTE, section, table
from catalog.findings import Rule
from catalog.registry import REGISTRY

_FAMILIES = {
    "Manifests": "C0",
    "Rendering": "C1",
    "Versions": "C2",
    "Packaging": "C3",
    "The catalog as a whole": "C4",
    "Templates: house rules": "E9",
}


def findings(house_rules: Sequence[Rule]) -> str:
    """The page of findings: every number, what it asks for and why."""
    lines = [
        NOTE.format(source="the registry and the rules"),
        "",
        "# Findings",
        "",
        "Every mistake the tool finds has a number. A finding on a template can be accepted with",
        "a reason, in `allow` of its `product.yaml`; it then stops nothing and is counted, and",
        "`make check ARGS=--allowed` shows it. Numbers that are not here are cfn-lint's own:",
        "`.venv/bin/cfn-lint --list-rules` explains them.",
    ]
    for title, prefix in _FAMILIES.items():
        rules = [rule for rule in (*REGISTRY, *house_rules) if rule.number.startswith(prefix)]
        rows = [(rule.number, rule.title, rule.why) for rule in rules]
        lines += section(title, table(("Number", "Demand", "Otherwise"), rows))
    return "\n".join(lines) + "\n"
