"""The change that turns what is deployed into what is wanted. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from catalog.foundation.deployments import Change, Verb, Wanted
from catalog.releases import packaging
from catalog.stacks import Drift, Effect, LiveStackSet, ResourceChange
from catalog.targets import UnitDeployment

HIDDEN = "****"
"""What CloudFormation shows for a parameter under NoEcho; such values cannot be compared."""

_KEPT = frozenset({"Retain", "RetainExceptOnCreate", "Snapshot"})
"""Deletion policies by which something of a resource stays when its stack goes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A stack as it is.

    Args:
        id: Stack id.
        status: CloudFormation's word.
        usable: Whether it can be updated; otherwise it must be deleted first.
        content: Its template, canonical JSON.
        parameters: As it was given them, defaults included.
        drift: What was changed behind it; None where nobody looked.
    """

    id: str
    status: str
    usable: bool
    content: str
    parameters: Mapping[str, str] = field(default_factory=dict)
    drift: Drift | None = None


def stack_change(wanted: Wanted, deployed: Deployed | None) -> Change:
    """The change that turns a stack, None for no stack, into what is wanted."""
    if deployed is None:
        return Change(wanted=wanted, verb=Verb.CREATE, resources=_resources("{}", wanted.content))
    if not deployed.usable:
        reason = f"it is {deployed.status} and can only be deleted and made again"
        return Change(wanted=wanted, verb=Verb.REPLACE, reasons=(reason,), stack=deployed.id)
    reasons, resources = _difference(wanted, deployed.content, deployed.parameters)
    drifts = (deployed.drift,) if deployed.drift else ()
    return replace(_updated(wanted, reasons, resources, drifts), stack=deployed.id)


def stack_set_change(
    wanted: Wanted,
    live: LiveStackSet | None,
    members: frozenset[str] = frozenset(),
    drifts: tuple[Drift, ...] = (),
) -> Change:
    """The change that turns a stack set, None for none, into what is wanted.

    Args:
        wanted: The deployment by OU.
        live: The set as it is.
        members: Accounts of the OU (12 digits).
        drifts: What was changed behind its stacks.
    """
    if live is None:
        return Change(wanted=wanted, verb=Verb.CREATE, resources=_resources("{}", wanted.content))
    reasons, resources = _difference(wanted, packaging.canonical(live.template), live.parameters)
    if missing := missing_regions(wanted, live):
        reasons = (*reasons, f"goes to the accounts in {', '.join(missing)}")
    for regions, accounts in overlooked(wanted, live, members).items():
        reasons = (*reasons, *(f"{each} has no stack in {', '.join(regions)}" for each in accounts))
    reasons = (*reasons, *_unsettled(live))
    return _updated(wanted, reasons, resources, drifts)


def _updated(
    wanted: Wanted,
    reasons: tuple[str, ...],
    resources: tuple[ResourceChange, ...],
    drifts: tuple[Drift, ...],
) -> Change:
    """The change of what stands already: it is kept when nothing speaks against it."""
    changes = reasons or resources or any(drift.resources for drift in drifts)
    return Change(
        wanted=wanted,
        verb=Verb.UPDATE if changes else Verb.KEEP,
        reasons=reasons,
        resources=resources,
        drifts=drifts,
    )


def outdated(wanted: Wanted, live: LiveStackSet) -> bool:
    """Whether the set itself, or a stack of it, is not what is wanted."""
    difference = _difference(wanted, packaging.canonical(live.template), live.parameters)
    return any(difference) or any(_unsettled(live))


def missing_regions(wanted: Wanted, live: LiveStackSet | None) -> tuple[str, ...]:
    """Regions in which the set is not yet deployed to the OU."""
    at = wanted.deployment
    assert isinstance(at, UnitDeployment)  # noqa: S101 - the only one with a stack set
    held = live.targets.get(at.unit, frozenset()) if live else frozenset()
    return tuple(region for region in at.regions if region not in held)


def overlooked(
    wanted: Wanted, live: LiveStackSet | None, members: frozenset[str]
) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Accounts of the OU without a stack where the set is deployed to it: regions -> accounts."""
    at = wanted.deployment
    if live is None or not isinstance(at, UnitDeployment):
        return {}
    deployed = [region for region in at.regions if region not in missing_regions(wanted, live)]
    there = {(each.account, each.region) for each in live.instances}
    found: dict[tuple[str, ...], tuple[str, ...]] = {}
    for account in sorted(members):
        lacking = tuple(region for region in deployed if (account, region) not in there)
        if lacking:
            found[lacking] = (*found.get(lacking, ()), account)
    return found


def keeping(wanted: Wanted) -> bool:
    """Whether something stays in the account when a stack of this goes."""
    return any(map(_stays, json.loads(wanted.content).get("Resources", {}).values()))


def _unsettled(live: LiveStackSet) -> Iterator[str]:
    if not live.automatic:
        yield "accounts that join or leave the OU are to be followed"
    for each in live.instances:
        if each.status != "CURRENT":
            why = f": {each.reason}" if each.reason else ""
            yield f"the stack in {each.account} {each.region} is {each.status}{why}"


def _difference(
    wanted: Wanted, content: str, parameters: Mapping[str, str]
) -> tuple[tuple[str, ...], tuple[ResourceChange, ...]]:
    """Reasons beside resources, and what happens to those, by comparing texts."""
    new, old = json.loads(wanted.content), json.loads(content)
    resources = _resources(content, wanted.content)
    before = _effective(old, parameters)
    after = _effective(new, wanted.deployment.parameters)
    reasons = tuple(_parameters(before, after, _hiding(new)))
    if not reasons and not resources and new != old:
        reasons = ("the template changes outside its resources",)
    return reasons, resources


def _effective(template: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """The parameters of a stack: given ones, and the template's defaults for the rest.

    A stack set need not show those it was not given.
    """
    return {
        name: given.get(name, str(declared.get("Default", "")))
        for name, declared in template.get("Parameters", {}).items()
    }


def _resources(old: str, new: str) -> tuple[ResourceChange, ...]:
    before = json.loads(old).get("Resources", {})
    after = json.loads(new).get("Resources", {})
    added, removed = sorted({*after} - {*before}), sorted({*before} - {*after})
    changed = [name for name in sorted({*after} & {*before}) if after[name] != before[name]]
    return (
        *(_change(Effect.ADD, name, after[name]) for name in added),
        *(_change(Effect.CHANGE, name, after[name]) for name in changed),
        *(_change(Effect.REMOVE, name, before[name]) for name in removed),
    )


def _change(effect: Effect, name: str, declared: Mapping[str, Any]) -> ResourceChange:
    kept = effect is Effect.REMOVE and _stays(declared)
    return ResourceChange(effect=effect, resource=name, type=declared["Type"], kept=kept)


def _stays(declared: Mapping[str, Any]) -> bool:
    return declared.get("DeletionPolicy") in _KEPT


def _hiding(template: Mapping[str, Any]) -> frozenset[str]:
    """The parameters whose values nobody is to read."""
    declared = template.get("Parameters", {})
    return frozenset(
        name for name, one in declared.items() if str(one.get("NoEcho", "false")).lower() != "false"
    )


def _parameters(
    old: Mapping[str, str], new: Mapping[str, str], hidden: frozenset[str]
) -> Iterator[str]:
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before in (after, HIDDEN):
            continue
        if name in hidden:
            yield f"parameter {name} is given a value that is not shown"
        elif before is None:
            yield f"parameter {name} becomes {after!r}"
        elif after is None:
            yield f"parameter {name} goes"
        else:
            yield f"parameter {name} changes from {before!r} to {after!r}"
