"""Forms of manifests to the frozen values of `catalog.model`."""

from __future__ import annotations

from collections.abc import Mapping

from catalog.accepted import Acceptance, Allow
from catalog.manifests.forms import PortfolioForm, ProductForm, ScenarioForm
from catalog.manifests.manifest import Manifest
from catalog.manifests.settings_forms import (
    DeploymentForm,
    OrganizationForm,
    SettingsForm,
    TargetForm,
    UnitForm,
)
from catalog.model import (
    Kind,
    Lifecycle,
    Owner,
    Portfolio,
    PortfolioShare,
    Product,
    Scenario,
    Settings,
    VersionState,
)
from catalog.targets import (
    Deployment,
    GitConnection,
    Organization,
    OrganizationalUnit,
    Target,
    UnitDeployment,
)


def settings_of(form: SettingsForm) -> Settings:
    """What `catalog.yaml` says."""
    return Settings(
        owners={
            key: Owner(
                key=key,
                name=owner.name,
                email=owner.email,
                url=owner.url,
                code_owner=owner.code_owner or "",
            )
            for key, owner in form.owners.items()
        },
        maintainer=form.maintainer or (next(iter(form.owners)) if len(form.owners) == 1 else ""),
        values=form.values,
        tags=form.tags,
        targets={name: _target(name, target) for name, target in form.targets.items()},
    )


def product_of(name: str, read: Manifest[ProductForm], owners: Mapping[str, Owner]) -> Product:
    """What a `product.yaml` says; an owner nobody knows keeps its key for a name."""
    form, mark = read.form, read.document.at(("version",))
    stranger = Owner(key=form.owner, name=form.owner, email="", url="")
    return Product(
        name=name,
        kind=Kind(form.kind),
        version=form.version,
        title=form.title,
        summary=form.summary,
        owner=owners.get(form.owner, stranger),
        launch_role=form.launch_role or "",
        seeds=form.seed,
        tags=form.tags,
        lifecycle=tuple(
            Lifecycle(
                versions=entry.versions,
                state=VersionState(entry.state),
                since=entry.since,
                because=entry.because,
                use=entry.use or "",
            )
            for entry in form.lifecycle
        ),
        allow=tuple(
            Allow(rule=entry.rule, at=entry.at, because=entry.because, file=entry.file or "")
            for entry in form.allow
        ),
        contract=tuple(
            Acceptance(version=entry.version, accept=entry.accept, because=entry.because)
            for entry in form.contract
        ),
        place=f"{read.file}:{mark.line}:{mark.column}",
    )


def portfolio_of(name: str, form: PortfolioForm) -> Portfolio:
    """What a file under `portfolios/` says."""
    return Portfolio(
        name=name,
        title=form.title,
        provider=form.provider,
        summary=form.summary,
        products=tuple(form.products),
        principals=tuple(form.principals),
        share=tuple(
            PortfolioShare(ou=to.ou, principals=to.principals, tag_options=to.tag_options)
            for to in form.share
        ),
        tags=form.tags,
    )


def scenario_of(name: str, form: ScenarioForm) -> Scenario:
    """What a file under `scenarios/` says."""
    return Scenario(
        name=name,
        summary=form.summary,
        parameters=form.parameters,
        regions=tuple(form.regions),
        fresh=tuple(form.fresh),
    )


def _target(name: str, form: TargetForm) -> Target:
    accounts = accounts_of(form)
    return Target(
        name=name,
        account=form.account,
        regions=tuple(form.regions),
        bucket=form.bucket,
        ous=form.ous,
        embedded=form.embedded,
        organization=_organization(form.organization) if form.organization else None,
        quotas=form.quotas,
        foundation=tuple(_deployment(entry, form, accounts) for entry in form.foundation),
        access_role=form.access_role,
        publisher=form.publisher or "",
        reader_role=form.reader_role,
        test_accounts={
            Kind(kind): accounts.get(account, account)
            for kind, account in form.test_accounts.items()
        },
    )


def _deployment(
    entry: DeploymentForm, form: TargetForm, accounts: Mapping[str, str]
) -> Deployment | UnitDeployment:
    """An entry's deployment; an alias nobody knows stands for a unit of no id."""
    if entry.ou is not None:
        return UnitDeployment(
            product=entry.product,
            alias=entry.ou,
            unit=form.ous.get(entry.ou, ""),
            regions=(entry.region,) if entry.region else tuple(form.regions),
            parameters=entry.parameters,
            name=entry.name or "",
        )
    account = entry.account or ""
    return Deployment(
        product=entry.product,
        account=accounts.get(account, account),
        region=entry.region or form.regions[0],
        parameters=entry.parameters,
        name=entry.name or "",
    )


def accounts_of(form: TargetForm) -> dict[str, str]:
    """Accounts of a target's organization: name -> 12-digit id; none for a real target."""
    units = list(form.organization.units) if form.organization else []
    accounts: dict[str, str] = {}
    while units:
        unit = units.pop(0)
        accounts |= unit.accounts
        units += unit.units
    return accounts


def _organization(form: OrganizationForm) -> Organization:
    return Organization(
        id=form.id,
        management=form.management,
        units=tuple(_unit(unit) for unit in form.units),
        people={account: tuple(roles) for account, roles in form.people.items()},
        connections={
            account: tuple(
                GitConnection(name=one.name, id=one.id, repositories=tuple(one.repositories))
                for one in held
            )
            for account, held in form.connections.items()
        },
    )


def _unit(form: UnitForm) -> OrganizationalUnit:
    return OrganizationalUnit(
        name=form.name,
        id=form.id,
        accounts=form.accounts,
        units=tuple(_unit(unit) for unit in form.units),
    )
