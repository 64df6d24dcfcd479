"""The numbers of our findings: what each demands, and what goes wrong otherwise.

A number that was given out keeps its meaning for ever; a new one takes the next of its family. The
house rules for templates (E9xxx) say the same of themselves, in the package `catalog.rules`.
"""

from __future__ import annotations

from catalog.findings import Rule
from catalog.registry import catalog, manifests, packaging, rendering, versions

REGISTRY: tuple[Rule, ...] = (
    *manifests.RULES,
    *rendering.RULES,
    *versions.RULES,
    *packaging.RULES,
    *catalog.RULES,
)
