"""What a checked catalog asks of the world around a target. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

from catalog.doctor.facts import Needs
from catalog.model import Kind, Product, Release
from catalog.releases import packaging
from catalog.state import CatalogState


def needs(
    products: Iterable[Product], releases: Mapping[str, Release], desired: CatalogState
) -> Needs:
    """The roles, shares and numbers that products, their templates and portfolios ask for."""
    templates = {
        name: json.loads(packaging.canonical(release.template))
        for name, release in releases.items()
    }
    makers: dict[str, frozenset[str]] = {}
    for name, release in releases.items():
        if release.product.kind is Kind.FOUNDATION:
            for role in _roles(templates[name]):
                makers[role] = makers.get(role, frozenset()) | {name}
    return Needs(
        desired=desired,
        launch_roles={each.name: each.launch_role for each in products if each.launch_role},
        makers=makers,
        shares_resources=any(
            kind.startswith("AWS::RAM::")
            for template in templates.values()
            for kind, _ in _resources(template)
        ),
    )


def _resources(template: Mapping[str, object]) -> Iterable[tuple[str, Mapping[str, object]]]:
    """Type and properties of each resource; those that a loop makes are left out."""
    resources = template.get("Resources")
    for each in resources.values() if isinstance(resources, dict) else ():
        if isinstance(each, dict):
            yield str(each.get("Type", "")), each.get("Properties") or {}


def _roles(template: Mapping[str, object]) -> frozenset[str]:
    """Names of the roles of a template whose names are written out."""
    return frozenset(
        name
        for kind, properties in _resources(template)
        if kind == "AWS::IAM::Role" and isinstance(name := properties.get("RoleName"), str)
    )
