"""What our roles may do, why, and whether anybody does it.

written    every action of every statement in a rendered template, at its line
reasons    `permissions.yaml` of a product: documents that demand an action, and what is left out
launching  what a role lacks to manage the resources of the templates it deploys
coverage   actions exercised in rehearsals, needed by a document, or neither
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from catalog.access import coverage, launching, reasons, written
from catalog.access.coverage import Covered
from catalog.access.launching import Role
from catalog.access.reasons import Reasons
from catalog.access.reporting import Excuses
from catalog.access.written import Grant
from catalog.findings import Finding
from catalog.model import Rendered, SourceLine, Tree
from catalog.releases.building import Built
from catalog.templates.loops import resources
from catalog.templates.yaml_text import load

Deployed = tuple[Role, Rendered]
"""A role, and a template that it deploys."""


def check(tree: Tree, built: Mapping[str, Built]) -> Iterator[Finding]:
    """What roles lack, and reasons that explain nothing or are missing: C411, C412 and C413.

    Args:
        tree: The catalog's files.
        built: Product -> what came of it; a role made by a product that is not here is not judged.
    """
    held = {name: written.grants(one) for name, one in _rendered(built).items()}
    said: dict[str, Reasons] = {}
    for name, grants in held.items():
        said[name], findings = reasons.read(tree, name, grants)
        yield from findings
    for role, template in _deployed(tree, built, held, said):
        yield from launching.lacking(template, role, said[role.product])


def covered(
    tree: Tree, built: Mapping[str, Built], calls: Iterable[Mapping[str, Any]]
) -> tuple[tuple[Covered, ...], Excuses]:
    """What rehearsals show of every action our roles hold, and the excuses for wildcards.

    Args:
        tree: The catalog's files.
        built: Product -> what came of it.
        calls: The decisions that the embedded AWS recorded.
    """
    rendered = _rendered(built)
    held = {name: written.grants(one) for name, one in rendered.items()}
    said = {name: reasons.read(tree, name, held[name])[0] for name in rendered}
    types: dict[tuple[str, str], frozenset[str]] = {}
    for role, template in _deployed(tree, built, held, said):
        key = (role.product, role.name)
        types[key] = types.get(key, frozenset()) | launching.types(template)

    def schema(grant: Grant) -> str:
        return launching.schema_says(grant, types.get((grant.product, grant.name), frozenset()))

    everything = [grant for grants in held.values() for grant in grants]
    found = coverage.covered(everything, coverage.exercises(calls), said, schema)
    return found, {**_parts(everything, said), **_wildcards(rendered)}


def _rendered(built: Mapping[str, Built]) -> dict[str, Rendered]:
    return {name: one.rendered for name, one in built.items() if one.rendered}


def _deployed(
    tree: Tree,
    built: Mapping[str, Built],
    held: Mapping[str, tuple[Grant, ...]],
    said: Mapping[str, Reasons],
) -> Iterator[Deployed]:
    """What launch roles launch, and what other roles deploy by what their product says."""
    roles = launching.roles(grant for grants in held.values() for grant in grants)
    launchers = {role.name: role for role in roles}
    for one in built.values():
        if one.rendered and (role := launchers.get(one.folder.product.launch_role)):
            yield role, one.rendered
    for role in roles:
        for path in said[role.product].templates_of(role.holder):
            if path in tree:
                yield role, _plain(role.product, path, tree)


def _plain(product: str, path: str, tree: Tree) -> Rendered:
    """A template that nothing is rendered in."""
    text = tree[path].content.decode(errors="replace")
    lines = range(1, text.count("\n") + 2)
    source = tuple(SourceLine(file=path, line=line) for line in lines)
    return Rendered(product=product, text=text, source=source, includes=())


def _parts(held: Iterable[Grant], said: Mapping[str, Reasons]) -> Excuses:
    """Reasons for actions that are named by a part."""
    return {
        (grant.product, grant.holder, grant.sid, grant.action): entry.because
        for grant in held
        if "*" in grant.action and (entry := said[grant.product].why(grant))
    }


def _wildcards(rendered: Mapping[str, Rendered]) -> Excuses:
    """Reasons for statements that reach every resource."""
    return {
        (name, holder, sid, ""): why
        for name, one in rendered.items()
        for holder, body in resources(load(one.text) or {}).items()
        for sid, why in body.get("Metadata", {}).get("catalog", {}).get("wildcards", {}).items()
    }
