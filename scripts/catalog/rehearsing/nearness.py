"""Which rule came nearest to an event that no rule meant, and what kept them apart.

EventBridge says only whether a pattern matches (TestEventPattern), so each part of a pattern is
asked about alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from catalog.aws import Service
from catalog.rehearsing.ground import Ground
from catalog.rehearsing.recorded import Unmet

_NEAR = ("source", "detail-type")
"""Parts of a pattern of which a rule that comes near has at least one right."""


def unmet(ground: Ground) -> tuple[Unmet, ...]:
    """For each rule the event that came nearest of those that no rule meant."""
    newest = {(account, _words(event)): event for account, event in ground.unmet()}
    nearest: dict[tuple[str, str], Unmet] = {}
    for (account, _), event in newest.items():
        found = _nearest(ground, account, event)
        if found is None:
            continue
        rival = nearest.get((account, found.rule))
        if rival is None or len(found.wanted) <= len(rival.wanted):
            nearest[account, found.rule] = found
    return tuple(nearest.values())


def _words(event: Mapping[str, Any]) -> str:
    return f"{event['detail-type']} from {event['source']}"


def _nearest(ground: Ground, account: str, event: Mapping[str, Any]) -> Unmet | None:
    events = ground.service("events", account)
    best: Unmet | None = None
    for rule in events.pages("list_rules", "Rules", tokens=("NextToken", "NextToken")):
        parts = dict(_parts(json.loads(rule.get("EventPattern") or "{}")))
        apart = [name for name, part in parts.items() if not _matches(events, part, event)]
        near = any(name in parts and name not in apart for name in _NEAR)
        if near and (best is None or len(apart) < len(best.wanted)):
            wanted = tuple(f"{name}: {json.dumps(_leaf(parts[name]))}" for name in apart)
            best = Unmet(account=account, event=_words(event), rule=rule["Name"], wanted=wanted)
    return best


def _parts(pattern: Mapping[str, Any], above: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Each leaf of a pattern as a pattern of its own, by its path."""
    for name, value in pattern.items():
        path = (*above, name)
        if isinstance(value, dict):
            yield from _parts(value, path)
        else:
            alone: Any = value
            for step in reversed(path):
                alone = {step: alone}
            yield ".".join(path), alone


def _leaf(pattern: Any) -> Any:
    while isinstance(pattern, dict):
        pattern = next(iter(pattern.values()))
    return pattern


def _matches(events: Service, pattern: Any, event: Mapping[str, Any]) -> bool:
    answer = events.call(
        "test_event_pattern", EventPattern=json.dumps(pattern), Event=json.dumps(event)
    )
    return bool(answer["Result"])
