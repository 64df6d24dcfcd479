"""E9505: logs end."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.rules.house import HouseRule, Violation
from catalog.rules.reading import Reading


class LogRetention(HouseRule):
    """Every log group says how long it keeps its events."""

    id = "E9505"
    shortdesc = "A log group has RetentionInDays"
    description = "Events are otherwise kept, and paid for, for ever."
    source_url = (
        "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/"
        "Working-with-log-groups-and-streams.html"
    )
    remedy = "Set RetentionInDays, e.g. ${{ values.log_retention_days }}."

    def check(self, template: Reading) -> Iterator[Violation]:
        """Name each log group without."""
        for group in template.of_type("AWS::Logs::LogGroup"):
            if "RetentionInDays" not in group.properties:
                yield Violation(group.path, f"{group.name} keeps its events for ever.")
