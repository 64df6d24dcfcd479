"""A product's folder to its release: bundles, template, record.

The same few steps serve the working tree and any commit, so that a release of long ago can be made
anew and compared.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from catalog.findings import Finding
from catalog.model import Bundle, Catalog, ProductFolder, Release, Rendered
from catalog.releases import bundles, changelog, describing, handlers, packaging
from catalog.templates.render import render


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A product that was rendered and packed, as far as that went.

    Args:
        rendered: None when the template cannot be rendered.
        findings: C1xx, C201, C205, C3xx and C440 of this product.
    """

    folder: ProductFolder
    bundles: tuple[Bundle, ...]
    rendered: Rendered | None
    findings: tuple[Finding, ...]

    def release(self, commit: str) -> Release | None:
        """The release, when there is a template; `commit` is what it was built from."""
        if self.rendered is None:
            return None
        return packaging.release(self.folder, self.rendered, self.bundles, commit)


def build(catalog: Catalog, names: Collection[str] | None = None) -> Mapping[str, Built]:
    """Render and pack products.

    Args:
        catalog: What was read.
        names: Which products; all when None.

    Returns:
        Product name -> what came of it.
    """
    wanted = catalog.products if names is None else names
    return {name: _build(catalog, catalog.products[name]) for name in sorted(wanted)}


def _build(catalog: Catalog, folder: ProductFolder) -> Built:
    packed, findings = bundles.of_product(folder, catalog.seeds)
    rendered, wrong = render(
        folder, settings=catalog.settings, bundles=packed, templates=catalog.templates
    )
    findings += wrong
    findings += tuple(changelog.check(folder))
    if rendered:
        findings += (
            *packaging.check(rendered, folder.product.kind),
            *describing.check(rendered, folder.product),
            *bundles.unused(folder, packed, rendered.text),
            *handlers.check(folder, packed, rendered.text),
        )
    return Built(folder=folder, bundles=packed, rendered=rendered, findings=findings)
