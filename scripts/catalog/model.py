"""The words of the pipeline: frozen values, passed from arrow to arrow of `catalog.pipeline`.

Nothing here reads a file or calls a service. Desired and observed catalogs are the same type,
`CatalogState`, so that planning is a diff of two values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path, PurePosixPath

from catalog.accepted import Acceptance, Allow
from catalog.targets import Target

VISIBILITY_TAG = ("sagemaker:studio-visibility", "true")
"""Studio lists a product under *Organization templates* when the product carries this tag
(SageMaker developer guide, *Create custom project templates*)."""

GIVEN_BY_STUDIO = ("SageMakerProjectName", "SageMakerProjectId")
"""Parameters that SageMaker CreateProject fills in, so that no form asks for them."""

PRODUCT_TAG = "catalog:product"
PORTFOLIO_TAG = "catalog:portfolio"
"""Our identity tags. Two keys, because a tag key that stands on both a portfolio and its product is
shown twice on a launch path and blocks the launch."""


class Kind(StrEnum):
    """What a product is for."""

    PROJECT = "project"
    ADMIN = "admin"
    FOUNDATION = "foundation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Who answers for a product; `key` is its name in `catalog.yaml`, `code_owner` at GitHub."""

    key: str
    name: str
    email: str
    url: str
    code_owner: str = ""


class VersionState(StrEnum):
    """What a lifecycle entry makes of older versions.

    `deprecated`: no new launches, running ones may still be updated to it (Guidance DEPRECATED).
    `inactive`: hidden, neither launched nor updated to (Active false).
    """

    DEPRECATED = "deprecated"
    INACTIVE = "inactive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifecycle:
    """One rule about published versions: a semver range (`<1.1`), its state from `since` on."""

    versions: str
    state: VersionState
    since: date
    because: str
    use: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A folder under `products/`.

    Args:
        name: Folder name.
        launch_role: Role NAME; empty for foundation products.
        seeds: Bundle name in the template -> folder name under `seed_code/`.
        place: Where its version is written, `file:line:column`; no part of what it is.
    """

    name: str
    kind: Kind
    version: str
    title: str
    summary: str
    owner: Owner
    launch_role: str = ""
    seeds: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    lifecycle: tuple[Lifecycle, ...] = ()
    allow: tuple[Allow, ...] = ()
    contract: tuple[Acceptance, ...] = ()
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class PortfolioShare:
    """Whom a portfolio reaches: an OU alias of `catalog.yaml`, and what travels with it."""

    ou: str
    principals: bool = True
    tag_options: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Portfolio:
    """A file under `portfolios/`: which products, for which principals, shared with which OUs."""

    name: str
    title: str
    provider: str
    summary: str
    products: tuple[str, ...]
    principals: tuple[str, ...] = ()
    share: tuple[PortfolioShare, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """`catalog.yaml`: owners by key, values for every template, tags for every product, targets.

    `maintainer` is the key of who answers for whatever is no product's; empty for nobody.
    """

    owners: Mapping[str, Owner] = field(default_factory=dict)
    maintainer: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    targets: Mapping[str, Target] = field(default_factory=dict)


# --- What was written: files, and what the manifests say ---------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    """One file of a tree, from the disk or from a commit.

    Args:
        content: Bytes; the target path when the file is a symbolic link.
        executable: Whether its owner may run it.
        link: Whether it is a symbolic link, which no tree of ours may hold.
    """

    content: bytes
    executable: bool = False
    link: bool = False


Tree = Mapping[str, SourceFile]
"""A catalog as files: path relative to its root, with forward slashes -> file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """A set of parameters under which a template is linted and launched.

    Args:
        name: File name without its ending.
        parameters: Template parameter -> value as CloudFormation takes it, which is text.
        regions: Where to launch it; empty for the target's first region.
        fresh: Parameters whose value ends differently in every launch.
    """

    name: str
    summary: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    regions: tuple[str, ...] = ()
    fresh: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFolder:
    """Everything in a folder under `products/`.

    Args:
        template: Source text of `template.yaml.j2`.
        scenarios: File relative to the catalog's root -> scenario.
        functions: Name of a folder under `functions/` -> its files, paths relative to that folder.
        readme: `README.md` as it stands; empty when there is none yet.
    """

    product: Product
    template: str
    scenarios: Mapping[str, Scenario]
    changelog: str
    notes: str = ""
    readme: str = ""
    functions: Mapping[str, Tree] = field(default_factory=dict)

    @property
    def path(self) -> str:
        """The folder relative to the catalog's root."""
        return f"products/{self.product.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """A whole repository, read: what could be understood of it, by name.

    Args:
        root: Where `catalog.yaml` lies.
        templates: Every `*.j2` file under `products/`, relative to the root -> text.
        seeds: Folder name under `seed_code/` -> its files, paths relative to that folder.
    """

    root: Path
    settings: Settings
    products: Mapping[str, ProductFolder]
    portfolios: Mapping[str, Portfolio]
    templates: Mapping[str, str] = field(default_factory=dict)
    seeds: Mapping[str, Tree] = field(default_factory=dict)


# --- What is made of it: text, bundles, releases ------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceLine:
    """Where a rendered line was written: file relative to the root, 1-based line."""

    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """A product's CloudFormation template as text, with the origin of each line.

    Args:
        text: YAML, without the stamp.
        source: Origin of line n at `source[n - 1]`.
        includes: Every file the text came from, relative to the root, sorted.
    """

    product: str
    text: str
    source: tuple[SourceLine, ...]
    includes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BundledFile:
    """One file of a bundle: relative POSIX path, bytes, executable bit."""

    path: PurePosixPath
    content: bytes
    executable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Code that travels with a template: a seed or a Lambda function.

    Args:
        name: Name in the template, e.g. `deploy`.
        kind: `seed` or `function`.
        digest: SHA-256 over sorted paths, executable bits and contents, 64 hex digits.
        key: Object key in the artifact bucket; content-addressed, so it contains the digest.
    """

    name: str
    kind: str
    files: tuple[BundledFile, ...]
    digest: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A version of a product, ready to publish anywhere.

    Args:
        digest: SHA-256 over the canonical template without the stamp and the bundles' digests.
        template: YAML text without the stamp.
        parameters: Names of the template's parameters, in order.
        description: The changelog entry of `version`.
        commit: Commit the release was built from; `+` at its end when the tree had changes.
    """

    product: Product
    digest: str
    template: str
    bundles: tuple[Bundle, ...]
    parameters: tuple[str, ...]
    description: str
    commit: str

    @property
    def version(self) -> str:
        """The version this release is published as."""
        return self.product.version
