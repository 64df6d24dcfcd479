"""What is wrong with folders as such: names, secrets, open questions, unused code, stale pages.

What people launch has a rehearsal; a foundation product is lived in those of the others.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from catalog.findings import Finding, Severity
from catalog.layout import REHEARSALS
from catalog.manifests.forms import IDENTIFIER, NAME, WORDS
from catalog.manifests.manifest import secrets
from catalog.model import Catalog, Kind, ProductFolder, Tree

_OPEN = re.compile(r"\bTODO\b")
_SOURCES = (".j2", "CHANGELOG.md", "NOTES.md")
_TEXTS = (".yaml", *_SOURCES)
_REHEARSAL = re.compile(r"^def rehearse_\w+\(", re.MULTILINE)


def check(catalog: Catalog, tree: Tree) -> Iterator[Finding]:
    """Look at the catalog's folders: findings C008, C016, C018, C301, C403 and C414.

    Args:
        catalog: What was understood.
        tree: What was read.
    """
    yield from _names(catalog)
    if _understood(catalog, tree):
        yield from _seeds(catalog)
    for folder in catalog.products.values():
        yield from _rehearsed(folder, tree)
    for path, file in tree.items():
        if path.startswith(f"{REHEARSALS}/"):
            text = file.content.decode(errors="replace")
            yield from _open(path, text)
            if path.endswith(".py"):
                yield from secrets(text, path)
        if not path.startswith("products/"):
            continue
        if file.link and "/functions/" not in path:  # in a bundle, packing finds it
            message = "This is a symbolic link."
            yield Finding(file=path, rule="C301", message=message, remedy="Put the file here.")
        elif path.endswith(_TEXTS) and "/functions/" not in path:
            text = file.content.decode(errors="replace")
            yield from _open(path, text)
            if path.endswith(_SOURCES):  # reading a manifest finds its own
                yield from secrets(text, path)


def _names(catalog: Catalog) -> Iterator[Finding]:
    for folder in catalog.products.values():
        for name in folder.functions:
            if not re.fullmatch(IDENTIFIER, name):
                yield _misnamed(f"{folder.path}/functions/{name}", name, IDENTIFIER)
    for name in catalog.seeds:
        if not re.fullmatch(NAME, name):
            yield _misnamed(f"seed_code/{name}", name, NAME)


def _misnamed(place: str, name: str, pattern: str) -> Finding:
    return Finding(
        file=place,
        rule="C008",
        message=f"The folder name '{name}' is not a name.",
        remedy=f"Use {WORDS[pattern]}.",
    )


def _understood(catalog: Catalog, tree: Tree) -> bool:
    """Whether every product could be read and names seeds that exist."""
    manifests = [path for path in tree if re.fullmatch(r"products/[^/]+/product\.yaml", path)]
    named = {seed for one in catalog.products.values() for seed in one.product.seeds.values()}
    return len(manifests) == len(catalog.products) and named <= {*catalog.seeds}


def _seeds(catalog: Catalog) -> Iterator[Finding]:
    used = {seed for folder in catalog.products.values() for seed in folder.product.seeds.values()}
    for name in sorted({*catalog.seeds} - used):
        yield Finding(
            file=f"seed_code/{name}",
            rule="C403",
            message="No product starts with this code.",
            remedy=f"Name it in a product.yaml (seed: {{code: {name}}}), or remove it.",
            severity=Severity.WARNING,
        )


def _rehearsed(folder: ProductFolder, tree: Tree) -> Iterator[Finding]:
    path = f"{REHEARSALS}/{folder.product.name}.py"
    text = tree[path].content.decode(errors="replace") if path in tree else ""
    if folder.product.kind is not Kind.FOUNDATION and not _REHEARSAL.search(text):
        manifest = f"{folder.path}/product.yaml"
        lines = tree[manifest].content.decode(errors="replace").split("\n")
        yield Finding(
            file=manifest,
            line=next((n for n, line in enumerate(lines, 1) if line.startswith("kind:")), 0),
            rule="C414",
            message=f"No rehearsal lives this product's life: {path} "
            + ("has no function rehearse_…." if text else "is missing."),
            remedy="Write one; docs/guides/product-author.md says how.",
            severity=Severity.WARNING,
        )


def _open(path: str, text: str) -> Iterator[Finding]:
    for number, line in enumerate(text.split("\n"), 1):
        hit = _OPEN.search(line)
        if hit:
            yield Finding(
                file=path,
                line=number,
                column=hit.start() + 1,
                rule="C018",
                message="A TODO is open here.",
                remedy=line[hit.end() :].strip(" :#\"'") or "Answer it and take the word out.",
            )


def stale(pages: Mapping[str, str], present: Mapping[str, str]) -> Iterator[Finding]:
    """Generated pages that are not what would be generated now: finding C402.

    Args:
        pages: Path relative to the root -> text as generated.
        present: Path -> text as it stands; a missing path has none.
    """
    for path, text in sorted(pages.items()):
        if present.get(path, "") != text:
            what = "is out of date" if present.get(path) else "is missing"
            yield Finding(
                file=path,
                rule="C402",
                message=f"This generated page {what}.",
                remedy="Run make docs and commit what it writes.",
            )
