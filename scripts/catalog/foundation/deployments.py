"""Foundation deployments: what each should be, the change that brings it there, how that went."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from catalog.model import Release
from catalog.stacks import ChangeSet, ResourceChange, StackFailure
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
        stack: Id of the stack that is there.
        prepared: The change set that waits to be executed, once CloudFormation has made it.
    """

    wanted: Wanted
    verb: Verb
    reasons: tuple[str, ...] = ()
    resources: tuple[ResourceChange, ...] = ()
    stack: str = ""
    prepared: ChangeSet | None = None

    def __str__(self) -> str:
        at = self.wanted.deployment
        head = f"{self.verb} {at.place}: {at.product} {self.wanted.release.version}"
        return "\n  ".join((head, *self.reasons, *map(str, self.resources)))


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
        return f"{place}: {past.get(self.change.verb, f'{self.change.verb}d')}"
