"""From an event that arrived to the targets of every rule that means it, in the background.

EventBridge delivers at least once: `set_copies(2)` makes it deliver everything twice. It tries
again what may pass and gives up at once where a permission or the target is missing (user guide,
*Debugging event delivery*). AWS tries for up to a day; a few tries in a second stand for that.
"""

from __future__ import annotations

import functools
from collections import deque
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from local_aws import serial, work
from local_aws.deliveries import Delivery, Failure, keep, reason
from local_aws.errors import Refusal
from local_aws.events import buses, targets
from local_aws.events.buses import Event, Rule

MOST_RETRIES = 4
PAUSE = 0.1
"""Seconds before the first retry; each later one waits that much longer."""

BUSY = frozenset({"ConcurrentModificationException", "LimitExceededException", "SlowDown"})
MISSING = ("NotFound", "NonExistentQueue", "DoesNotExist")

_copies = [1]
_arrivals: deque[tuple[Event, tuple[str, ...]]] = deque(maxlen=1000)


def set_copies(number: int) -> None:
    """Deliver every event this many times from now on, as "at least once" allows.

    Raises:
        ValueError: Not from 1 to 10.
    """
    if not 1 <= number <= 10:
        raise ValueError("copies is from 1 to 10")
    _copies[:] = [number]


def copies() -> int:
    """How often every event is delivered."""
    return _copies[0]


def arrivals() -> tuple[tuple[Event, tuple[str, ...]], ...]:
    """The newest thousand events at any bus, oldest first, each with the rules that meant it."""
    return tuple(_arrivals)


def arrive(event: Event) -> None:
    """Let an event arrive at its bus; returns before it is delivered."""
    with serial.turn():
        rules = buses.matching(event)
    give(event, rules)


def give(event: Event, rules: tuple[Rule, ...]) -> None:
    """Deliver an event to the targets of rules; returns before that is done."""
    _arrivals.append((event, tuple(rule.name for rule in rules)))
    if rules:
        for _ in range(copies()):
            work.start(f"event {event.words}", functools.partial(_deliver, event, rules))


def _deliver(event: Event, rules: tuple[Rule, ...]) -> None:
    for rule in rules:
        for target in rule.targets:
            _deliver_to(event, rule, target)


def _deliver_to(event: Event, rule: Rule, target: Mapping[str, Any]) -> None:
    retries = (target.get("RetryPolicy") or {}).get("MaximumRetryAttempts", MOST_RETRIES)
    tries, failure = 0, None
    while tries <= min(retries, MOST_RETRIES):
        work.pause(PAUSE * tries)
        tries += 1
        try:
            targets.call(rule, target, event)
        except (ClientError, Refusal) as error:
            failure = error
            if not _may_pass(error):
                break
        else:
            failure = None
            break
    outcome = Delivery(
        sender=rule.arn,
        target=target["Arn"],
        what=event.words,
        id=event.id,
        ok=failure is None,
        why=": ".join(reason(failure)) if failure else "",
        tries=tries,
    )
    keep(outcome)
    if failure and target.get("DeadLetterConfig"):
        _bury(event, rule, target, failure, tries)


def _may_pass(error: Failure) -> bool:
    code, _ = reason(error)
    status = 0
    if isinstance(error, ClientError):
        status = error.response["ResponseMetadata"]["HTTPStatusCode"]
    return "Throttl" in code or "TooManyRequests" in code or code in BUSY or status in (500, 503)


def _bury(
    event: Event, rule: Rule, target: Mapping[str, Any], failure: Failure, tries: int
) -> None:
    code, text = reason(failure)
    attributes = {
        "ERROR_CODE": _category(code),
        "ERROR_MESSAGE": text,
        "RETRY_ATTEMPTS": str(tries - 1),
    }
    if _may_pass(failure):
        attributes["EXHAUSTED_RETRY_CONDITION"] = "MaximumRetryAttempts"
    why = ""
    try:
        targets.to_dead_letters(rule, target, event, attributes)
    except (ClientError, Refusal) as error:
        why = ": ".join(reason(error))
    queue = target["DeadLetterConfig"]["Arn"]
    keep(
        Delivery(sender=rule.arn, target=queue, what=event.words, id=event.id, ok=not why, why=why)
    )


def _category(code: str) -> str:
    if "AccessDenied" in code or "NotAuthorized" in code or "AuthorizationError" in code:
        return "NO_PERMISSIONS"
    return "NO_RESOURCE" if any(word in code for word in MISSING) else "SDK_CLIENT_ERROR"


def forget() -> None:
    """Deliver once again; know of no event."""
    _copies[:] = [1]
    _arrivals.clear()
