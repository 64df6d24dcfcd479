"""Foundation deployments: what each should be, the change that brings it there, how that went."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from catalog.model import Release
from catalog.stacks import ChangeSet, Drift, ResourceChange, StackFailure
from catalog.targets import Deployment, UnitDeployment

PRODUCT_TAG = "catalog:foundation"
"""Tag of each stack and what it makes; its value is the product's name."""


class Verb(StrEnum):
    """What is to be done with a stack or stack set."""

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

    deployment: Deployment | UnitDeployment
    release: Release
    template: str
    content: str

    @property
    def tags(self) -> dict[str, str]:
        """Of the stack or stack set."""
        return {PRODUCT_TAG: self.deployment.product}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What is to be done with one stack or stack set, and why.

    Args:
        reasons: Beside what happens to resources.
        resources: What happens to each, as far as it is known yet.
        drifts: What was changed by hand, by stack: one at most, unless it is a set's.
        stack: Id of the stack that is there.
        prepared: The change set that waits to be executed, once CloudFormation has made it.
    """

    wanted: Wanted
    verb: Verb
    reasons: tuple[str, ...] = ()
    resources: tuple[ResourceChange, ...] = ()
    drifts: tuple[Drift, ...] = ()
    stack: str = ""
    prepared: ChangeSet | None = None

    def __str__(self) -> str:
        at = self.wanted.deployment
        head = f"{self.verb} {at.place}: {at.product} {self.wanted.release.version}"
        return "\n  ".join((head, *self.reasons, *self.by_hand, *map(str, self.resources)))

    @property
    def by_hand(self) -> tuple[str, ...]:
        """What was changed by hand, or cannot be told, as people read it."""
        apart = isinstance(self.wanted.deployment, UnitDeployment)
        return tuple(
            f"in {drift.account} {drift.region}: {line}" if apart else line
            for drift in self.drifts
            for line in drift.lines
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """How a change went; it failed when there are failures."""

    change: Change
    failures: tuple[StackFailure, ...] = ()

    def __str__(self) -> str:
        place = self.change.wanted.deployment.place
        if self.failures:
            return f"{place}: failed" + "".join(f"\n  {failure}" for failure in self.failures)
        past = {"keep": "nothing to do", "replace": "replaced"}
        line = f"{place}: {past.get(self.change.verb, f'{self.change.verb}d')}"
        return "\n  ".join((line, *(self.change.by_hand if self.change.verb is Verb.KEEP else ())))
