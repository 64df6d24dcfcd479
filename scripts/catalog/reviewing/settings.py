"""What changes in `catalog.yaml`: where is published, and what every template is given."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from catalog.model import Settings
from catalog.reviewing.review import Code, Remark, Topic, became
from catalog.targets import Deployment, Target, UnitDeployment

_FIELDS = ("account", "bucket", "publisher", "access_role", "reader_role", "embedded")
_TABLES = ("test_accounts", "quotas")
_NONE = "(none)"
_Text = tuple[str, ...]


def remarks(then: Settings, now: Settings) -> Iterator[Remark]:
    """What changes in the settings; owners and tags show at the products they are on."""
    for name in sorted(then.targets.keys() | now.targets.keys()):
        old, new = then.targets.get(name), now.targets.get(name)
        texts = tuple(_changes(old, new)) if old and new else (_came_or_went(new),)
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


def _changes(old: Target, new: Target) -> Iterator[_Text]:
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
    before, after = _deployments(old), _deployments(new)
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            verb = "changes" if key in before and key in after else "is new"
            verb = verb if key in after else "is no longer here"
            yield "foundation:", Code(key), verb


def _deployments(target: Target) -> dict[str, Deployment | UnitDeployment]:
    return {each.place: each for each in target.foundation}


def _differing(
    old: Mapping[str, object], new: Mapping[str, object]
) -> Iterator[tuple[str, object, object]]:
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key, _NONE), new.get(key, _NONE)
        if was != now:
            yield key, was, now
