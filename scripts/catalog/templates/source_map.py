"""From a rendered line back to the line somebody wrote, through includes, macros and loops.

Every newline a template writes is preceded by a marker that names file and line; the marked text is
rendered beside the plain one and only tells where its lines come from. What is published is always
the plain rendering, so no filter can be disturbed by a marker it sees.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from catalog.model import SourceLine

_START, _ZERO, _BASE = "\ue000", 0xE100, 256
_MARK = re.compile(f"{_START}([\ue100-\ue1ff]{{4}})")
_MAX = _BASE * _BASE - 1

_numbers: dict[str, int] = {}
"""File -> its number in markers, for as long as the process lives: compiled templates are kept."""


class Marking(Extension):
    """Marks the newlines of every template of an environment."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The tokens of one template, markers in its data."""
        index = _numbers.setdefault(stream.filename or stream.name or "", len(_numbers))
        for token in stream:
            if token.type == "data":
                yield Token(token.lineno, "data", _marked(token.value, index, token.lineno))
            else:
                yield token


def _marked(text: str, file: int, line: int) -> str:
    first, *rest = text.split("\n")
    marked = [first]
    for offset, part in enumerate(rest):
        # A line that is blank in the source stays so: filters such as indent look at that.
        blank = offset > 0 and not marked[-1].strip()
        mark = "" if blank else _mark(file, line + offset)
        marked[-1] += mark
        marked.append(part)
    return "\n".join(marked)


def _mark(file: int, line: int) -> str:
    digits = (*divmod(min(file, _MAX), _BASE), *divmod(min(line, _MAX), _BASE))
    return _START + "".join(chr(_ZERO + digit) for digit in digits)


def origins(plain: str, marked: str, main: str) -> tuple[SourceLine, ...]:
    """Where each line of a text was written.

    Args:
        plain: The text, rendered without markers.
        marked: The same, rendered with them.
        main: File whose first line is the origin of a text without any marker.

    Returns:
        The origin of line n of `plain` at n - 1. A line that an expression made alone has the
        origin of the line that follows it.
    """
    lines = marked.split("\n")
    files = list(_numbers)
    known = [_origin(line, files) for line in lines]
    following = known[-1] or next((o for o in reversed(known) if o), None)
    for n in range(len(known) - 1, -1, -1):
        following = known[n] or following
        known[n] = following
    nowhere = SourceLine(file=main, line=1)
    found = [origin or nowhere for origin in known]
    return tuple(_aligned(plain.split("\n"), [_MARK.sub("", line) for line in lines], found))


def _origin(line: str, files: Sequence[str]) -> SourceLine | None:
    hits: list[Any] = _MARK.findall(line)
    if not hits:
        return None
    upper, lower, high, low = (ord(digit) - _ZERO for digit in hits[-1])
    return SourceLine(file=files[upper * _BASE + lower], line=high * _BASE + low)


def _aligned(
    plain: list[str], stripped: list[str], found: list[SourceLine]
) -> Iterator[SourceLine]:
    """Origins for `plain`; they differ only where a filter counted or compared marked text."""
    if len(plain) == len(stripped):
        yield from found
        return
    matcher = SequenceMatcher(None, stripped, plain, autojunk=False)
    for _, from_marked, to_marked, from_plain, to_plain in matcher.get_opcodes():
        for n in range(to_plain - from_plain):
            yield found[max(0, min(from_marked + n, to_marked - 1, len(found) - 1))]
