"""A seedling's files: product folder, rehearsal and the line in its portfolio, written at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable

from catalog import workspace
from catalog.errors import Refused
from catalog.layout import REHEARSALS
from catalog.model import Catalog, Kind
from catalog.scaffolding.casting import Cast, cast
from catalog.scaffolding.enrolment import enrolled, stated
from catalog.scaffolding.seedling import Seedling

_SKELETON = files("catalog") / "skeleton"
_PARAMETERS = {
    Kind.PROJECT: "\n  SageMakerProjectName: iris\n  SageMakerProjectId: p-example123456",
    Kind.ADMIN: " {}",
    Kind.FOUNDATION: " {}",
}
_MAY = """(
    "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess",
    "arn:aws:iam::aws:policy/AWSServiceCatalogEndUserFullAccess",
    {
        "Effect": "Allow",
        "Action": "servicecatalog:GetProvisionedProductOutputs",
        "Resource": "*",
    },
)
"""
_OPEN = '""  # TODO: name {what}'
_ROLE = "a role that its portfolio lets in and that is not there yet (else MAY = ())"


def plant(catalog: Catalog, seedling: Seedling) -> tuple[str, ...]:
    """Write the files of a new product; what an interrupted run began is completed.

    Args:
        catalog: Where it is to be.
        seedling: What it is to be.

    Returns:
        The files written, relative to the catalog's root, sorted.

    Raises:
        Refused: There is something else of that name already.
    """
    rehearsal = f"{REHEARSALS}/{seedling.name}.py"
    made = {
        f"products/{seedling.name}/{path}": text for path, text in product_files(seedling).items()
    }
    if seedling.kind is not Kind.FOUNDATION:
        made[rehearsal] = rehearsed(seedling, cast(catalog, seedling.portfolio))
    _must_be_free(catalog, seedling, made)
    if seedling.portfolio:
        manifest = f"portfolios/{seedling.portfolio}.yaml"
        (text,) = workspace.texts(catalog.root, [manifest]).values()
        made[manifest] = enrolled(text, seedling.name)
    return workspace.write(catalog.root, made)


def _must_be_free(catalog: Catalog, seedling: Seedling, made: Mapping[str, str]) -> None:
    """See that nothing stands where a product is to be but what would be written there.

    Raises:
        Refused: Something else does.
    """
    folder = catalog.root / "products" / seedling.name
    there = {f.relative_to(catalog.root).as_posix() for f in folder.rglob("*") if f.is_file()}
    same = workspace.texts(catalog.root, made)
    foreign = (there - {*made}) | {path for path, text in same.items() if text != made[path]}
    if foreign:
        raise Refused(
            f"There is {min(foreign)} already, not as it would be written.",
            "Choose another name, or change that product.",
        )


def product_files(seedling: Seedling) -> Mapping[str, str]:
    """The files of a new product: path relative to its folder -> text."""
    made = {}
    for part in ("product", seedling.kind.value):
        for path, text in _texts(_SKELETON / part, ""):
            made[path] = _filled(text, seedling)
    facts = {
        "kind": seedling.kind.value,
        "title": seedling.title,
        "summary": seedling.summary,
        "owner": seedling.owner,
    }
    if seedling.launch_role:
        facts["launch_role"] = seedling.launch_role
    made["product.yaml"] = stated(made["product.yaml"], facts)
    return made


def rehearsed(seedling: Seedling, who: Cast | None) -> str:
    """The rehearsal of a new product; whoever launches it is asked for where `who` is None."""
    text = (_SKELETON / "rehearsals" / f"{seedling.kind}.py.txt").read_text(encoding="utf-8")
    values = {
        "account": f'"{who.account}"' if who else _OPEN.format(what="an account it is launched in"),
        "role": f'"{who.role}"' if who else _OPEN.format(what=_ROLE),
        "may": _MAY.rstrip() if who is None or who.hired else "()",
    }
    return re.sub(r"<(account|role|may)>", lambda hit: values[hit[1]], _filled(text, seedling))


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
        "today": seedling.today.isoformat(),
        "parameters": _PARAMETERS[seedling.kind],
    }
    return re.sub(r"<(name|today|parameters)>", lambda hit: values[hit[1]], text)
