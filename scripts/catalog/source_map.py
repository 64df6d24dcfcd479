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

from jinja2 import Environment
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream

from catalog.model import SourceLine

_START, _ZERO, _BASE = "\ue000", 0xE100, 256
_MARK = re.compile(f"{_START}([\ue100-\ue1ff])([\ue100-\ue1ff])([\ue100-\ue1ff])")
_MAX_LINE = _BASE * _BASE - 1


class Marking(Extension):
    """Marks the newlines of every template of an environment; `files` lists the templates met."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        self.files: list[str] = []

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """The tokens of one template, markers in its data."""
        file = stream.filename or stream.name or ""
        if file not in self.files:
            self.files.append(file)
        index = min(self.files.index(file), _BASE - 1)
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
    high, low = divmod(min(line, _MAX_LINE), _BASE)
    return _START + "".join(chr(_ZERO + digit) for digit in (file, high, low))


def origins(plain: str, marked: str, files: Sequence[str]) -> tuple[SourceLine, ...]:
    """Where each line of a text was written.

    Args:
        plain: The text, rendered without markers.
        marked: The same, rendered with them.
        files: What `Marking` collected.

    Returns:
        The origin of line n of `plain` at n - 1. A line that an expression made alone has the
        origin of the line that follows it.
    """
    lines = marked.split("\n")
    known = [_origin(line, files) for line in lines]
    following = known[-1] or next((o for o in reversed(known) if o), None)
    for n in range(len(known) - 1, -1, -1):
        following = known[n] or following
        known[n] = following
    nowhere = SourceLine(file=files[0] if files else "", line=1)
    found = [origin or nowhere for origin in known]
    return tuple(_aligned(plain.split("\n"), [_MARK.sub("", line) for line in lines], found))


def _origin(line: str, files: Sequence[str]) -> SourceLine | None:
    hits: list[Any] = _MARK.findall(line)
    if not hits:
        return None
    file, high, low = (ord(digit) - _ZERO for digit in hits[-1])
    return SourceLine(file=files[file], line=high * _BASE + low)


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
