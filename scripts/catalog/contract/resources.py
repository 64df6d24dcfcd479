"""What is made: resources that go, that an update replaces, and names by which they are known."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.contract.differences import Change, Difference, Level, Section
from catalog.contract.face import RENAMED_IN_PLACE, FacedResource
from catalog.contract.following import followers
from catalog.contract.guarding import losses
from catalog.contract.guards import BY_TYPE
from catalog.contract.meaning import Meaning, mentions, same

Resources = Mapping[str, FacedResource]
Step = tuple[Level, Change, str, tuple[str, ...]]

SNAPSHOTS = frozenset(
    {
        "AWS::ApiGateway::Deployment",
        "AWS::Lambda::LayerVersion",
        "AWS::Lambda::Version",
        "AWS::SageMaker::EndpointConfig",
        "AWS::SageMaker::Model",
        "AWS::SageMaker::StudioLifecycleConfig",
    }
)
"""Types that are replaced to change anything, and that others follow by reference: nobody notices
that one is new, unless it would have to be so under the name it had."""

KEEPING = {"Delete": 0, "Snapshot": 1, "Retain": 2, "RetainExceptOnCreate": 2}
"""How much of a resource a policy keeps."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Two:
    """A resource as it was and as it is, and how to read their values."""

    name: str
    old: FacedResource
    new: FacedResource
    before: Meaning
    after: Meaning


def compare(
    old: Resources, new: Resources, before: Meaning, after: Meaning
) -> Iterator[Difference]:
    """The differences of two sections of resources."""
    found = tuple(_own(old, new, before, after))
    yield from found
    moved = {each.name for each in found if each.change in {Change.REPLACED, Change.RENAMED}}
    for name, key, other in followers(new, moved, after):
        if name in old and key in old[name].fixed:
            level = Level.PATCH if _follows(old[name], new[name]) else Level.MAJOR
            reason = f"{name} is replaced with {other}: its {key} refers to it"
            yield _difference(name, (level, Change.REPLACED, reason, (key,)))


def _own(old: Resources, new: Resources, before: Meaning, after: Meaning) -> Iterator[Difference]:
    """What each resource does by itself."""
    renamed = dict(_renamed(old, new, before, after))
    for name, was in old.items():
        if name in new:
            two = _Two(name=name, old=was, new=new[name], before=before, after=after)
            steps = _steps(two)
        elif name in renamed:
            steps = iter([_moved(name, renamed[name], was)])
        else:
            steps = _gone(name, was) if before.there(was.condition) is not False else iter(())
        yield from (_difference(name, step) for step in steps)
    for name in new:
        if name not in old and name not in renamed.values():
            yield _difference(name, (Level.MINOR, Change.ADDED, f"{name} is new", ()))


def _difference(name: str, step: Step) -> Difference:
    level, change, reason, details = step
    return Difference(
        level=level,
        section=Section.RESOURCE,
        change=change,
        name=name,
        reason=reason,
        details=details,
    )


# --- Gone ---------------------------------------------------------------------------------------


def _renamed(
    old: Resources, new: Resources, before: Meaning, after: Meaning
) -> Iterator[tuple[str, str]]:
    """Old logical id -> new one, where the same thing stands under another."""
    added = {name: one for name, one in new.items() if name not in old}
    for name, was in old.items():
        if name in new:
            continue
        meant = before.of(was.properties)
        for other, now in added.items():
            if now.type == was.type and same(meant, after.of(now.properties)):
                yield name, other
                del added[other]
                break


def _moved(name: str, other: str, was: FacedResource) -> Step:
    level = Level.PATCH if was.type in SNAPSHOTS and not was.known_by else Level.MAJOR
    return level, Change.REPLACED, f"{name} is replaced: it is made anew as {other}", ()


def _gone(name: str, was: FacedResource) -> Iterator[Step]:
    words = {
        "kept": f"{name} leaves the stack and stays",
        "data": f"{name} is gone, with the data it holds",
        "name": f"{name} is gone, which others know by its {was.known_by}",
        "": f"{name} is gone",
    }
    level, why = _loss(was)
    yield level, Change.GONE, words[why], ()


def _loss(was: FacedResource) -> tuple[Level, str]:
    """What it weighs when a resource goes, and why."""
    if was.retained:
        return Level.MINOR, "kept"
    if was.stateful:
        return Level.MAJOR, "data"
    return (Level.MAJOR, "name") if was.known_by else (Level.MINOR, "")


# --- Still there --------------------------------------------------------------------------------


def _steps(two: _Two) -> Iterator[Step]:
    if two.old.type != two.new.type:
        reason = f"{two.name} cannot become an {two.new.type}: an update refuses another type"
        yield Level.MAJOR, Change.REPLACED, reason, ()
        return
    yield from _fixed(two)
    yield from _guards(two)
    yield from _presence(two)
    if two.old.stateful:
        yield from _policies(two)


def _fixed(two: _Two) -> Iterator[Step]:
    changed = tuple(key for key in {**two.old.fixed, **two.new.fixed} if not _same(two, key))
    if not changed:
        return
    what, through = " and ".join(changed), _through(two, changed)
    if changed == (RENAMED_IN_PLACE.get(two.old.type),):
        reason = f"{two.name} is renamed: {what} changes{through}, and others know it by that"
        yield Level.MAJOR, Change.RENAMED, reason, changed
        return
    named = two.old.known_by if two.old.known_by == two.new.known_by else ""
    if named and named not in changed:
        reason = f"{two.name} cannot be replaced under its {named}: {what} cannot change in place"
        yield Level.MAJOR, Change.REPLACED, reason + through, changed
        return
    level = Level.PATCH if two.old.type in SNAPSHOTS else Level.MAJOR
    reason = f"{two.name} is replaced: {what} cannot change in place{through}"
    yield level, Change.REPLACED, reason, changed


def _same(two: _Two, key: str) -> bool:
    if key not in two.old.fixed or key not in two.new.fixed:
        return False  # a property that needs a replacement, added or removed, replaces
    return same(two.before.of(two.old.fixed[key]), two.after.of(two.new.fixed[key]))


def _follows(old: FacedResource, new: FacedResource) -> bool:
    """Whether nobody notices a replacement but what refers to it."""
    return old.type in SNAPSHOTS and not (old.known_by or new.known_by)


def _through(two: _Two, changed: tuple[str, ...]) -> str:
    """The mappings and conditions that make a value another, where it is written as before."""
    names = {
        name
        for key in changed
        if two.old.fixed.get(key) == two.new.fixed.get(key)
        for name in mentions(two.new.fixed[key])
        if _defined(two.before, name) != _defined(two.after, name)
    }
    return f" (through {', '.join(sorted(names))})" if names else ""


def _defined(meaning: Meaning, name: str) -> Any:
    return meaning.conditions.get(name), meaning.mappings.get(name)


def _guards(two: _Two) -> Iterator[Step]:
    if two.old.type not in BY_TYPE:
        return
    old, new = two.before.of(two.old.properties), two.after.of(two.new.properties)
    for loss in losses(two.old.type, old, new):
        yield Level.MAJOR, Change.UNGUARDED, f"{two.name} {loss}", ()


def _presence(two: _Two) -> Iterator[Step]:
    was, now = two.before.there(two.old.condition), two.after.there(two.new.condition)
    if was is False or same(was, now):
        return
    if now is True:
        yield Level.MINOR, Change.WIDENED, f"{two.name} is always there", ()
        return
    level, why = _loss(two.old)
    held = ", with the data it holds" if why == "data" else ""
    reason = f"{two.name} may go{held}: the condition {two.new.condition} decides about it"
    yield level, Change.OPTIONAL, reason, ()


def _policies(two: _Two) -> Iterator[Step]:
    for policy, was in two.old.policies.items():
        now = two.new.policies[policy]
        step = KEEPING.get(now, 0) - KEEPING.get(was, 0)
        if step < 0:
            reason = f"{two.name} is no longer kept: its {policy} becomes {now}"
            yield Level.MAJOR, Change.UNGUARDED, reason, ()
        elif step > 0:
            reason = f"{two.name} is kept: its {policy} becomes {now}"
            yield Level.MINOR, Change.WIDENED, reason, ()
