"""`catalog new`: the folder of a product that does not exist yet, with its open questions marked.

The skeleton is a whole product: it renders, lints and launches. What only its author can say stands
there as TODO, and each of them is a finding (C018) until it is answered.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from catalog.errors import Refused, UsageError
from catalog.manifests.forms import NAME, ROLE, WORDS
from catalog.manifests.manifest import did_you_mean
from catalog.model import Catalog, Kind

_PARAMETERS = {
    Kind.PROJECT: "\n  SageMakerProjectName: iris\n  SageMakerProjectId: p-example123456",
    Kind.ADMIN: " {}",
    Kind.FOUNDATION: " {}",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Seedling:
    """What must be known of a product before it has a folder.

    Args:
        owner: A key under `owners` in `catalog.yaml`.
        launch_role: Role NAME; empty for foundation products.
        today: Date of its first changelog entry.
    """

    name: str
    kind: Kind
    owner: str
    launch_role: str
    today: date


def seedling(
    catalog: Catalog, name: str, kind: Kind, *, owner: str, launch_role: str, today: date
) -> Seedling:
    """A seedling; what is left empty is taken from the catalog where that leaves no choice.

    Its only owner, and the only launch role that its products of this kind name, need not be said.

    Raises:
        UsageError: There is no such owner, or a choice.
    """
    owners = catalog.settings.owners
    owner = owner or _only(owners)
    if owner not in owners:
        what = f"catalog.yaml has no owner '{owner}'." if owner else "The product needs an owner."
        raise UsageError(what, f"Name one with --owner. {did_you_mean(owner, owners)}")
    products = (folder.product for folder in catalog.products.values())
    roles = {product.launch_role for product in products if product.kind is kind}
    return Seedling(
        name=name,
        kind=kind,
        owner=owner,
        launch_role=launch_role or _only(roles),
        today=today,
    )


def _only(names: Collection[str]) -> str:
    return next(iter(names)) if len(names) == 1 else ""


def create(root: Path, seedling: Seedling) -> tuple[Path, ...]:
    """Write the folder of a new product.

    Args:
        root: The catalog's.
        seedling: What the product is to be.

    Returns:
        The files written, sorted.

    Raises:
        UsageError: The name, the role or their combination cannot be.
        Refused: There is such a folder already.
    """
    _check(seedling)
    folder = root / "products" / seedling.name
    if folder.exists():
        raise Refused(
            f"There is a folder products/{seedling.name} already.",
            "Choose another name, or change that product.",
        )
    written = []
    for path, text in sorted(product_files(seedling).items()):
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
        written.append(file)
    return tuple(written)


def product_files(seedling: Seedling) -> Mapping[str, str]:
    """The files of a new product: path relative to its folder -> text."""
    skeleton = files("catalog") / "skeleton"
    made = {}
    for part in ("all", seedling.kind.value):
        for path, text in _texts(skeleton / part, ""):
            made[path] = _filled(text, seedling)
    if seedling.launch_role:
        made["product.yaml"] += f"launch_role: {seedling.launch_role}\n"
    return made


def _check(seedling: Seedling) -> None:
    if not re.fullmatch(NAME, seedling.name):
        raise UsageError(f"'{seedling.name}' is not a name.", f"Use {WORDS[NAME]}.")
    foundation = seedling.kind is Kind.FOUNDATION
    if foundation and seedling.launch_role:
        raise UsageError("A foundation product has no launch role.", "Leave --launch-role out.")
    if not foundation and not re.fullmatch(ROLE, seedling.launch_role):
        raise UsageError(
            f"A product of kind {seedling.kind} needs a launch role.",
            "Name it with --launch-role: a role's name, not its ARN.",
        )


def _texts(folder: Traversable, above: str) -> list[tuple[str, str]]:
    found = []
    for entry in folder.iterdir():
        if entry.is_dir():
            found += _texts(entry, f"{above}{entry.name}/")
        else:
            found.append((above + entry.name, entry.read_text(encoding="utf-8")))
    return found


def _filled(text: str, seedling: Seedling) -> str:
    values = {
        "name": seedling.name,
        "title": seedling.name.replace("-", " ").title(),
        "kind": seedling.kind.value,
        "owner": seedling.owner,
        "today": seedling.today.isoformat(),
        "parameters": _PARAMETERS[seedling.kind],
    }
    return re.sub(r"<(name|title|kind|owner|today|parameters)>", lambda hit: values[hit[1]], text)
