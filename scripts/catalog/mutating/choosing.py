"""Which files make a product, and which of their edits to try.

There are more edits than anybody can wait for. A choice is the same each time for the same
sources: of every kind in every file the edits whose hashes come first.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from catalog.model import Catalog
from catalog.mutating import in_code, in_templates
from catalog.mutating.mutant import Edit, Mutant, mutant

Texts = Mapping[str, str]
"""File relative to the catalog's root -> text."""


def mutants(
    catalog: Catalog,
    includes: Mapping[str, Collection[str]],
    products: Collection[str],
) -> tuple[Mutant, ...]:
    """Every mutant of some products, by place.

    Args:
        catalog: The catalog.
        includes: Product -> every template file it is made of.
        products: Products whose files are changed.
    """
    users: dict[str, list[str]] = defaultdict(list)
    texts = dict(catalog.templates)
    for name in sorted(products):
        own = _code(catalog, name)
        texts |= own
        for path in sorted({*own, *includes.get(name, ())}):
            users[path].append(name)
    found = [
        mutant(tuple(users[path]), path, texts[path], edit)
        for path in users
        for edit in _edits(path, texts[path])
    ]
    return tuple(sorted(found, key=lambda each: (each.path, each.edit.start, each.edit.text)))


def _code(catalog: Catalog, name: str) -> dict[str, str]:
    """Code and buildspecs of a product: its functions and its seeds, without their tests."""
    folder = catalog.products[name]
    trees = {f"{folder.path}/functions/{each}": tree for each, tree in folder.functions.items()}
    for seed in folder.product.seeds.values():
        trees[f"seed_code/{seed}"] = catalog.seeds.get(seed, {})
    return {
        f"{top}/{path}": file.content.decode()
        for top, tree in trees.items()
        for path, file in tree.items()
        if path.endswith((".py", ".yml", ".yaml")) and not _is_test(path)
    }


def _is_test(path: str) -> bool:
    return "tests/" in path or path.rpartition("/")[2] in {"conftest.py", "__init__.py"}


def _edits(path: str, text: str) -> Iterator[Edit]:
    yield from in_code.edits(text) if path.endswith(".py") else in_templates.edits(text)


def chosen(found: Iterable[Mutant], most: int) -> tuple[Mutant, ...]:
    """At most so many mutants of each kind in each folder; 0 for all of them.

    A folder is a product or a seed; files that products share are one folder.
    """
    groups = defaultdict(list)
    for each in found:
        folder = "/".join(each.path.split("/")[:2])
        groups[folder, each.edit.kind].append(each)
    picked = [one for group in groups.values() for one in sorted(group, key=_draw)[: most or None]]
    return tuple(sorted(picked, key=lambda each: (each.path, each.edit.start, each.edit.text)))


def _draw(one: Mutant) -> str:
    return hashlib.sha256(f"{one.path}\0{one.before}\0{one.after}".encode()).hexdigest()
