"""What changes in a product's manifest: what people read, who launches, which versions retire."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.model import Lifecycle, Product, VersionState
from catalog.reviewing.reach import tags
from catalog.reviewing.review import Remark, Topic, became


def remarks(then: Product, now: Product) -> Iterator[Remark]:
    """What changes but the template and the code."""
    name = now.name
    if then.kind is not now.kind:
        yield Remark(topic=Topic.KIND, subject=name, text=became(then.kind, now.kind))
    if then.launch_role != now.launch_role:
        text = became(then.launch_role or "(none)", now.launch_role or "(none)")
        yield Remark(topic=Topic.ROLE, subject=name, text=text)
    for field in ("title", "summary", "owner"):
        was, new = getattr(then, field), getattr(now, field)
        if was != new:
            was, new = getattr(was, "name", was), getattr(new, "name", new)
            words = (f"{field}:", *became(was, new))
            yield Remark(topic=Topic.WORDS, subject=name, text=words)
    yield from tags(name, then.tags, now.tags)
    for entry in now.allow:
        if entry not in then.allow:
            what = (f"{entry.rule} at {entry.place}",)
            yield Remark(topic=Topic.ACCEPTED, subject=name, names=what, text=(entry.because,))
    for accepted in now.contract:
        if accepted not in then.contract:
            what = (f"{accepted.accept} for {accepted.version}",)
            yield Remark(topic=Topic.ACCEPTED, subject=name, names=what, text=(accepted.because,))
    yield from _lifecycle(then, now)


def _lifecycle(then: Product, now: Product) -> Iterator[Remark]:
    for rule in now.lifecycle:
        if rule not in then.lifecycle:
            text = f"become {rule.state} on {rule.since}: {rule.because}{_instead(rule)}"
            yield _retired(now, rule, text)
    for rule in then.lifecycle:
        if rule not in now.lifecycle:
            yield _retired(now, rule, f"are no longer {rule.state}")


def _retired(now: Product, rule: Lifecycle, text: str) -> Remark:
    hidden = " They can then be neither launched nor updated to."
    text += hidden if rule.state is VersionState.INACTIVE and "become" in text else ""
    return Remark(topic=Topic.RETIRED, subject=now.name, names=(rule.versions,), text=(text,))


def _instead(rule: Lifecycle) -> str:
    return f" Use {rule.use}." if rule.use else ""
