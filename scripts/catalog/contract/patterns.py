r"""Whether a regular expression takes at least what another takes, as far as their looks tell.

Two expressions of one build are compared part by part: a set such as `[a-z]` may have got more
letters, a count such as `{1,20}` wider bounds. An expression may also have become one of several
(`^(old|new)$`) or optional (`^(old)?$`). Whatever looks otherwise is nobody's to compute here.
"""

from __future__ import annotations

import re
import string
from functools import lru_cache

_PART = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]|\\.|\{\d+(?:,\d*)?\}|[*+?]|.", re.DOTALL)
_COUNT = re.compile(r"\{(\d+)(,?)(\d*)\}")
_COUNTS = {"*": (0.0, float("inf")), "+": (1.0, float("inf")), "?": (0.0, 1.0)}

_UNSAFE = re.compile(r"\(\?|\\[1-9kpPQE]|[*+?}]\+|&&|\[[^\]]*\[|[^\x00-\x7f]")
"""Look-around and back references, which may take less where a part takes more; what Java reads
otherwise than this does; letters beyond ASCII, of which only a few are tried here."""

_OLD = "\0"
"""Stands for the old expression within the new one."""


def takes_more(old: str, new: str) -> bool:
    """Whether everything that `old` takes is certainly taken by `new`.

    Both are as in `AllowedPattern`, which must match the whole value.
    """
    old, new = _bare(old), _bare(new)
    if _UNSAFE.search(old) or _UNSAFE.search(new):
        return False
    return old == new or _is_choice_of(old, new) or _part_by_part(old, new)


def _bare(pattern: str) -> str:
    return pattern.removeprefix("^").removesuffix("$")


def _is_choice_of(old: str, new: str) -> bool:
    """Whether `new` is `old|more`, `(old|more)` or `(old)?`; the old one may be in brackets."""
    if not old:
        return new.startswith("|")
    marked = new.replace(old, _OLD)
    if marked == f"{_OLD}?":
        return bool(re.fullmatch(r"\([^()]*\)", old))
    whole = re.fullmatch(r"\(([^()]*|\(\0\).*)\)\??", marked)
    return (whole[1] if whole else marked).split("|")[0] in {_OLD, f"({_OLD})"}


def _part_by_part(old: str, new: str) -> bool:
    before, after = _PART.findall(old), _PART.findall(new)
    return len(before) == len(after) and all(map(_part, before, after))


def _part(old: str, new: str) -> bool:
    if old == new:
        return True
    if _bounds(old) and _bounds(new):
        (least, most), (lower, higher) = _bounds(old), _bounds(new)
        return lower <= least and most <= higher
    sets = [part.startswith("[") or part in {r"\d", r"\w", "."} for part in (old, new)]
    return all(sets) and _letters(old) <= _letters(new)


def _bounds(part: str) -> tuple[float, ...]:
    if part in _COUNTS:
        return _COUNTS[part]
    hit = _COUNT.fullmatch(part)
    if not hit:
        return ()
    least = float(hit[1])
    return least, float(hit[3]) if hit[3] else float("inf") if hit[2] else least


@lru_cache(maxsize=256)
def _letters(part: str) -> frozenset[str]:
    """The letters of a set; one beyond ASCII stands for all that no set of ours names."""
    return frozenset(letter for letter in (*string.printable, "\u2603") if re.match(part, letter))
