"""What an organization lets services and accounts do: trusted access, delegated administrators."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.aws.session import Service

_TOKENS = ("NextToken", "NextToken")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Gateway to AWS Organizations, for its management account and delegated administrators."""

    service: Service

    def services(self) -> frozenset[str]:
        """Principals of the services with trusted access (ListAWSServiceAccessForOrganization)."""
        listed = self.service.pages(
            "list_aws_service_access_for_organization",
            "EnabledServicePrincipals",
            tokens=_TOKENS,
        )
        return frozenset(each["ServicePrincipal"] for each in listed)

    def administrators(self, principal: str) -> frozenset[str]:
        """Accounts (12 digits) that administer a service (ListDelegatedAdministrators)."""
        listed = self.service.pages(
            "list_delegated_administrators",
            "DelegatedAdministrators",
            principal,
            tokens=_TOKENS,
            ServicePrincipal=principal,
        )
        return frozenset(each["Id"] for each in listed)

    def root(self) -> str:
        """Id of the organization's root, `r-…` (ListRoots)."""
        return str(next(self.service.pages("list_roots", "Roots", tokens=_TOKENS))["Id"])
