"""What manifests say of each other: names that must exist, names used once, kinds that fit."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from catalog.findings import Finding, Severity
from catalog.foundation import deployment_checks
from catalog.manifests.forms import NAME, PortfolioForm, ProductForm
from catalog.manifests.located import Path
from catalog.manifests.manifest import Manifest, did_you_mean
from catalog.manifests.settings_forms import SettingsForm, UnitForm

MAX_OFFERED_NAME = 32
"""Characters of a template's name when a project is made from S3 (SageMaker service model,
CfnTemplateProvider TemplateName); it is offered under its product's name."""

MAX_PATTERNS = 10
"""IAM_PATTERN principals of a portfolio (AssociatePrincipalWithPortfolio)."""

Products = Mapping[str, Manifest[ProductForm]]
Portfolios = Mapping[str, Manifest[PortfolioForm]]


def check(
    *,
    settings: Manifest[SettingsForm] | None,
    products: Products,
    portfolios: Portfolios,
    folders: Collection[str],
    seeds: Collection[str],
    complete: bool,
) -> Iterator[Finding]:
    """Compare the manifests with each other.

    Args:
        settings: `catalog.yaml`; None when it cannot be read, which silences what depends on it.
        products: Every product whose manifest could be read.
        portfolios: Every portfolio that could be read.
        folders: Every product folder, readable or not.
        seeds: Folders under `seed_code/`.
        complete: Whether every portfolio could be read, so that what is not listed is in none.

    Yields:
        Findings C005, C006, C008, C010, C011, C014, C401 and C428.
    """
    yield from _names(products, portfolios)
    yield from _titles(products, "product")
    yield from _titles(portfolios, "portfolio")
    for name, product in products.items():
        yield from _product(product, settings, seeds)
        yield from _offered(name, product)
    for portfolio in portfolios.values():
        yield from _listed(portfolio, products, folders)
        yield from _principals(portfolio)
        if settings:
            yield from _shares(portfolio, settings)
    if complete:
        yield from _unlisted(products, portfolios, folders)
    if settings:
        yield from _settings(settings)
        yield from deployment_checks.check(settings, products, folders)


def _names(products: Products, portfolios: Portfolios) -> Iterator[Finding]:
    for kind, named in (("folder", products), ("file", portfolios)):
        for name, manifest in named.items():
            if not re.fullmatch(NAME, name) or len(name) > 63:
                yield Finding(
                    file=manifest.file,
                    rule="C008",
                    message=f"The {kind} name '{name}' is not a name.",
                    remedy="Use lower-case letters and digits, in words joined by single hyphens, "
                    "at most 63 characters.",
                )


def _titles(manifests: Products | Portfolios, what: str) -> Iterator[Finding]:
    first: dict[str, Manifest[ProductForm] | Manifest[PortfolioForm]] = {}
    for manifest in manifests.values():
        other = first.setdefault(manifest.form.title.casefold(), manifest)
        if other is not manifest:
            yield manifest.finding(
                "C006",
                ("title",),
                f"Another {what} has the title '{manifest.form.title}' already: {other.file}.",
                "Studio shows titles only; give each its own.",
            )


def _unknown(
    manifest: Manifest[SettingsForm] | Manifest[ProductForm] | Manifest[PortfolioForm],
    path: Path,
    message: str,
    word: str,
    known: Collection[str],
) -> Finding:
    return manifest.finding("C005", path, message, did_you_mean(word, known))


def _product(
    product: Manifest[ProductForm], settings: Manifest[SettingsForm] | None, seeds: Collection[str]
) -> Iterator[Finding]:
    form = product.form
    if settings and form.owner not in settings.form.owners:
        message = f"catalog.yaml has no owner '{form.owner}'."
        yield _unknown(product, ("owner",), message, form.owner, settings.form.owners)
    for name, folder in form.seed.items():
        if folder not in seeds:
            message = f"There is no folder seed_code/{folder}."
            yield _unknown(product, ("seed", name), message, folder, seeds)
    if form.kind == "foundation" and form.launch_role:
        yield product.finding(
            "C010",
            ("launch_role",),
            "A foundation product has a launch role, but nobody launches it from the catalog.",
            "Take launch_role out.",
            key=True,
        )
    if form.kind != "foundation" and not form.launch_role:
        yield product.finding(
            "C010",
            ("kind",),
            f"A product of kind {form.kind} has no launch_role.",
            "Name the role Service Catalog launches it with; people have no right to the "
            "resources themselves.",
        )


def _offered(name: str, product: Manifest[ProductForm]) -> Iterator[Finding]:
    if product.form.kind == "project" and len(name) > MAX_OFFERED_NAME:
        yield product.finding(
            "C428",
            ("kind",),
            f"The name '{name}' has {len(name)} characters.",
            f"Studio takes {MAX_OFFERED_NAME} for a template in S3; give the folder a shorter one.",
        )


def _listed(
    portfolio: Manifest[PortfolioForm], products: Products, folders: Collection[str]
) -> Iterator[Finding]:
    seen: set[str] = set()
    for n, name in enumerate(portfolio.form.products):
        path = ("products", n)
        if name in seen:
            yield portfolio.finding("C006", path, f"'{name}' is listed twice.", "Keep one.")
        elif name not in folders:
            message = f"There is no folder products/{name}."
            yield _unknown(portfolio, path, message, name, folders)
        elif name in products and products[name].form.kind == "foundation":
            yield portfolio.finding(
                "C011",
                path,
                f"'{name}' is a foundation product, which nobody launches from a catalog.",
                "Take it out; it is deployed with CloudFormation.",
            )
        seen.add(name)


def _principals(portfolio: Manifest[PortfolioForm]) -> Iterator[Finding]:
    principals = portfolio.form.principals
    for n, principal in enumerate(principals):
        if principal in principals[:n]:
            message = f"'{principal}' is listed twice."
            yield portfolio.finding("C006", ("principals", n), message, "Keep one.")
    patterns = [n for n, principal in enumerate(principals) if not principal.startswith("arn:")]
    if len(patterns) > MAX_PATTERNS:
        yield portfolio.finding(
            "C014",
            ("principals", patterns[MAX_PATTERNS]),
            f"There are {len(patterns)} principal patterns.",
            f"Service Catalog takes {MAX_PATTERNS} a portfolio; * also stands for several names.",
        )


def _shares(
    portfolio: Manifest[PortfolioForm], settings: Manifest[SettingsForm]
) -> Iterator[Finding]:
    seen: set[str] = set()
    for n, share in enumerate(portfolio.form.share):
        path = ("share", n, "ou")
        if share.ou in seen:
            yield portfolio.finding("C006", path, f"'{share.ou}' is listed twice.", "Keep one.")
        seen.add(share.ou)
        for name, target in settings.form.targets.items():
            if share.ou not in target.ous:
                message = f"The target '{name}' of catalog.yaml has no OU '{share.ou}'."
                yield _unknown(portfolio, path, message, share.ou, target.ous)


def _unlisted(
    products: Products, portfolios: Portfolios, folders: Collection[str]
) -> Iterator[Finding]:
    listed = {name for portfolio in portfolios.values() for name in portfolio.form.products}
    if not listed <= {*folders}:
        return  # a misspelt name says why
    for name, product in products.items():
        if product.form.kind != "foundation" and name not in listed:
            mark = product.document.at(("kind",))
            yield Finding(
                file=product.file,
                line=mark.line,
                column=mark.column,
                rule="C401",
                message="This product is in no portfolio, so nobody can see it.",
                remedy=f"Add '{name}' to products in a file under portfolios/.",
                severity=Severity.WARNING,
            )


def _settings(settings: Manifest[SettingsForm]) -> Iterator[Finding]:
    owners, maintainer = settings.form.owners, settings.form.maintainer
    if maintainer and maintainer not in owners:
        message = f"There is no owner '{maintainer}'."
        yield _unknown(settings, ("maintainer",), message, maintainer, owners)
    for name, target in settings.form.targets.items():
        if not target.organization:
            continue
        accounts: dict[str, str] = {}
        units: set[str] = {target.organization.id}
        for unit in target.organization.units:
            _collect(unit, accounts, units)
        top = ("targets", name)
        if target.account not in {*accounts.values(), target.organization.management}:
            message = f"The account {target.account} is not in the organization of '{name}'."
            yield settings.finding("C005", (*top, "account"), message, "Put it into a unit.")
        for alias, node in target.ous.items():
            if node not in units:
                message = f"The organization of '{name}' has no unit {node}."
                yield _unknown(settings, (*top, "ous", alias), message, node, units)
        organization = target.organization
        named = {"people": [*organization.people], "connections": [*organization.connections]}
        for what, account in ((what, each) for what, held in named.items() for each in held):
            if account not in accounts:
                path = (*top, "organization", what, account)
                message = f"The organization of '{name}' has no account '{account}'."
                yield settings.finding(
                    "C005", path, message, did_you_mean(account, accounts), key=True
                )


def _collect(unit: UnitForm, accounts: dict[str, str], units: set[str]) -> None:
    units.add(unit.id)
    accounts.update(unit.accounts)
    for below in unit.units:
        _collect(below, accounts, units)
