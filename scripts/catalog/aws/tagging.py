"""Resource Groups Tagging API: identity tags of many resources in one call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from catalog.aws.session import Service
from catalog.aws.tags import from_list

BATCH = 100
"""ResourceARNList takes at most 100 ARNs (service model, ResourceARNListForGet)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tagging:
    """Gateway to GetResources."""

    service: Service

    def tags(self, arns: Iterable[str]) -> Mapping[str, Mapping[str, str]]:
        """ARN -> tags, for those that exist and carry a tag.

        The listing is eventually consistent: what is missing in it needs a direct look.
        """
        listed = list(arns)
        found: dict[str, Mapping[str, str]] = {}
        for start in range(0, len(listed), BATCH):
            answer = self.service.call(
                "get_resources", ResourceARNList=listed[start : start + BATCH]
            )
            for entry in answer.get("ResourceTagMappingList", ()):
                found[entry["ResourceARN"]] = from_list(entry.get("Tags", ()))
        return found
