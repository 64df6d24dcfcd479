"""Which products a change touches: exactly those whose release it can alter, and why each."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from catalog.model import Catalog

_MANIFEST = re.compile(r"products/([^/]+)/product\.yaml")

EVERYTHING = ("catalog.yaml", "scripts/", "requirements/", "pyproject.toml")
"""What every release depends on: the values of all templates, and the tool itself."""


def affected(
    paths: Collection[str], catalog: Catalog, includes: Mapping[str, Collection[str]]
) -> Mapping[str, tuple[str, ...]]:
    """The products that a change touches, each with the paths by which it does.

    Args:
        paths: Files that changed, relative to the root.
        catalog: As it is after the change.
        includes: Product -> every template file it is made of; a product that is missing here
            could not be rendered and is taken to include every shared file.
    """
    causes = {
        name: tuple(path for path in paths if _uses(name, path, catalog, includes))
        for name in catalog.products
    }
    return {name: found for name, found in causes.items() if found}


def gone(paths: Collection[str], present: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """Products that a change removes, each with the files of its folder that it touches.

    Args:
        paths: Files that changed, relative to the root.
        present: Files that are there after the change.
    """
    manifests = (_MANIFEST.fullmatch(path) for path in paths if path not in present)
    return {
        hit[1]: tuple(path for path in paths if path.startswith(f"products/{hit[1]}/"))
        for hit in manifests
        if hit
    }


def _uses(name: str, path: str, catalog: Catalog, includes: Mapping[str, Collection[str]]) -> bool:
    folder = catalog.products[name]
    if path.startswith((*EVERYTHING, f"{folder.path}/")):
        return True
    if path.startswith("products/_shared/"):
        return name not in includes or path in includes[name]
    return any(path.startswith(f"seed_code/{seed}/") for seed in folder.product.seeds.values())
