"""A tree of files to a catalog: every manifest read, and put into the words of `catalog.model`.

Pure, so that the same function reads a working directory and a commit of long ago. What cannot be
understood becomes a finding and is left out; the rest is still read, so that all mistakes are shown
at once.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import TypeVar

from catalog.findings import Finding, Severity
from catalog.manifests import manifest, references, tags
from catalog.manifests.forms import Form, PortfolioForm, ProductForm, ScenarioForm
from catalog.manifests.manifest import Manifest
from catalog.manifests.settings_forms import SettingsForm
from catalog.manifests.values import portfolio_of, product_of, scenario_of, settings_of
from catalog.model import Catalog, Owner, ProductFolder, Settings, Tree

F = TypeVar("F", bound=Form)


def assemble(root: Path, tree: Tree) -> tuple[Catalog, tuple[Finding, ...]]:
    """Read a catalog.

    Args:
        root: Where the tree's `catalog.yaml` lies; only kept, never opened.
        tree: Every file of the catalog.

    Returns:
        What could be understood, and findings C001 to C017, sorted by place.
    """
    reader = _Reader(tree)
    settings = reader.manifest("catalog.yaml", SettingsForm)
    known = settings_of(settings.form) if settings else Settings()
    folders = _folders(tree, "products")
    products = _known(
        {name: reader.manifest(f"products/{name}/product.yaml", ProductForm) for name in folders}
    )
    files = [path for path in tree if _PORTFOLIO.fullmatch(path)]
    portfolios = _known(
        {PurePosixPath(path).stem: reader.manifest(path, PortfolioForm) for path in sorted(files)}
    )
    catalog = Catalog(
        root=root,
        settings=known,
        products={
            name: reader.folder(name, found, known.owners) for name, found in products.items()
        },
        portfolios={name: portfolio_of(name, found.form) for name, found in portfolios.items()},
        templates={path: reader.text(path) for path in sorted(tree) if _TEMPLATE.fullmatch(path)},
        seeds=_trees(tree, "seed_code"),
    )
    if settings is None:  # whose values every template needs: a rendering would only mislead
        catalog = replace(catalog, products={})
    across = references.check(
        settings=settings,
        products=products,
        portfolios=portfolios,
        folders=folders,
        seeds=catalog.seeds,
        complete=len(portfolios) == len(files),
    )
    tagged = tags.check(settings=settings, products=products, portfolios=portfolios)
    return catalog, tuple(sorted({*reader.findings, *across, *tagged}))


_PORTFOLIO = re.compile(r"portfolios/[^/]+\.yaml")
_TEMPLATE = re.compile(r"products/.+\.j2")


def _known(read: Mapping[str, Manifest[F] | None]) -> dict[str, Manifest[F]]:
    return {name: found for name, found in read.items() if found}


@dataclass(slots=True)
class _Reader:
    """Reads files of a tree and collects what is wrong with them."""

    tree: Tree
    findings: list[Finding] = field(default_factory=list)

    def text(self, path: str) -> str:
        """Text of a file; empty when it is missing or is not plain UTF-8, which is a finding."""
        content = self.tree[path].content if path in self.tree else b""
        line, message = 1, "This file begins with a byte order mark."
        try:
            if not content.startswith(codecs.BOM_UTF8):
                return content.decode()
        except UnicodeDecodeError as error:
            line, message = content[: error.start].count(b"\n") + 1, "This is not UTF-8 text."
        self.findings.append(
            Finding(
                file=path,
                line=line,
                rule="C001",
                message=message,
                remedy="Save the file as UTF-8, without byte order mark.",
            )
        )
        return ""

    def manifest(self, path: str, form: type[F]) -> Manifest[F] | None:
        if path not in self.tree:
            self._missing(path, "A product is a folder with a product.yaml.")
            return None
        text = self.text(path)
        if any(finding.file == path for finding in self.findings):
            return None
        found, findings = manifest.read(text, path, form)
        self.findings += [*findings, *modeline(path, text, form)]
        return found

    def folder(
        self, name: str, read: Manifest[ProductForm], owners: Mapping[str, Owner]
    ) -> ProductFolder:
        """A product's folder; files every product has are demanded."""
        folder = f"products/{name}"
        for file, why in _FILES.items():
            if f"{folder}/{file}" not in self.tree:
                self._missing(f"{folder}/{file}", why)
        scenarios = {
            path: scenario_of(PurePosixPath(path).stem, found.form)
            for path in sorted(self.tree)
            if path.startswith(f"{folder}/scenarios/") and path.endswith(".yaml")
            if (found := self.manifest(path, ScenarioForm))
        }
        if not any(path.startswith(f"{folder}/scenarios/") for path in self.tree):
            self._missing(f"{folder}/scenarios/default.yaml", _SCENARIO)
        return ProductFolder(
            product=product_of(name, read, owners),
            template=self.text(f"{folder}/template.yaml.j2"),
            scenarios=scenarios,
            changelog=self.text(f"{folder}/CHANGELOG.md"),
            notes=self.text(f"{folder}/NOTES.md"),
            readme=self.text(f"{folder}/README.md"),
            functions=_trees(self.tree, f"{folder}/functions"),
        )

    def _missing(self, path: str, why: str) -> None:
        self.findings.append(
            Finding(file=path, rule="C015", message="This file is missing.", remedy=why)
        )


_FILES = {
    "template.yaml.j2": "It is the CloudFormation template of the product.",
    "CHANGELOG.md": "Its entry for the version becomes the description people read in the catalog.",
}
_SCENARIO = "A product has at least one scenario, under which it is linted and launched."


def modeline(path: str, text: str, form: type[Form]) -> Iterable[Finding]:
    """C017, when the first line does not name the schema of a manifest."""
    schema = f"{form.__name__.removesuffix('Form').lower()}.schema.json"
    schema = schema.replace("settings.", "catalog.")
    first = text.partition("\n")[0].strip()
    if first.startswith("# yaml-language-server: $schema=") and first.endswith(schema):
        return
    up = "../" * path.count("/")
    yield Finding(
        file=path,
        line=1,
        rule="C017",
        message="The first line does not name the schema of this file.",
        remedy="Editors complete and check it when the first line is: # yaml-language-server: "
        f"$schema={up}scripts/catalog/schemas/{schema}",
        severity=Severity.WARNING,
    )


def _folders(tree: Tree, top: str) -> list[str]:
    """Names of the folders right under `top`; `_shared` and the like are not products."""
    depth = top.count("/") + 1
    names = {
        path.split("/")[depth]
        for path in tree
        if path.startswith(f"{top}/") and path.count("/") > depth
    }
    return sorted(name for name in names if not name.startswith(("_", ".")))


def _trees(tree: Tree, top: str) -> dict[str, Tree]:
    return {
        name: {
            path.removeprefix(f"{top}/{name}/"): file
            for path, file in sorted(tree.items())
            if path.startswith(f"{top}/{name}/")
        }
        for name in _folders(tree, top)
    }
