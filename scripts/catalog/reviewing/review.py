"""The words of a review: what a change does to a catalog, as values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from catalog.findings import Finding
from catalog.planning.plans import Refusal


class Topic(Enum):
    """What a remark is about, in the order in which people should read: dangers first."""

    GONE = "no longer here"
    REPLACED = "replaced in running projects"
    DATA = "data is lost or guarded less"
    CONTRACT = "may break those who use it"
    RENAMED = "physical name changes"
    KIND = "kind changes"
    ROLE = "launch role changes"
    WILDCARD = "new wildcard"
    GAINED = "permission gained"
    LACKING = "launch role lacks permissions"
    PRINCIPALS = "who may launch"
    SHARED = "reach grows"
    TARGET = "target changes"
    ACCEPTED = "exception accepted"
    RETIRED = "versions retired"
    REWRITTEN = "changelog rewritten"
    LOST = "permission lost"
    NEW = "new"
    SHRUNK = "reach shrinks"
    ASKED = "launch role is asked for more"
    FACE = "template changes"
    CODE = "code changes"
    WORDS = "description changes"

    @property
    def danger(self) -> bool:
        """Whether a reviewer should look at it before anything else."""
        return self in _DANGERS


_DANGERS = frozenset(list(Topic)[: list(Topic).index(Topic.LOST)])


class Code(str):
    """A part of a text that is shown as code: what somebody wrote, letter by letter."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that a change does.

    Args:
        subject: Product, portfolio or target it is about.
        names: What it is about there, e.g. a parameter or actions.
        text: The rest of the sentence, part by part; may be empty.
    """

    topic: Topic
    subject: str
    names: tuple[str, ...] = ()
    text: tuple[str, ...] = ()


def became(old: object, new: object) -> tuple[str, ...]:
    """The parts of a text that say what became of what."""
    return Code(old), "→", Code(new)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A product's version before and after.

    Args:
        title: As people see it.
        before: Version before; empty when the product is new.
        after: Version after; empty when the product is gone or cannot be built.
        needed: Smallest honest step: `major`, `minor`, `patch`, `none`, or `… accepted as …`; empty
            where there are not two releases to compare.
        chosen: The step taken: `major`, `minor`, `patch`, `none` or `down`.
        digest: Of the release, 64 hex digits; empty as `after` is.
        reach: Portfolios that offer it -> OU aliases they are shared with, as text.
    """

    product: str
    title: str
    before: str
    after: str
    needed: str = ""
    chosen: str = ""
    digest: str = ""
    reach: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What publishing would do to a target.

    Args:
        where: Target and regions with the same plan.
        basis: What it was planned against.
        actions: How many.
        lines: The plan, to read.
        refusals: What the saved state of what is published speaks against.
    """

    where: str
    basis: str
    actions: int
    lines: tuple[str, ...]
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What a change does.

    Args:
        base: The commit it was held against.
        findings: Those that stop a publish; what else stops one is said by the plans.
        steps: Of every product that changes.
        remarks: Everything to say, in any order.
        plans: By target.
        same: How many products are touched and come out the same.
    """

    base: str
    findings: tuple[Finding, ...] = ()
    steps: tuple[Step, ...] = ()
    remarks: tuple[Remark, ...] = ()
    plans: tuple[Planned, ...] = ()
    same: int = 0

    @property
    def dangers(self) -> tuple[Remark, ...]:
        """What to look at first, worst first."""
        return tuple(each for each in self.ordered if each.topic.danger)

    @property
    def rest(self) -> tuple[Remark, ...]:
        """Everything else."""
        return tuple(each for each in self.ordered if not each.topic.danger)

    @property
    def ordered(self) -> tuple[Remark, ...]:
        """The remarks by topic, then subject."""
        order = list(Topic)
        return tuple(sorted(self.remarks, key=lambda r: (order.index(r.topic), r.subject)))

    @property
    def refusals(self) -> tuple[tuple[str, Refusal], ...]:
        """Where a publish is refused, and why."""
        return tuple((each.where, one) for each in self.plans for one in each.refusals)

    @property
    def empty(self) -> bool:
        """Whether the change does nothing to anybody."""
        acts = any(planned.actions for planned in self.plans)
        stops = self.findings or self.refusals
        return not (stops or self.steps or self.remarks or acts)
