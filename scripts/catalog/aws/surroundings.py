"""Who we are and what stands around us: STS, IAM roles, the organization."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.aws.roles import Roles
from catalog.aws.session import Service
from catalog.errors import ServiceFault


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """The identity behind the credentials."""

    account: str
    arn: str

    @property
    def role(self) -> str:
        """Name of the role that was assumed; empty for whoever has none."""
        kind, _, rest = self.arn.rpartition(":")[2].partition("/")
        return rest.partition("/")[0] if kind == "assumed-role" else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Gateway to the questions asked before the first write."""

    sts: Service
    iam: Service
    organizations: Service
    servicecatalog: Service

    def caller(self) -> Caller:
        """GetCallerIdentity."""
        answer = self.sts.call("get_caller_identity")
        return Caller(account=answer["Account"], arn=answer["Arn"])

    def has_role(self, name: str) -> bool:
        """Whether this account has a role of that name (GetRole)."""
        return Roles(service=self.iam).has(name)

    def organization_access(self) -> str:
        """ENABLED, UNDER_CHANGE or DISABLED (GetAWSOrganizationsAccessStatus).

        The management account and delegated administrators may ask; to others it is DISABLED.
        """
        try:
            answer = self.servicecatalog.call("get_aws_organizations_access_status")
        except ServiceFault as fault:
            if fault.code in {"OperationNotSupportedException", "ResourceNotFoundException"}:
                return "DISABLED"
            raise
        return str(answer["AccessStatus"])

    def organization(self) -> str:
        """Id of the organization this account is in, `o-…`; empty when it is in none."""
        try:
            answer = self.organizations.call("describe_organization")
        except ServiceFault as fault:
            if fault.code == "AWSOrganizationsNotInUseException":
                return ""
            raise
        return str(answer["Organization"]["Id"])

    def management(self) -> str:
        """The organization's management account (12 digits); empty outside of organizations."""
        try:
            answer = self.organizations.call("describe_organization")
        except ServiceFault as fault:
            if fault.code == "AWSOrganizationsNotInUseException":
                return ""
            raise
        return str(answer["Organization"]["MasterAccountId"])

    def has_unit(self, unit: str) -> bool:
        """Whether the organization has an organizational unit of that id."""
        try:
            self.organizations.call(
                "describe_organizational_unit", f"unit {unit}", OrganizationalUnitId=unit
            )
        except ServiceFault as fault:
            if fault.code in {"OrganizationalUnitNotFoundException", "InvalidInputException"}:
                return False
            raise
        return True
