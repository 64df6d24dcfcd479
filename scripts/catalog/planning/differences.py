"""How two values differ, in words: the reason of an action. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping


def changes(want: object, have: object, names: Iterable[str]) -> str:
    """The fields that differ, old and new value; empty when none does."""
    differing = ((n, getattr(have, n), getattr(want, n)) for n in names)
    return "; ".join(
        _tag_changes(old, new) if name == "tags" else f"{name}: {_short(old)} -> {_short(new)}"
        for name, old, new in differing
        if old != new
    )


def _tag_changes(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    return "; ".join(
        f"tag {key}: {_short(old.get(key, 'none'))} -> {_short(new.get(key, 'none'))}"
        for key in sorted(old.keys() | new.keys())
        if old.get(key) != new.get(key)
    )


def _short(value: object) -> str:
    text = " ".join(str(value).split()) if value != "" else "(empty)"
    return text if len(text) <= 60 else text[:57] + "..."
