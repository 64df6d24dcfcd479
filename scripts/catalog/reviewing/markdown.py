"""Text of others in a comment: it stays text, whatever it holds.

What GitHub makes of Markdown beyond the standard: tables, bare links, mentions, references to
issues, and HTML (GitHub Flavored Markdown specification; *Basic writing and formatting syntax*).
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Sequence

LIMIT = 65_536
"""Characters of a comment on GitHub."""

_WALL = "\N{WORD JOINER}"
"""Has no width, and keeps apart what GitHub would read as one: the `@` and a name, for example."""

_SPECIAL = re.compile(r"[\\`*_\[\]|~$<>&]")
_LINKED = re.compile(r"(@|#|:(?=//)|www(?=\.)|GH(?=-))", re.IGNORECASE)
_ENTITY = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "|": "&vert;"}
_TICKS = re.compile(r"`+")


def prose(text: str) -> str:
    """Text as it reads, on one line: nothing in it is markup, a link, a mention or HTML."""
    one = " ".join(_visible(text).split())
    return _unlinked(_SPECIAL.sub(lambda hit: _ENTITY.get(hit[0], f"\\{hit[0]}"), one))


def code(text: str) -> str:
    """Text as a code span on one line."""
    one = " ".join(_visible(text).split()) or " "
    fence = "`" * (_longest(one) + 1)
    pad = " " if one.startswith("`") or one.endswith("`") else ""
    return f"{fence}{pad}{one}{pad}{fence}"


def block(lines: Iterable[str]) -> str:
    """Lines as a code block that nothing in them ends."""
    held = "\n".join(_visible(line) for each in lines for line in each.splitlines() or [""])
    fence = "`" * max(3, _longest(held) + 1)
    return f"{fence}text\n{held}\n{fence}"


def table(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of plain texts."""
    lines = [headings, ["---"] * len(headings), *(map(prose, cells) for cells in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def folded(summary: str, inner: str) -> str:
    """Something that opens with a click; `summary` is plain text, `inner` Markdown already."""
    head = _unlinked(html.escape(" ".join(_visible(summary).split()), quote=False))
    return f"<details><summary>{head}</summary>\n\n{inner}\n\n</details>"


def _unlinked(text: str) -> str:
    return _LINKED.sub(lambda hit: f"{hit[0]}{_WALL}", text)


def _longest(text: str) -> int:
    return max((len(run) for run in _TICKS.findall(text)), default=0)


def _visible(text: str) -> str:
    """The text without control characters, and without those that turn its direction round."""
    return "".join(
        c if c.isprintable() or c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text
    )
