"""EventBridge's operations where moto's are not strict enough, or do nothing.

PutEvents really delivers; PutRule, PutTargets and TestEventPattern read patterns and targets as
EventBridge does (EventBridge API reference). moto keeps buses, rules, permissions and tags.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from moto.core.responses import BaseResponse
from moto.events.models import EventPattern, EventPatternParser, EventsBackend, events_backends
from moto.events.responses import EventsHandler

from local_aws import organization, validation
from local_aws.errors import Refusal
from local_aws.events import delivery, envelopes, patterns, targets
from local_aws.events.buses import Event, instant
from local_aws.events.matchers import Malformed
from local_aws.iam import standing

REQUIRED = ("Source", "DetailType", "Detail")
ENVELOPE = ("id", "source", "detail-type", "account", "time", "region", "resources", "detail")

LARGEST = 1024 * 1024
"""Bytes of all entries of a request (EventBridge API reference, *PutEvents*)."""

Params = dict[str, Any]


def _put_events(caller: BaseResponse, params: Params) -> Params:
    if sum(_size(entry) for entry in params["Entries"]) >= LARGEST:
        text = "Total size of the entries in the request is over the limit."
        raise Refusal("ValidationException", text)
    entries = [_put(caller.current_account, caller.region, entry) for entry in params["Entries"]]
    return {
        "Entries": entries,
        "FailedEntryCount": sum("ErrorCode" in entry for entry in entries),
    }


def _size(entry: Params) -> int:
    """Bytes of an entry (user guide, *Calculating PutEvents event entry size*)."""
    texts = [entry.get(name) or "" for name in REQUIRED] + list(entry.get("Resources") or ())
    return sum(len(text.encode()) for text in texts) + (14 if "Time" in entry else 0)


def _put(account: str, region: str, entry: Params) -> Params:
    bus = _bus_of(entry.get("EventBusName", "default"), account, region)
    sent_on = envelopes.opened(entry)
    try:
        _check_admitted(bus, account)
        body = dict(sent_on.body) if sent_on else _envelope(entry, account, region)
    except Refusal as refused:
        return {"ErrorCode": refused.code, "ErrorMessage": refused.message}
    _, _, _, where, owner, name = bus.split(":")
    delivery.arrive(
        Event(
            body=body,
            account=owner,
            region=where,
            bus=name.removeprefix("event-bus/"),
            forwarded=sent_on is not None,
        )
    )
    return {"EventId": body["id"]}


def _bus_of(name: str, account: str, region: str) -> str:
    """The ARN of the bus an entry names."""
    return (
        name if name.startswith("arn:") else f"arn:aws:events:{region}:{account}:event-bus/{name}"
    )


def _check_admitted(bus: str, account: str) -> None:
    """Refuse a bus that is not there, or another account's that does not admit this one."""
    _, _, _, region, owner, name = bus.split(":")
    if name.removeprefix("event-bus/") not in events_backends[owner][region].event_buses:
        raise Refusal("InvalidArgument", f"Event bus {bus} does not exist.")
    context = {"aws:principalorgid": (organization.organization_id(),)}
    admitting = (
        statement
        for statement in standing.on(bus, "events:PutEvents").statements
        if statement.allows and statement.covers("events:PutEvents", bus, context)
        for _, principal in statement.principals or ()
        if principal == "*" or account in principal
    )
    if owner != account and not any(True for _ in admitting):
        text = f"Account {account} is not authorized to put events on {bus}"
        raise Refusal("AccessDeniedException", text)


def _envelope(entry: Params, account: str, region: str) -> Params:
    for name in REQUIRED:
        if not entry.get(name):
            text = f"Parameter {name} is not valid. Reason: {name} is a required argument."
            raise Refusal("InvalidArgument", text)
    if entry["Source"].startswith("aws."):
        raise Refusal("NotAuthorizedForSourceException", "Not authorized for the source.")
    try:
        detail = json.loads(entry["Detail"])
    except ValueError:
        detail = None
    if not isinstance(detail, dict):
        raise Refusal("MalformedDetail", "Detail is malformed.")
    return envelope(
        account,
        region,
        source=entry["Source"],
        detail_type=entry["DetailType"],
        detail=detail,
        resources=entry.get("Resources", ()),
        time=entry.get("Time"),
    )


def envelope(
    account: str,
    region: str,
    *,
    source: str,
    detail_type: str,
    detail: Mapping[str, Any],
    resources: Any = (),
    time: datetime | None = None,
) -> Params:
    """A new event as rules and targets see it (user guide, *AWS service event metadata*)."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": detail_type,
        "source": source,
        "account": account,
        "time": instant(time or datetime.now(UTC)),
        "region": region,
        "resources": list(resources),
        "detail": dict(detail),
    }


def _test_event_pattern(_caller: BaseResponse, params: Params) -> Params:
    pattern = _pattern(params["EventPattern"])
    try:
        event = json.loads(params["Event"])
    except ValueError:
        event = None
    missing = [name for name in ENVELOPE if not isinstance(event, dict) or name not in event]
    if missing:
        text = f"Parameter Event is not valid. Reason: {missing[0]} is missing."
        raise Refusal("ValidationException", text)
    return {"Result": pattern.matches(event)}


def _pattern(text: str) -> patterns.Pattern:
    try:
        return patterns.parse(text)
    except Malformed as error:
        text = f"Event pattern is not valid. Reason: {error}"
        raise Refusal("InvalidEventPatternException", text) from None


def _read_pattern(parser: EventPatternParser) -> dict[str, Any]:
    """What moto keeps of a pattern: its JSON, after it was found good."""
    if not parser.pattern:
        return {}
    _pattern(parser.pattern)
    return dict(json.loads(parser.pattern))


def _matches(pattern: EventPattern, event: Mapping[str, Any]) -> bool:
    text = pattern.dump()
    return not text or patterns.parse(text).matches(event)


def _put_for_moto(backend: EventsBackend, events: list[Params]) -> list[Params]:
    """PutEvents from within moto."""
    return [_put(backend.account_id, backend.region_name, entry) for entry in events]


def _checked(name: str, original: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """The operation of moto, after the request was held against the model."""

    def method(self: BaseResponse) -> Any:
        params = json.loads(self.body or "{}")
        validation.operation("events", name).check_request(params)
        for target in params.get("Targets", ()) if name == "PutTargets" else ():
            targets.check(target)
        return original(self)

    return method


def install() -> None:
    """Answer here what moto answers otherwise."""
    EventPatternParser.parse = _read_pattern
    EventPattern.matches_event = _matches
    EventsBackend.put_events = _put_for_moto
    for name, handler in (("PutEvents", _put_events), ("TestEventPattern", _test_event_pattern)):
        method = validation.served("events", name, handler)
        setattr(EventsHandler, method.__name__, method)
    for name, action in (("PutRule", "put_rule"), ("PutTargets", "put_targets")):
        setattr(EventsHandler, action, _checked(name, getattr(EventsHandler, action)))
