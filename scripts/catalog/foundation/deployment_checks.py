"""What a target's `foundation` and `test_accounts` name must exist."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from catalog.findings import Finding
from catalog.manifests.forms import ACCOUNT, ProductForm
from catalog.manifests.located import Path
from catalog.manifests.manifest import Manifest, did_you_mean
from catalog.manifests.settings_forms import DeploymentForm, SettingsForm, TargetForm
from catalog.manifests.values import accounts_of

Products = Mapping[str, Manifest[ProductForm]]


def check(
    settings: Manifest[SettingsForm], products: Products, folders: Collection[str]
) -> Iterator[Finding]:
    """Compare each target's deployments with the products and its own accounts and regions.

    Args:
        settings: `catalog.yaml`.
        products: Every product whose manifest could be read.
        folders: Every product folder, readable or not.

    Yields:
        Findings C005 (an unknown name), C006 (a stack twice), C011 (a product of another kind),
        C424 (an OU alias that stands for the organization).
    """
    for name, target in settings.form.targets.items():
        top = ("targets", name)
        for kind, account in target.test_accounts.items():
            yield from _account(settings, (*top, "test_accounts", kind), account, target)
        taken: set[tuple[str, ...]] = set()
        for n, entry in enumerate(target.foundation):
            path = (*top, "foundation", n)
            if entry.account is not None:
                yield from _account(settings, (*path, "account"), entry.account, target)
            if entry.ou is not None:
                yield from _unit(settings, (*path, "ou"), entry.ou, target)
            yield from _product(settings, (*path, "product"), entry.product, products, folders)
            yield from _region(settings, path, entry, target)
            place = _place(entry, target)
            if place in taken:
                yield settings.finding("C006", path, _twice(entry), "Give this one a name.")
            taken.add(place)


def _place(entry: DeploymentForm, target: TargetForm) -> tuple[str, ...]:
    """What no two entries share: a stack's account, region and name, or a stack set's name."""
    name = entry.name or entry.product
    if entry.account is None:
        return (name,)
    account = accounts_of(target).get(entry.account, entry.account)
    return account, entry.region or target.regions[0], name


def _twice(entry: DeploymentForm) -> str:
    name = f"catalog-{entry.name or entry.product}"
    if entry.account is None:
        return f"Stack set {name} is deployed by another entry already."
    return f"Stack {name} is deployed there by another entry already."


def _unit(
    settings: Manifest[SettingsForm], path: Path, alias: str, target: TargetForm
) -> Iterator[Finding]:
    if alias not in target.ous:
        message = f"This target has no OU alias '{alias}'."
        yield settings.finding("C005", path, message, did_you_mean(alias, target.ous))
    elif target.ous[alias].startswith("o-"):
        yield settings.finding(
            "C424",
            path,
            f"'{alias}' is the whole organization, to which a stack set is not deployed by its id.",
            "Name an OU; a stack set reaches the units below it, too.",
        )


def _account(
    settings: Manifest[SettingsForm], path: Path, account: str, target: TargetForm
) -> Iterator[Finding]:
    known = accounts_of(target)
    ids = {*known.values()}
    if target.organization:
        ids.add(target.organization.management)
    elif re.fullmatch(ACCOUNT, account):
        return
    if account not in known and account not in ids:
        message = f"This target knows no account '{account}'."
        yield settings.finding("C005", path, message, did_you_mean(account, {*known, *ids}))


def _product(
    settings: Manifest[SettingsForm],
    path: Path,
    name: str,
    products: Products,
    folders: Collection[str],
) -> Iterator[Finding]:
    if name not in folders:
        message = f"There is no product '{name}'."
        yield settings.finding("C005", path, message, did_you_mean(name, folders))
    elif name in products and products[name].form.kind != "foundation":
        yield settings.finding(
            "C011",
            path,
            f"'{name}' is a product of kind {products[name].form.kind}, launched from the catalog.",
            "Only foundation products are deployed with CloudFormation.",
        )


def _region(
    settings: Manifest[SettingsForm], path: Path, entry: DeploymentForm, target: TargetForm
) -> Iterator[Finding]:
    if entry.region and entry.region not in target.regions:
        message = f"{entry.region} is not among this target's regions."
        remedy = "A Lambda function's code lies in its own region, in the target's bucket there."
        yield settings.finding("C005", (*path, "region"), message, remedy)
