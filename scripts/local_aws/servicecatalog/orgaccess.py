"""Service Catalog's access to AWS Organizations (API reference: EnableAWSOrganizationsAccess …).

The state is the organization's trusted access for the service principal, so that Organizations and
Service Catalog never tell different stories.
"""

from __future__ import annotations

from typing import Any

from moto.organizations.models import organizations_backends

from local_aws import organization
from local_aws.servicecatalog.calls import Call, operation
from local_aws.servicecatalog.errors import InvalidState, NotSupported

PRINCIPAL = "servicecatalog.amazonaws.com"


def _organizations() -> Any:
    return organizations_backends[organization.management_account()]["aws"]


def organization_access() -> str:
    """ENABLED or DISABLED; DISABLED where there is no organization."""
    if not organization.management_account():
        return "DISABLED"
    trusted = {service["ServicePrincipal"] for service in _organizations().services}
    return "ENABLED" if PRINCIPAL in trusted else "DISABLED"


def _check_management(call: Call) -> None:
    if not organization.is_management(call.caller.account):
        raise NotSupported("Only the management account of an organization can do this.")


@operation
def enable_aws_organizations_access(call: Call) -> dict[str, Any]:
    """For the management account only; a delegated administrator cannot."""
    _check_management(call)
    _organizations().enable_aws_service_access(ServicePrincipal=PRINCIPAL)
    return {}


@operation
def disable_aws_organizations_access(call: Call) -> dict[str, Any]:
    """Refused while there are delegated administrators."""
    _check_management(call)
    if any(PRINCIPAL in admin.services for admin in _organizations().admins):
        raise InvalidState("Deregister the delegated administrators of Service Catalog first.")
    _organizations().disable_aws_service_access(ServicePrincipal=PRINCIPAL)
    return {}


@operation
def get_aws_organizations_access_status(call: Call) -> dict[str, Any]:
    """For the management account and delegated administrators."""
    account = call.caller.account
    if not organization.is_delegated_administrator(account, PRINCIPAL):
        _check_management(call)
    return {"AccessStatus": organization_access()}
