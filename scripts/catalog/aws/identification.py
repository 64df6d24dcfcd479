"""Which live portfolios and products are ours: by the index, by identity tag, never by name alone.

Names in Service Catalog are not unique and listings carry no tags. An id that the index remembers
is looked at directly; anything else is ours only when it carries our identity tag. What bears the
title of something we are about to create, but not our tag, is a stranger: it is left alone, and
nothing is created beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from catalog.aws.live import Live
from catalog.aws.tagging import Tagging
from catalog.errors import Refused, ServiceFault
from catalog.planning.index import Entry
from catalog.publishing.waiting import Patience, until

GONE = "ResourceNotFoundException"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One sort of thing to identify.

    Args:
        noun: `portfolio` or `product`, for messages.
        tag: Identity tag key.
        titles: Name -> title of everything wanted.
        entries: Name -> what the index remembers.
        describe: A direct look at an id, with tags.
        patience: Before what is remembered counts as gone.
        covers: Whether a name is to be looked at directly when no listing shows it.
    """

    noun: str
    tag: str
    titles: Mapping[str, str]
    entries: Mapping[str, Entry]
    describe: Callable[[str], Live]
    patience: Patience
    covers: Callable[[str], bool]

    @property
    def remembered(self) -> bool:
        """Whether the index knows everything wanted, so that nothing else needs a name."""
        return all(name in self.entries and self.entries[name].id for name in self.titles)


def identified(shelf: Shelf, listed: Iterable[Live], tagging: Tagging) -> dict[str, Live]:
    """Name -> live thing, for everything wanted or once published that exists.

    Args:
        shelf: What is looked for.
        listed: Everything the listing shows.
        tagging: For the tags of what the index does not know.

    Raises:
        Refused: A title is taken by a stranger, or two things claim one name.
    """
    by_id = {live.id: live for live in listed}
    ids = {name: entry.id for name, entry in shelf.entries.items() if entry.id}
    found = {name: by_id.pop(identity) for name, identity in ids.items() if identity in by_id}
    unseen = {name: i for name, i in ids.items() if name not in found and shelf.covers(name)}
    found |= _remembered(shelf, unseen)
    if not shelf.remembered:
        strangers = _claims(shelf, by_id.values(), tagging, found)
        _rename(shelf, found)
        _refuse_strangers(shelf, strangers, found)
    return found


def _remembered(shelf: Shelf, unseen: Mapping[str, str]) -> dict[str, Live]:
    """Things that were there: not found at first may only mean not seen yet."""
    found: dict[str, Live] = {}

    def look() -> bool | None:
        for name in unseen.keys() - found.keys():
            if (live := _direct(shelf, unseen[name])) is not None:
                found[name] = live
        return True if len(found) == len(unseen) else None

    until(look, shelf.patience)
    return found


def _direct(shelf: Shelf, identity: str) -> Live | None:
    try:
        return shelf.describe(identity)
    except ServiceFault as fault:
        if fault.code == GONE:
            return None
        raise


def _claims(
    shelf: Shelf, unknown: Iterable[Live], tagging: Tagging, found: dict[str, Live]
) -> list[Live]:
    """Put what carries our tag into `found`; the rest is returned.

    The tagging API may lag behind: what it does not know, and could be ours by its title or
    because there is no index, is looked at directly.
    """
    candidates = list(unknown)
    tags = tagging.tags(live.arn for live in candidates)
    claimed: dict[str, list[Live]] = {}
    strangers = []
    for live in candidates:
        name = tags.get(live.arn, {}).get(shelf.tag)
        doubtful = live.title in shelf.titles.values() or not (shelf.entries or live.arn in tags)
        if name is None and doubtful:
            name = _own_tags(shelf, live).get(shelf.tag)
        if name is None:
            strangers.append(live)
        elif name not in found:
            claimed.setdefault(name, []).append(live)
    for name, claimants in claimed.items():
        found[name] = _only(shelf, name, claimants)
    return strangers


def _own_tags(shelf: Shelf, live: Live) -> Mapping[str, str]:
    looked = _direct(shelf, live.id)
    return (looked.tags if looked else None) or {}


def _only(shelf: Shelf, name: str, claimants: list[Live]) -> Live:
    exact = [live for live in claimants if live.title == shelf.titles.get(name)]
    chosen = exact if exact else claimants
    if len(chosen) > 1:
        ids = ", ".join(sorted(live.id for live in chosen))
        raise Refused(
            f"Several {shelf.noun}s carry the tag {shelf.tag}={name}: {ids}.",
            f"Take the tag {shelf.tag} off all but the one that is {shelf.noun} {name}.",
        )
    return chosen[0]


def _rename(shelf: Shelf, found: dict[str, Live]) -> None:
    """Give what was renamed here its new name in `found`: it would be twinned otherwise.

    A name that nobody has yet takes over the thing of the same title whose own name is no longer
    wanted. Its identity tag is then corrected like any other tag.
    """
    for name in shelf.titles.keys() - found.keys():
        orphans = {old: found[old].title for old in found.keys() - shelf.titles.keys()}
        if former := former_name(shelf.noun, shelf.tag, name, shelf.titles[name], orphans):
            found[name] = found.pop(former)


def former_name(noun: str, tag: str, name: str, title: str, orphans: Mapping[str, str]) -> str:
    """The name that a thing had before it was renamed to one that nobody has; empty for a new one.

    Args:
        noun: Portfolio or product.
        tag: That holds its name.
        name: Its name now.
        title: Its title, by which it is known.
        orphans: Name -> title of what lives and is no longer wanted by that name.

    Raises:
        Refused: Several have the title.
    """
    former = sorted(old for old, held in orphans.items() if held == title)
    if len(former) > 1:
        raise Refused(
            f"{noun} {name} may be any of {', '.join(former)}: all are titled '{title}'.",
            f"Set the tag {tag}={name} on the one that it is, or change its title.",
        )
    return former[0] if former else ""


def _refuse_strangers(shelf: Shelf, strangers: list[Live], found: Mapping[str, Live]) -> None:
    names = {title: name for name, title in shelf.titles.items() if name not in found}
    for live in strangers:
        if live.title in names:
            name = names[live.title]
            raise Refused(
                f"A {shelf.noun} titled '{live.title}' exists ({live.id}) that we did not make.",
                f"Give it the tag {shelf.tag}={name} to adopt it, or change the title of {name}.",
            )
