"""Permissions gained and lost, as remarks: by holder and resource, wildcards apart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import groupby
from typing import Any

from catalog.access.reasons import Reasons
from catalog.errors import Refused
from catalog.releases.packaging import parsed
from catalog.reviewing.permissions import Permission, beyond, permissions
from catalog.reviewing.review import Code, Remark, Topic
from catalog.rules.reading import mapping


def in_templates(templates: Mapping[str, str], said: Reasons | None = None) -> set[Permission]:
    """The permissions of templates.

    Args:
        templates: What goes before the name of a holder, e.g. a file; empty for none -> text.
        said: Reasons of the product.
    """
    found: set[Permission] = set()
    for place, text in templates.items():
        found |= {_placed(each, place) for each in permissions(_read(text), said)}
    return found


def _read(text: str) -> Mapping[str, Any]:
    """A template's plain values; nothing of what is none, such as other YAML of a seed."""
    try:
        return mapping(parsed(text))
    except Refused:
        return {}


def remarks(subject: str, old: set[Permission], new: set[Permission]) -> Iterator[Remark]:
    """What a change gives and takes."""
    gained, lost = beyond(sorted(new), old), beyond(sorted(old), new)
    yield from _grouped(subject, Topic.WILDCARD, (each for each in gained if each.wild))
    more = [each for each in gained if each.widens and not each.wild]
    yield from _grouped(subject, Topic.GAINED, more)
    freed = [each for each in lost if not each.widens]
    yield from _grouped(subject, Topic.GAINED, freed, "no longer denied")
    yield from _grouped(subject, Topic.LOST, (each for each in lost if each.widens))
    bound = [each for each in gained if not each.widens]
    yield from _grouped(subject, Topic.LOST, bound, "now denied")


def _grouped(
    subject: str, topic: Topic, found: Iterable[Permission], note: str = ""
) -> Iterator[Remark]:
    """One remark for the actions that differ in nothing else."""

    def rest(each: Permission) -> tuple[str, ...]:
        return (
            each.holder,
            each.effect,
            each.principal,
            each.resource,
            each.condition,
            each.because,
        )

    for _, group in groupby(sorted(found, key=rest), key=rest):
        actions = list(group)
        yield Remark(
            topic=topic,
            subject=subject,
            names=tuple(each.action for each in actions),
            text=_told(actions[0], topic, note),
        )


def _told(one: Permission, topic: Topic, note: str) -> tuple[str, ...]:
    parts = ["for", Code(one.holder)]
    for word, value in (("by", one.principal), ("on", one.resource), ("where", one.condition)):
        parts += [word, Code(value)] if value else []
    parts += [f"({note})"] if note else []
    if topic is Topic.WILDCARD:
        parts.append(f"because: {one.because}" if one.because else "and nobody says why")
    return tuple(parts)


def _placed(each: Permission, place: str) -> Permission:
    return replace(each, holder=f"{each.holder} in {place}") if place else each
