"""What our roles may do, why, and whether anybody does it.

written    every action of every statement in a rendered template, at its line
reasons    `permissions.yaml` of a product: documents that demand an action, and what is left out
launching  what a launch role lacks to manage its products' resources
coverage   actions exercised in rehearsals, needed by a document, or neither
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalog.access import launching, reasons, written
from catalog.findings import Finding
from catalog.model import Tree
from catalog.releases.building import Built


def check(tree: Tree, built: Mapping[str, Built]) -> Iterator[Finding]:
    """What launch roles lack, and reasons that explain nothing: findings C411 and C412.

    Args:
        tree: The catalog's files.
        built: Product -> what came of it; a role made by a product that is not here is not judged.
    """
    rendered = {name: one.rendered for name, one in built.items() if one.rendered}
    held = {name: written.grants(one) for name, one in rendered.items()}
    said = {name: reasons.read(tree, name, held[name]) for name in rendered}
    for _, findings in said.values():
        yield from findings
    roles = launching.roles(grant for grants in held.values() for grant in grants)
    for name, one in rendered.items():
        product = built[name].folder.product
        if role := roles.get(product.launch_role):
            yield from launching.lacking(product, one, role, said[role.product][0])
