"""What changes in `catalog.yaml`: where is published, and what every template is given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from catalog.model import Settings
from catalog.reviewing.review import Code, Remark, Topic, became
from catalog.targets import Deployment, Target, UnitDeployment

_FIELDS = ("account", "bucket", "publisher", "access_role", "reader_role", "embedded")
_TABLES = ("test_accounts", "quotas")
_NONE = "(none)"
_Text = tuple[str, ...]
_Deployments = Mapping[str, Deployment | UnitDeployment]

Hidden = Callable[[str, str], bool]
"""Whether nobody may read the value of a product's parameter: it has `NoEcho`, or nobody knows."""


def remarks(then: Settings, now: Settings, hidden: Hidden) -> Iterator[Remark]:
    """What changes in the settings; owners and tags show at the products they are on.

    Args:
        then: As the base has them.
        now: As they are after the change.
        hidden: Tells which parameters of foundation products nobody may read.
    """
    for name in sorted(then.targets.keys() | now.targets.keys()):
        old, new = then.targets.get(name), now.targets.get(name)
        texts = tuple(_changes(old, new, hidden)) if old and new else (_came_or_went(new),)
        topic = Topic.TARGET if new else Topic.GONE
        for text in texts:
            yield Remark(topic=topic, subject=f"target {name}", text=text)
    for name, was, is_ in _differing(then.values, now.values):
        text = became(was, is_)
        yield Remark(topic=Topic.WORDS, subject="values", names=(name,), text=text)


def _came_or_went(new: Target | None) -> _Text:
    if new is None:
        return ("nothing is published to it any more",)
    return "new: account", Code(new.account), "in", Code(", ".join(new.regions))


def _changes(old: Target, new: Target, hidden: Hidden) -> Iterator[_Text]:
    for field in _FIELDS:
        was, now = getattr(old, field), getattr(new, field)
        if was != now:
            yield f"{field.replace('_', ' ')}:", *became(was or _NONE, now or _NONE)
    if old.regions != new.regions:
        yield "regions:", *became(", ".join(old.regions), ", ".join(new.regions))
    for alias, was, now in _differing(old.ous, new.ous):
        yield "unit", Code(alias), "was", Code(was), "and is", Code(now)
    for field in _TABLES:
        for key, was, now in _differing(getattr(old, field), getattr(new, field)):
            yield field.replace("_", " "), Code(key), "was", Code(was), "and is", Code(now)
    yield from _foundation(_deployments(old), _deployments(new), hidden)


def _foundation(old: _Deployments, new: _Deployments, hidden: Hidden) -> Iterator[_Text]:
    """Deployments that come, go or change, and the values they are given."""
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        if now is None:
            yield "foundation:", Code(key), "is no longer here"
            continue
        if was is None or replace(was, parameters={}) != replace(now, parameters={}):
            yield "foundation:", Code(key), "changes" if was else "is new"
        given = was.parameters if was and was.product == now.product else {}
        for name, before, after in _differing(given, now.parameters):
            words = ("foundation:", Code(key), "parameter", Code(name))
            shown = not hidden(now.product, name)
            yield *words, *(became(before, after) if shown else ("has another value",))


def _deployments(target: Target) -> _Deployments:
    return {each.place: each for each in target.foundation}


def _differing(
    old: Mapping[str, object], new: Mapping[str, object]
) -> Iterator[tuple[str, object, object]]:
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key, _NONE), new.get(key, _NONE)
        if was != now:
            yield key, was, now
