"""The organization of the embedded AWS, set up as `catalog.model.Organization` describes it.

AWS Organizations itself is moto's; here its ids are given rather than random, so that templates,
tests and people can name accounts and OUs. The hub is the delegated administrator of Service
Catalog and of StackSets (Organizations API reference, *RegisterDelegatedAdministrator*).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from moto.core.exceptions import JsonRESTError
from moto.core.utils import utcnow
from moto.iam.models import iam_backends
from moto.organizations import utils
from moto.organizations.models import (
    FakeAccount,
    FakeDelegatedAdministrator,
    OrganizationsBackend,
    organizations_backends,
)

from catalog.targets import Organization, OrganizationalUnit

ACCESS_ROLE = "OrganizationAccountAccessRole"
"""The role Organizations makes in every account it creates; the management account assumes it."""

SERVICE_CATALOG = "servicecatalog.amazonaws.com"
STACKSETS = "member.org.stacksets.cloudformation.amazonaws.com"
TREE = (
    "describe_organizational_unit",
    "list_accounts",
    "list_accounts_for_parent",
    "list_aws_service_access_for_organization",
    "list_delegated_administrators",
    "list_organizational_units_for_parent",
    "list_roots",
)
"""What delegated administrators read as well (Organizations user guide, *Delegated administrator
for AWS services*); moto lets them see nothing."""

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"

followers: list[Callable[[str], None]] = []
"""Told of every account (12 digits) that was moved to another OU."""

_management: list[str] = []
"""The management account of the organization that is set up; empty before."""


def set_up(organization: Organization, hub: str) -> None:
    """Make the organization: accounts, OUs, roles, trusted access, delegated administrator.

    Args:
        organization: Its ids are taken exactly.
        hub: 12-digit account that becomes delegated administrator of Service Catalog, StackSets.
    """
    _management[:] = [organization.management]
    backend = _backend()
    backend.create_organization(region="us-east-1", FeatureSet="ALL")
    _name(backend, organization)
    root = backend.org.root_id
    for unit in organization.units:
        _add_unit(backend, unit, root)
    for principal in (SERVICE_CATALOG, STACKSETS):
        backend.enable_aws_service_access(ServicePrincipal=principal)
        backend.register_delegated_administrator(AccountId=hub, ServicePrincipal=principal)
    for account in [*organization.accounts.values(), organization.management]:
        _add_role(account, ACCESS_ROLE, organization.management)
    accounts = organization.accounts
    for name, people in organization.people.items():
        for person in people:
            _add_role(accounts[name], person, accounts[name])


def accounts_under(node: str) -> frozenset[str]:
    """Account ids (12 digits) in an OU or the whole organization (`o-…`, `r-…`), nested ones too.

    Raises:
        KeyError: There is no such node.
    """
    backend = _backend()
    if node == backend.org.id:
        node = backend.org.root_id
    if node not in {unit.id for unit in backend.ou}:
        raise KeyError(node)
    nodes, grown = {node}, {node}
    while grown:
        grown = {unit.id for unit in backend.ou if unit.parent_id in grown} - nodes
        nodes |= grown
    return frozenset(account.id for account in backend.accounts if account.parent_id in nodes)


def organization_id() -> str:
    """The id (`o-…`) of the organization; empty before one is set up."""
    return str(_backend().org.id) if _management else ""


def management_account() -> str:
    """The management account (12 digits); empty before an organization is set up."""
    return _management[0] if _management else ""


def is_management(account: str) -> bool:
    """Whether `account` is the management account."""
    return account in _management


def is_delegated_administrator(account: str, service: str) -> bool:
    """Whether `account` administers a service, named by its principal as `SERVICE_CATALOG` is."""
    if not _management:
        return False
    admins = _backend().admins
    return any(admin.account.id == account and service in admin.services for admin in admins)


def trust(service: str) -> None:
    """Give a service, named by its principal, trusted access."""
    _backend().enable_aws_service_access(ServicePrincipal=service)


def trusts(service: str) -> bool:
    """Whether a service, named by its principal, has trusted access to the organization."""
    if not _management:
        return False
    return any(one["ServicePrincipal"] == service for one in _backend().services)


def forget() -> None:
    """There is no organization any more."""
    _management.clear()
    organizations_backends.master_accounts.clear()


def install() -> None:
    """What moto does not: delegate StackSets, let administrators read the tree, tell of moves."""
    moved = OrganizationsBackend.move_account
    OrganizationsBackend.move_account = _telling(moved)
    services = FakeDelegatedAdministrator.SUPPORTED_SERVICES
    if STACKSETS not in services:
        services.append(STACKSETS)
    for name in TREE:
        original = getattr(OrganizationsBackend, name)
        setattr(OrganizationsBackend, name, _read_by_administrators(original))


def _telling(moved: Callable[..., None]) -> Callable[..., None]:
    """MoveAccount, followed by whoever deploys to OUs."""

    @functools.wraps(moved)
    def move(backend: OrganizationsBackend, **request: Any) -> None:
        moved(backend, **request)
        for follow in followers:
            follow(str(request["AccountId"]))

    return move


def _read_by_administrators(original: Callable[..., Any]) -> Callable[..., Any]:
    """One of `TREE`, for the management account and delegated administrators of any service."""

    @functools.wraps(original)
    def read(backend: OrganizationsBackend, *args: Any, **request: Any) -> Any:
        account = backend.account_id
        if _management and account not in _management:
            if not any(admin.account.id == account for admin in _backend().admins):
                raise JsonRESTError(
                    "AccessDeniedException", "You don't have permissions to access this resource."
                )
            backend = _backend()
        return original(backend, *args, **request)

    return read


def _backend() -> OrganizationsBackend:
    return organizations_backends[_management[0]]["aws"]


def _name(backend: OrganizationsBackend, organization: Organization) -> None:
    """Replace moto's random organization and root ids by the given ones."""
    backend.org.id = organization.id
    suffix = next((unit.id.split("-")[1] for unit in organization.units), "ab12")
    root = next(unit for unit in backend.ou if unit.id == backend.org.root_id)
    backend.org.root_id = root.id = f"r-{suffix}"
    for account in backend.accounts:
        account.organization_id, account.parent_id = organization.id, root.id


def _add_unit(backend: OrganizationsBackend, unit: OrganizationalUnit, parent: str) -> None:
    backend.create_organizational_unit(Name=unit.name, ParentId=parent)
    made = backend.ou[-1]
    made.id = unit.id
    for name, account in unit.accounts.items():
        _add_account(backend, name, account, unit.id)
    for child in unit.units:
        _add_unit(backend, child, unit.id)


def _add_account(backend: OrganizationsBackend, name: str, account: str, parent: str) -> None:
    made = FakeAccount(backend.org, AccountName=name, Email=f"{name}@example.com")
    iam_backends.pop(made.id, None)  # the random account moto made a role in
    made.id, made.parent_id, made.create_time = account, parent, utcnow()
    backend.accounts.append(made)
    for policy in (utils.DEFAULT_SCP_POLICY_ID, utils.DEFAULT_RCP_POLICY_ID):
        backend.attach_policy(PolicyId=policy, TargetId=account)
    organizations_backends.master_accounts[account] = (backend.account_id, backend.partition)


def _add_role(account: str, name: str, trusted: str) -> None:
    """A role with administrator rights, assumed from `trusted` (12 digits) and its own account."""
    iam = iam_backends[account]["aws"]
    principals = sorted({f"arn:aws:iam::{trusted}:root", f"arn:aws:iam::{account}:root"})
    principals.append(f"arn:aws:iam::{_management[0]}:root")
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": sorted(set(principals))},
        "Action": "sts:AssumeRole",
    }
    iam.create_role(
        role_name=name,
        assume_role_policy_document=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        path="/",
        permissions_boundary=None,
        description="",
        tags=[],
        max_session_duration="3600",
    )
    iam.attach_role_policy(ADMINISTRATOR, name)
