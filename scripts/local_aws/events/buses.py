"""Events that arrive at a bus, and the rules there that mean them; moto keeps both."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from moto.events.models import events_backends

from local_aws.events import patterns


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """An event at a bus.

    Args:
        body: The envelope as JSON values, as patterns see it and targets get it.
        account: Of the bus (12 digits); `body` names the account the event came from.
        region: Of the bus.
        bus: Its name.
        forwarded: Whether another bus sent it here; then it goes on to no third bus.
    """

    body: Mapping[str, Any]
    account: str
    region: str
    bus: str = "default"
    forwarded: bool = False

    @property
    def id(self) -> str:
        """The event's id, the same in every copy."""
        return str(self.body["id"])

    @property
    def words(self) -> str:
        """The event in words."""
        return f"{self.body['detail-type']} from {self.body['source']}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule that means an event, with its targets as PutTargets took them."""

    arn: str
    name: str
    account: str
    region: str
    targets: tuple[Mapping[str, Any], ...]

    def predefined(self, event: Event) -> dict[str, object]:
        """The variables every input template knows."""
        body = dict(event.body)
        return {
            "aws.events.rule-arn": self.arn,
            "aws.events.rule-name": self.name,
            "aws.events.event.ingestion-time": instant(datetime.now(UTC)),
            "aws.events.event.json": body,
            "aws.events.event": {key: body[key] for key in body if key != "detail"},
        }


def instant(moment: datetime) -> str:
    """A time as events write it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def matching(event: Event) -> tuple[Rule, ...]:
    """The enabled rules of the event's bus that mean it, in the order of their names."""
    backend = events_backends[event.account][event.region]
    bus = backend.event_buses.get(event.bus)
    rules = sorted(bus.rules.values(), key=lambda rule: str(rule.name)) if bus else ()
    return tuple(_as_value(rule) for rule in rules if _means(rule, event))


def scheduled() -> tuple[Rule, ...]:
    """The enabled rules of every account that a schedule starts."""
    return tuple(
        _as_value(rule)
        for _, _, backend in list(events_backends.iter_backends())
        for rule in backend.event_buses["default"].rules.values()
        if rule.scheduled_expression and rule.state != "DISABLED"
    )


def _means(rule: Any, event: Event) -> bool:
    pattern = rule.event_pattern.dump()
    if rule.state == "DISABLED" or not pattern:  # a schedule means no event
        return False
    return patterns.parse(pattern).matches(event.body)


def _as_value(rule: Any) -> Rule:
    return Rule(
        arn=rule.arn,
        name=rule.name,
        account=rule.account_id,
        region=rule.region_name,
        targets=tuple(copy.deepcopy(rule.targets)),
    )
