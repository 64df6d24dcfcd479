"""EventBridge that delivers: patterns as documented, targets really called, failures written down.

    matchers, patterns    which events a rule is about
    buses                 events at a bus, the rules that mean them
    inputs                what a target gets of an event
    targets               how each kind of target is called, and the dead-letter queue
    envelopes             events on their way from bus to bus
    delivery              in the background, with retries and, on demand, duplicates
    api                   PutEvents, PutRule, PutTargets, TestEventPattern

Time does not pass by itself here: a schedule starts nothing until `night_falls` lets every one
fall due, which `PUT /local-aws/night` does as well.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from local_aws import controls, serial
from local_aws.deliveries import deliveries
from local_aws.events import api, buses, delivery
from local_aws.events.buses import Event
from local_aws.events.delivery import arrivals, copies, forget, set_copies

__all__ = [
    "arrivals",
    "copies",
    "deliveries",
    "emit",
    "forget",
    "install",
    "night_falls",
    "set_copies",
]


def emit(
    account: str,
    region: str,
    *,
    source: str,
    detail_type: str,
    detail: Mapping[str, Any],
    resources: Sequence[str] = (),
) -> str:
    """An AWS service's own event on the default bus; returns its id before it is delivered.

    Args:
        account: 12 digits.
        region: Where the service works.
        source: E.g. `aws.codepipeline`.
        detail_type: E.g. `CodePipeline Pipeline Execution State Change`.
        detail: JSON values.
        resources: ARNs the event is about.
    """
    body = api.envelope(
        account,
        region,
        source=source,
        detail_type=detail_type,
        detail=json.loads(json.dumps(detail)),
        resources=resources,
    )
    delivery.arrive(Event(body=body, account=account, region=region))
    return str(body["id"])


def night_falls() -> tuple[str, ...]:
    """Let every schedule fall due once; the ARNs of its rules.

    Their targets get a *Scheduled Event* (user guide, *Creating a rule that runs on a schedule*).
    """
    with serial.turn():
        due = buses.scheduled()
    for rule in due:
        body = api.envelope(
            rule.account,
            rule.region,
            source="aws.events",
            detail_type="Scheduled Event",
            detail={},
            resources=(rule.arn,),
        )
        delivery.give(Event(body=body, account=rule.account, region=rule.region), (rule,))
    return tuple(rule.arn for rule in due)


def _night(_rest: str, _body: bytes) -> object:
    return {"rules": night_falls()}


def _control(_rest: str, body: bytes) -> object:
    if body:
        set_copies(int(json.loads(body)["copies"]))
    return {"copies": copies()}


def install() -> None:
    """Deliver what moto only takes note of; `/local-aws/events` shows and sets the copies."""
    api.install()
    controls.add("GET", "events", _control)
    controls.add("PUT", "events", _control)
    controls.add("PUT", "night", _night)
