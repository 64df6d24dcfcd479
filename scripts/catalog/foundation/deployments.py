"""Foundation deployments: what each stack should be, what it is, and the change between the two."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from catalog.model import Release
from catalog.stacks import StackFailure
from catalog.targets import Deployment

HIDDEN = "****"
"""What CloudFormation shows for a parameter under NoEcho; such values cannot be compared."""


class Verb(StrEnum):
    """What is to be done with a stack."""

    CREATE = "create"
    UPDATE = "update"
    REPLACE = "replace"
    KEEP = "keep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A deployment with its release.

    Args:
        template: Stamped text, ready to deploy.
        content: The same, canonical JSON; what is compared.
    """

    deployment: Deployment
    release: Release
    template: str
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployed:
    """A stack as it is.

    Args:
        id: Stack id.
        status: CloudFormation's word.
        usable: Whether it can be updated; otherwise it must be deleted first.
        content: Its template, canonical JSON.
        parameters: As it was given them, defaults included.
    """

    id: str
    status: str
    usable: bool
    content: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be done with one stack, and why."""

    wanted: Wanted
    verb: Verb
    reasons: tuple[str, ...] = ()
    stack: str = ""

    def __str__(self) -> str:
        at = self.wanted.deployment
        line = f"{self.verb} stack {at.stack} in {at.account} {at.region}"
        version = f"{at.product} {self.wanted.release.version}"
        return f"{line}: {version}" + "".join(f"\n  {reason}" for reason in self.reasons)


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a change went; it failed when there are failures."""

    change: Change
    failures: tuple[StackFailure, ...] = ()

    def __str__(self) -> str:
        at = self.change.wanted.deployment
        place = f"stack {at.stack} in {at.account} {at.region}"
        if self.failures:
            return f"{place}: failed" + "".join(f"\n  {failure}" for failure in self.failures)
        past = {"keep": "nothing to do", "replace": "replaced"}
        return f"{place}: {past.get(self.change.verb, f'{self.change.verb}d')}"


def change(wanted: Wanted, deployed: Deployed | None) -> Change:
    """The change that turns `deployed`, None for no stack, into `wanted`."""
    if deployed is None:
        return Change(wanted=wanted, verb=Verb.CREATE)
    if not deployed.usable:
        reason = f"it is {deployed.status} and can only be deleted and made again"
        return Change(wanted=wanted, verb=Verb.REPLACE, reasons=(reason,), stack=deployed.id)
    new, old = json.loads(wanted.content), json.loads(deployed.content)
    reasons = (
        *_resources(old, new),
        *_parameters(deployed.parameters, _effective(new, wanted.deployment.parameters)),
    )
    if not reasons and new != old:
        reasons = ("the template changes outside its resources",)
    return Change(
        wanted=wanted,
        verb=Verb.UPDATE if reasons else Verb.KEEP,
        reasons=reasons,
        stack=deployed.id,
    )


def _effective(template: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """The parameters a stack will have: given ones, and the template's defaults for the rest."""
    return {
        name: given.get(name, str(declared.get("Default", "")))
        for name, declared in template.get("Parameters", {}).items()
    }


def _resources(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    before, after = old.get("Resources", {}), new.get("Resources", {})
    yield from (f"adds {name} ({after[name]['Type']})" for name in sorted({*after} - {*before}))
    yield from (
        f"changes {name} ({after[name]['Type']})"
        for name in sorted({*after} & {*before})
        if after[name] != before[name]
    )
    yield from (f"removes {name} ({before[name]['Type']})" for name in sorted({*before} - {*after}))


def _parameters(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[str]:
    for name in sorted({*old, *new}):
        before, after = old.get(name), new.get(name)
        if before in (after, HIDDEN):
            continue
        if before is None:
            yield f"parameter {name} becomes {after!r}"
        elif after is None:
            yield f"parameter {name} goes"
        else:
            yield f"parameter {name} changes from {before!r} to {after!r}"
