"""What an account may have of Service Catalog, as Service Quotas tells."""

from __future__ import annotations

from dataclasses import dataclass

from catalog.aws.session import Service
from catalog.doctor.facts import Limit

SERVICE = "servicecatalog"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceQuotas:
    """Gateway to the quotas of one account and region."""

    service: Service

    def applied(self) -> dict[str, Limit]:
        """Name of each quota of Service Catalog -> its limit (ListServiceQuotas)."""
        listed = self.service.pages(
            "list_service_quotas",
            "Quotas",
            SERVICE,
            tokens=("NextToken", "NextToken"),
            ServiceCode=SERVICE,
        )
        return {
            each["QuotaName"]: Limit(code=each["QuotaCode"], value=int(each["Value"]))
            for each in listed
        }
