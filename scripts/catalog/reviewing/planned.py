"""What publishing a change would do to each target, planned without credentials.

Against the state saved by the last publish, where there is one; else as if what the change was made
from were published. Only what the change touches is planned: the rest is somebody else's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import groupby

from catalog import pipeline
from catalog.checking import Checked
from catalog.errors import Refused
from catalog.model import Catalog, Kind, Release
from catalog.planning.index import Lane
from catalog.publishing import report
from catalog.reviewing.review import Planned
from catalog.state import CatalogState
from catalog.targets import Target

AS_IF = "what the base wants, as if it were published"
NEW_TARGET = "an empty catalog: the target is new"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """A saved state, and where it comes from, in words."""

    state: CatalogState
    origin: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Where saved states are.

    Args:
        find: The one of a target's region; None where there is none.
        absent: What to say then: where it was looked for, and what to do.
    """

    find: Callable[[Target, str], Saved | None]
    absent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Half:
    """A catalog before or after a change, with the releases that were built of it."""

    catalog: Catalog
    releases: Mapping[str, Release]

    @property
    def checked(self) -> Checked:
        """As planning takes it: portfolios list only what was built."""
        listed = {n for n, r in self.releases.items() if r.product.kind is not Kind.FOUNDATION}
        portfolios = {
            name: replace(one, products=tuple(p for p in one.products if p in listed))
            for name, one in self.catalog.portfolios.items()
        }
        return Checked(
            catalog=replace(self.catalog, portfolios=portfolios),
            built={},
            releases=self.releases,
            touched={},
            findings=(),
        )


def plans(then: Half, now: Half, known: Known) -> tuple[Planned, ...]:
    """The plans of every target, regions with the same plan together.

    Args:
        then: Before the change.
        now: After it; what was built on either side is what the change touches.
        known: Finds saved states.
    """
    broken = now.catalog.products.keys() - now.releases.keys()
    then = replace(then, releases={n: r for n, r in then.releases.items() if n not in broken})
    targets = list(now.catalog.settings.targets.values())
    named = [target for target in targets if not target.embedded]
    return tuple(each for target in named or targets for each in _target(then, now, target, known))


def _target(then: Half, now: Half, target: Target, known: Known) -> Iterator[Planned]:
    made = [
        (region, plan)
        for region in target.regions
        if (plan := _region(then, now, target, region, known))
    ]
    for plan, same in groupby(made, key=lambda each: each[1]):
        regions = ", ".join(region for region, _ in same)
        yield replace(plan, where=f"{target.name} ({regions})")


def _region(then: Half, now: Half, target: Target, region: str, known: Known) -> Planned | None:
    """The plan of one region; None when the change does not reach its catalog."""
    saved = known.find(target, region)
    try:
        base, wanted = _base(then, target.name), pipeline.as_if_published(target, now.checked)
        if not (scope := _scope(base, wanted)):
            return None
        held = saved.state if saved else base
        here = replace(target, regions=(region,))
        (plan,) = pipeline.plans_against(here, now.checked, held, scope=scope).values()
    except Refused as fault:
        return Planned(where="", basis="nothing", actions=0, lines=(f"Not planned: {fault}",))
    aliases = {node: alias for alias, node in target.ous.items()}
    new = target.name not in then.catalog.settings.targets
    return Planned(
        where="",
        basis=saved.origin if saved else NEW_TARGET if new else f"{AS_IF}: {known.absent}",
        actions=len(plan.actions),
        lines=tuple(report.plan_lines(plan, aliases)),
        refusals=plan.refusals if saved else (),
    )


def _base(then: Half, name: str) -> CatalogState:
    """What the base wants of a target; nothing when it does not know it."""
    target = then.catalog.settings.targets.get(name)
    return pipeline.as_if_published(target, then.checked) if target else CatalogState()


def _scope(then: CatalogState, now: CatalogState) -> frozenset[Lane]:
    """What differs: all products that were built, for only such are, and portfolios."""
    names = then.portfolios.keys() | now.portfolios.keys()
    differing = {n for n in names if then.portfolios.get(n) != now.portfolios.get(n)}
    built = then.products.keys() | now.products.keys()
    return frozenset(
        {*(("product", name) for name in built), *(("portfolio", name) for name in differing)}
    )
