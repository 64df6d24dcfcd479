"""Findings that a product's manifest accepts, each with its reason.

    allow:
      - {rule: E9103, at: Resources.Queue, because: "the queue is read by …"}
      - {rule: E9402, file: seed_code/deploy/data.yaml, at: Resources.Data, because: "…"}

Every product answers for what its projects start with: a seed that two of them name needs the entry
in both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from catalog.accepted import Allow
from catalog.findings import Finding
from catalog.layout import SEEDS
from catalog.model import Product


def apply_allowances(findings: Sequence[Finding], product: Product) -> tuple[Finding, ...]:
    """Mark what the product's manifest accepts, and add a finding for each idle entry.

    An entry accepts the findings of its rule at its place and everywhere below it, in the
    product's template or in the template of a seed that it names.

    Args:
        findings: Of this product's template, and of those in its seeds.
        product: Whose `allow` entries count.

    Returns:
        The same findings, those accepted with their reason; then C407 for entries nothing needs.
    """
    used = set()
    result = []
    for finding in findings:
        for entry in product.allow:
            if _accepts(entry, finding):
                used.add(entry)
                finding = replace(finding, allowed=entry.because)
        result.append(finding)
    idle = (
        Finding(
            file=f"products/{product.name}/product.yaml",
            rule="C407",
            message=f"allow accepts {entry.rule} at {entry.place}, where there is no such finding.",
            remedy="Remove the entry, or correct its rule or its place.",
        )
        for entry in product.allow
        if entry not in used
    )
    return (*result, *idle)


def _accepts(entry: Allow, finding: Finding) -> bool:
    file = finding.file if finding.file.startswith(f"{SEEDS}/") else ""
    at = f"{finding.at}.".startswith(f"{entry.at}.")
    return at and (entry.rule, entry.file) == (finding.rule, file)
