"""The IAM roles of an account: whether one is there, and which all are."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.aws.session import Service
from catalog.errors import ServiceFault

_ABSENT = frozenset({"NoSuchEntity", "NoSuchEntityException"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """Gateway to the roles of one account."""

    service: Service

    def has(self, name: str) -> bool:
        """Whether there is a role of that name (GetRole)."""
        try:
            self.service.call("get_role", f"role {name}", RoleName=name)
        except ServiceFault as fault:
            if fault.code in _ABSENT:
                return False
            raise
        return True

    def arns(self) -> frozenset[str]:
        """ARNs of every role (ListRoles)."""
        listed = self.service.pages("list_roles", "Roles", tokens=("Marker", "Marker"))
        return frozenset(each["Arn"] for each in listed)
