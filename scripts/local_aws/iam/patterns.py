"""Wildcards and policy variables in a policy (IAM user guide, *Resource*, *Policy variables*).

`*` stands for any characters and `?` for one. A variable, `${key}` or `${key, 'default'}`, is
replaced by the request's value, whose own wildcards mean nothing; `${*}`, `${?}`, `${$}` are the
characters themselves. A variable without value and default makes the text match nothing.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Mapping

Context = Mapping[str, tuple[str, ...]]
"""Condition keys of a request in lower case, e.g. `aws:sourceaccount`, with their values."""

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_STAR, _MARK = "\ue000", "\ue001"  # a star and a question mark that are themselves
_SPECIAL = {"*": _STAR, "?": _MARK, "$": "$"}


def filled(text: str, context: Context) -> str | None:
    """The text with its variables replaced; None when one has no single value and no default."""
    if "${" not in text:
        return text
    missing: list[str] = []

    def value(found: re.Match[str]) -> str:
        name, _, default = found.group(1).partition(",")
        if name in _SPECIAL:
            return _SPECIAL[name]
        values = context.get(name.strip().lower(), ())
        if len(values) != 1:
            default = default.strip()
            if default.startswith("'") and default.endswith("'"):
                return _literal(default[1:-1])
            missing.append(name)
            return ""
        return _literal(values[0])

    replaced = _VARIABLE.sub(value, text)
    return None if missing else replaced


def _literal(text: str) -> str:
    return text.replace("*", _STAR).replace("?", _MARK)


def plain(text: str) -> str:
    """Filled text as it reads, for a comparison that knows no wildcards."""
    return text.replace(_STAR, "*").replace(_MARK, "?")


@functools.lru_cache(maxsize=16384)
def _compiled(pattern: str, fold: bool) -> re.Pattern[str]:
    kinds = {"*": ".*", "?": ".", _STAR: r"\*", _MARK: r"\?"}
    text = "".join(kinds.get(character) or re.escape(character) for character in pattern)
    return re.compile(text, re.DOTALL | (re.IGNORECASE if fold else 0))


def like(pattern: str, value: str, *, fold: bool = False) -> bool:
    """Whether a value matches a filled pattern.

    Args:
        pattern: With `*` and `?`.
        value: Taken literally.
        fold: Ignore case, as action names do.
    """
    return pattern == "*" or _compiled(pattern, fold).fullmatch(value) is not None


def arn_like(pattern: str, value: str) -> bool:
    """Whether an ARN matches part by part, as `ArnLike` compares (*Condition operators*)."""
    asked, given = pattern.split(":", 5), value.split(":", 5)
    return len(asked) == len(given) and all(map(like, asked, given))
