"""What is generated: READMEs of products, indexes, findings, CODEOWNERS, taskcat's buildspec.

Facts are generated, judgement is written by hand in NOTES.md; a page that is out of date is a
finding, so that a reader may believe it. The index of portfolios is also the index of products.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from catalog.docs.code_owners import code_owners
from catalog.docs.findings_page import findings
from catalog.docs.portfolio_page import index
from catalog.docs.product_page import product
from catalog.findings import Rule
from catalog.model import Catalog
from catalog.releases.building import Built
from catalog.taskcat import batch


def pages(
    catalog: Catalog, built: Mapping[str, Built], house_rules: Sequence[Rule]
) -> Mapping[str, str]:
    """Every generated page.

    Args:
        catalog: What was read.
        built: Product -> what came of it; one without a template gets no page.
        house_rules: The rules for templates.

    Returns:
        Path relative to the root -> text.
    """
    made = {"docs/findings.md": findings(house_rules), "portfolios/README.md": index(catalog)}
    if owned := code_owners(catalog):
        made[".github/CODEOWNERS"] = owned
    for name, one in built.items():
        if one.rendered:
            made[f"products/{name}/README.md"] = product(one.folder, one.rendered.text)
    if builds := batch.builds(catalog):
        made["buildspecs/taskcat.yml"] = batch.buildspec(builds)
    return made
