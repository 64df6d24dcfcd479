"""One edit of one file, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a mutant changes."""

    EVENT = "event pattern"
    ORDER = "order of stages and actions"
    ROLE = "role"
    ARTIFACT = "artifact name"
    VARIABLE = "environment variable"
    CONDITION = "condition"
    POLICY = "policy statement"
    COMMAND = "command of a build"
    CODE = "line of code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """Characters `start` to `end` of a text, replaced.

    Args:
        kind: What it changes.
        start: Offset of the first character replaced.
        end: Offset behind the last one.
        text: What stands there instead.
    """

    kind: Kind
    start: int
    end: int
    text: str

    def applied(self, source: str) -> str:
        """The text with the edit in it."""
        return source[: self.start] + self.text + source[self.end :]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """An edit of a file that products are made of.

    Args:
        products: The products that the file is part of, by name.
        path: File, relative to the catalog's root.
        line: 1-based line the edit begins at.
        before: What it replaces, in one line.
        after: What stands there instead, in one line; empty for something removed.
        edit: The edit itself.
    """

    products: tuple[str, ...]
    path: str
    line: int
    before: str
    after: str
    edit: Edit

    @property
    def place(self) -> str:
        """`file:line`."""
        return f"{self.path}:{self.line}"

    @property
    def key(self) -> tuple[str, str]:
        """File and change, which stay what they are while lines move."""
        return self.path, self.change

    @property
    def change(self) -> str:
        """What was changed, in words."""
        return f"{self.before} → {self.after}" if self.after else f"without {self.before}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """Somebody who may notice: a name people know, and a command that fails when it does."""

    name: str
    command: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What came of a mutant.

    Args:
        noticed: What noticed it: `check`, a test, a rehearsal; empty when nobody did.
        words: What the one who noticed said, one line.
        seconds: How long it took.
        because: Why it may go unnoticed, as somebody wrote down; empty when nobody did.
    """

    mutant: Mutant
    noticed: str
    words: str = ""
    seconds: float = 0.0
    because: str = ""


def mutant(products: tuple[str, ...], path: str, source: str, edit: Edit) -> Mutant:
    """An edit with the words that people read."""
    return Mutant(
        products=products,
        path=path,
        line=source.count("\n", 0, edit.start) + 1,
        before=_short(source[edit.start : edit.end]),
        after=_short(edit.text),
        edit=edit,
    )


def _short(text: str, most: int = 90) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= most else f"{flat[: most - 1]}…"
