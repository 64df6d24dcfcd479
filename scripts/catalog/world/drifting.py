"""What of a region is no longer as this repository, or its own past, says. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from catalog.planning.actions import Action
from catalog.planning.plans import Plan
from catalog.world.verdicts import Mark, Verified


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """A look at everything of ours in a region.

    Args:
        plan: What would mend the catalog.
        live: What became of holding every live version against its record.
        bucket: What is wrong with the artifact bucket's settings.
        deletions: Which of its lifecycle rules delete what is published.
    """

    plan: Plan
    live: tuple[Verified, ...] = ()
    bucket: tuple[str, ...] = ()
    deletions: tuple[str, ...] = ()

    @property
    def none(self) -> bool:
        """Whether nothing differs, as far as it could be read."""
        plan = self.plan
        found = plan.actions or plan.refusals or plan.kept or self.bucket or self.deletions
        return not (found or any(each.mark is Mark.DIFFERS for each in self.live))

    @property
    def contents(self) -> tuple[Verified, ...]:
        """Versions that are not as released.

        Of those that the plan speaks of, too, only what they are made of: no plan mends that.
        """
        said = {each.subject for each in (*self.plan.actions, *self.plan.refusals)}
        differing = (each for each in self.live if each.mark is Mark.DIFFERS)
        left = (
            replace(each, notes=each.altered) if each.subject in said else each
            for each in differing
        )
        return tuple(each for each in left if each.notes)

    @property
    def unread(self) -> tuple[Verified, ...]:
        """Versions of which something could not be read."""
        return tuple(each for each in self.live if each.mark is Mark.UNKNOWN)


def lines(drift: Drift, target: str) -> list[str]:
    """A look to read: what differs, what mends it in that target, what could not be read."""
    clear = ["No drift: everything published is as this repository says."] if drift.none else []
    return [*clear, *_differences(drift), *_ways(drift, target), *_unread(drift, target)]


def _differences(drift: Drift) -> Iterator[str]:
    plan = drift.plan
    yield from map(_missed, plan.actions)
    yield from map(str, plan.refusals)
    yield from (f"{kept.subject}: published, but no longer here" for kept in plan.kept)
    yield from (f"{each.subject}: {'; '.join(each.notes)}" for each in drift.contents)
    yield from (f"artifact bucket: {fault}" for fault in (*drift.bucket, *drift.deletions))


def _missed(action: Action) -> str:
    """What to a plan is new is missing to whoever looks for what was published."""
    return f"{action.subject}: {re.sub('^new', 'missing', action.reason)}"


def _ways(drift: Drift, target: str) -> Iterator[str]:
    publish = f"make publish TARGET={target}"
    if drift.plan.actions:
        rest = ", contents of versions apart" if drift.contents else ""
        yield f"`{publish} ARGS=--deep` mends what differs{rest}."
    if drift.plan.kept:
        yield f"`{publish} ARGS=--prune` removes what is no longer here."
    if drift.bucket:
        yield f"`make bootstrap TARGET={target}` brings the bucket's settings back."
    if drift.deletions:
        yield f"`make doctor TARGET={target}` shows the command that takes a lifecycle rule out."


def _unread(drift: Drift, target: str) -> Iterator[str]:
    if unread := drift.unread:
        versions = "1 version" if len(unread) == 1 else f"{len(unread)} versions"
        verb = f"make verify TARGET={target}"
        yield f"Of {versions} not everything could be read; `{verb}` says what."
