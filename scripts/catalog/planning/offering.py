"""Studio's other door: the recommended versions as S3 templates, and how they differ. Pure.

Each project product that a portfolio lists is offered under one stable key, with the content and
the tags of its current release. Both doors close together. Where Service Catalog hides a product
from Studio at once (its version is retired, its visibility tag goes), so is the template withdrawn.
Where Service Catalog keeps what is no longer here (the product, or its place in a portfolio), so
does S3, until somebody asks for it to be removed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalog.model import VISIBILITY_TAG, Kind, Release
from catalog.planning.actions import AnyAction, OfferTemplate, UpdateTemplate, WithdrawTemplate
from catalog.planning.differences import changes
from catalog.releases.packaging import object_tags
from catalog.state import Artifact, PortfolioState, ProductState, Template

FOLDER = "studio/"
"""Where they lie in the artifact bucket. Apart from everything else, because Studio looks at every
object under the place that a domain's tag names."""

_SUFFIX = ".yaml"
"""Studio takes YAML only (AWS Machine Learning blog, *Simplify ModelOps … S3-based templates*)."""


def key(product: str) -> str:
    """Where the template of a product lies; the same for every version."""
    return f"{FOLDER}{product}{_SUFFIX}"


def product_of(key: str) -> str:
    """The product whose template lies at a key; empty for what Studio would not list."""
    if key.startswith(FOLDER) and key.endswith(_SUFFIX):
        return key.removeprefix(FOLDER).removesuffix(_SUFFIX)
    return ""


def location(bucket: str) -> str:
    """What the tag of a Studio domain says to have the templates of a bucket listed."""
    return f"s3://{bucket}/{FOLDER}"


def tags(release: Release) -> Mapping[str, str]:
    """Tags of the object: what Studio lists by, and what lets launch roles read it."""
    return {**object_tags(release), VISIBILITY_TAG[0]: VISIBILITY_TAG[1]}


def wanted(
    releases: Mapping[str, Release],
    products: Mapping[str, ProductState],
    portfolios: Mapping[str, PortfolioState],
) -> Mapping[str, Template]:
    """Product -> what Studio should find of it in S3.

    Args:
        releases: Product -> its current release, which is its highest version.
        products: The same as Service Catalog should hold them.
        portfolios: What lists them.
    """
    listed = {name for portfolio in portfolios.values() for name in portfolio.products}
    return {
        name: Template(version=release.version, digest=release.digest, tags=tags(release))
        for name, release in sorted(releases.items())
        if name in listed and release.product.kind is Kind.PROJECT
        if _recommended(products[name].versions[release.version])
    }


def _recommended(artifact: Artifact) -> bool:
    return artifact.active and not artifact.deprecated


def closed(product: ProductState, offered: Template) -> bool:
    """Whether Service Catalog hides from Studio what is offered of a product in S3."""
    artifact = product.versions.get(offered.version)
    retired = artifact is not None and not _recommended(artifact)
    return retired or VISIBILITY_TAG not in product.tags.items()


def offers(
    product: str, want: Template | None, have: Template | None, closing: str
) -> Iterator[AnyAction]:
    """What is to be done about the template of a product that is still here.

    Args:
        product: Its name.
        want: As it should be; None when there should be none.
        have: As it is; None when there is none.
        closing: Why it is withdrawn at once, where that is so.
    """
    if want is None:
        if have is not None and closing:
            yield WithdrawTemplate(product=product, reason=closing)
    elif have is None:
        reason = f"version {want.version}, digest {want.digest[:12]}"
        yield OfferTemplate(product=product, template=want, reason=reason)
    elif reason := "; ".join(_differences(want, have)):
        yield UpdateTemplate(product=product, template=want, reason=reason)


def _differences(want: Template, have: Template) -> Iterator[str]:
    if want.version != have.version:
        yield changes(want, have, ("version",))
        return
    if differing := changes(want, have, ("tags",)):
        yield differing
    if want.digest != have.digest:
        yield "its content is not that of the release"
    if want.readable and not have.readable:
        yield "the bucket lacks the CORS rule by which Studio's pages read it"
