"""E9605: findings are accepted in the manifest, with a reason, or not at all."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading, mapping


class AllowancesInManifest(HouseRule):
    """No cfn-lint directives in a template."""

    id = "E9605"
    shortdesc = "A template does not configure cfn-lint"
    description = "Its directives give no reason and are shown to nobody; here they do nothing."
    source_url = ""
    remedy = "Add an entry to allow in product.yaml: rule, at, because; file when a seed holds it."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each directive."""
        if "cfn-lint" in template.section("Metadata"):
            yield Violation(("Metadata", "cfn-lint"), "The template configures cfn-lint.")
        for resource in template.resources.values():
            if "cfn-lint" in mapping(resource.body.get("Metadata")):
                path = (*resource.path, "Metadata", "cfn-lint")
                yield Violation(path, f"{resource.name} switches off checks.")
