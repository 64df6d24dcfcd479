"""What changes in a product's template: form, outputs, resources, what a launch must be allowed."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from catalog.contract import Change, Difference, Face, Level, Section, face
from catalog.model import Product, Release
from catalog.releases import versions
from catalog.releases.packaging import parsed
from catalog.reviewing.review import Code, Remark, Topic, became
from catalog.rules.reading import text

Roles = Callable[[str], Callable[[str], bool] | None]
"""Name of a role that a product of the catalog makes -> whether an action is allowed to it, or left
out for a written reason."""


def needed(then: Release, now: Release) -> str:
    """The smallest honest step of the version: `major`, `minor`, `patch`, or `none`.

    Where an author accepts a smaller one, both are said; the reason is a remark of its own.
    """
    made = versions.step(now, then)
    if made is None:
        return "none"
    found, demanded = made.found.level, made.demanded.level
    return str(found) if found is demanded else f"{found}, accepted as {demanded}"


def remarks(then: Release, now: Release, roles: Roles) -> Iterator[Remark]:
    """What becomes of everything that people or other stacks see of it.

    Args:
        then: As the base makes it.
        now: As the change makes it.
        roles: By which launches are held against their role.
    """
    made = versions.step(now, then)
    old, new = face(parsed(then.template)), face(parsed(now.template))
    for each in made.found.differences if made else ():
        if each.section is Section.PERMISSION and each.change is Change.ADDED:
            yield _asked(now.product, each.details, roles)
        else:
            values = tuple(_values(each, old, new))
            said = (f"{each.reason};", *values) if values else (each.reason,)
            yield Remark(topic=_topic(each), subject=now.product.name, text=said)


def launched(now: Release, roles: Roles) -> Iterator[Remark]:
    """What the launch role lacks for everything in a template: of a new product, or a new role."""
    if now.product.launch_role:
        asked = _asked(now.product, face(parsed(now.template)).permissions.actions, roles)
        yield from [asked] if asked.topic is Topic.LACKING else ()


def _topic(each: Difference) -> Topic:
    if each.level is not Level.MAJOR:
        return Topic.FACE
    if each.section is Section.RESOURCE:
        found = {
            Change.REPLACED: Topic.REPLACED,
            Change.RENAMED: Topic.RENAMED,
            Change.UNGUARDED: Topic.DATA,
        }
        return found.get(each.change, Topic.CONTRACT)
    return Topic.CONTRACT


def _values(each: Difference, old: Face, new: Face) -> Iterator[str]:
    """What the properties that cannot change in place become, names among them."""
    for key in each.details:
        was, now = (_value(one, each.name, key) for one in (old, new))
        if was != now:
            yield from (f"{key}:", *became(was, now))


def _value(one: Face, name: str, key: str) -> str:
    resource = one.resources.get(name)
    values = resource.fixed.get(key, ()) if resource else ()
    return ", ".join(text(value) or "…" for value in values) or "(none)"


def _asked(product: Product, actions: tuple[str, ...], roles: Roles) -> Remark:
    """What a launch newly needs, held against the launch role."""
    name, may = product.launch_role, roles(product.launch_role)
    if may is None:
        text = ("nobody here makes", Code(name or "a role"), "so what it allows is not known")
        return Remark(topic=Topic.LACKING, subject=product.name, text=text)
    lacking = tuple(action for action in actions if not may(action))
    if not lacking:
        text = ("and", Code(name), "allows it")
        return Remark(topic=Topic.ASKED, subject=product.name, names=actions, text=text)
    text = ("missing in", Code(name), "by CloudFormation's schemas")
    return Remark(topic=Topic.LACKING, subject=product.name, names=lacking, text=text)
