"""What our roles may do, why, and whether anybody does it.

written    every action of every statement in a rendered template, at its line
reasons    `permissions.yaml` of a product: documents that demand an action, and what is left out
launching  what a launch role lacks to manage its products' resources
coverage   actions exercised in rehearsals, needed by a document, or neither
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from catalog.access import coverage, launching, reasons, written
from catalog.access.coverage import Covered
from catalog.access.reporting import Excuses
from catalog.access.written import Grant
from catalog.findings import Finding
from catalog.model import Rendered, Tree
from catalog.releases.building import Built
from catalog.templates.loops import resources
from catalog.templates.yaml_text import load


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


def covered(
    tree: Tree, built: Mapping[str, Built], calls: Iterable[Mapping[str, Any]]
) -> tuple[tuple[Covered, ...], Excuses]:
    """What rehearsals show of every action our roles hold, and the excuses for wildcards.

    Args:
        tree: The catalog's files.
        built: Product -> what came of it.
        calls: The decisions that the embedded AWS recorded.
    """
    rendered = {name: one.rendered for name, one in built.items() if one.rendered}
    held = {name: written.grants(one) for name, one in rendered.items()}
    said = {name: reasons.read(tree, name, held[name])[0] for name in rendered}
    types = _launched(built)

    def schema(grant: Grant) -> str:
        return launching.schema_says(grant, types.get(grant.name, frozenset()))

    everything = [grant for grants in held.values() for grant in grants]
    found = coverage.covered(everything, coverage.exercises(calls), said, schema)
    excuses = {
        (name, holder, sid): why
        for name, one in rendered.items()
        for holder, body in _resources(one).items()
        for sid, why in body.get("Metadata", {}).get("catalog", {}).get("wildcards", {}).items()
    }
    return found, excuses


def _resources(rendered: Rendered) -> Mapping[str, Any]:
    return resources(load(rendered.text) or {})


def _launched(built: Mapping[str, Built]) -> dict[str, frozenset[str]]:
    """Launch role -> the resource types of the products it launches."""
    found: dict[str, frozenset[str]] = {}
    for one in built.values():
        role = one.folder.product.launch_role
        if one.rendered and role:
            kinds = frozenset(str(body.get("Type")) for body in _resources(one.rendered).values())
            found[role] = found.get(role, frozenset()) | kinds
    return found
