"""Versions in the world as tables to read. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from rich.table import Table
from rich.text import Text

from catalog.world.fleet import Running
from catalog.world.releases import Released
from catalog.world.verdicts import Mark, Verified

_SIGNS = {
    Mark.SAME: ("✓", "green"),
    Mark.UNKNOWN: ("?", "yellow"),
    Mark.DIFFERS: ("✗", "bold red"),
}
_FOLDED = {"Lives in": 14}
"""Columns that may go on below, and how narrow; all others hold names, which stay whole."""

_STATES = {"active": "green", "deprecated": "yellow", "inactive": "red", "gone": "dim"}


def releases(history: Iterable[Released]) -> Table:
    """The history as a table."""
    table = _table("Product", "Version", "Released", "Commit", "Digest", "State", "Lives in")
    for one in history:
        lives = Text(", ".join(one.lives) or "nowhere")
        for note in one.notes:
            lives.append(f"\n{note}", "yellow")
        table.add_row(
            one.product,
            one.version,
            one.released.isoformat(),
            _commit(one.commit),
            one.digest[:12] or "?",
            Text(one.state, _STATES[one.state]),
            lives,
        )
    return table


def fleet(running: Iterable[Running]) -> Table:
    """Who runs what, as a table."""
    table = _table(
        *("Product", "Version", "Account", "Region", "Project", "Door", "Owner", "Since", "Status")
    )
    for one in running:
        table.add_row(
            one.product,
            one.version,
            one.account,
            one.region,
            one.project or one.name,
            one.door,
            one.owner.rpartition(":")[2],
            f"{one.since:%Y-%m-%d}" if one.since else "?",
            one.status,
        )
    return table


def verified(found: Iterable[Verified]) -> Table:
    """What a verification came to, as a table that fits a terminal; `notes` says the rest."""
    table = _table("", "Product", "Version", "Region", "Commit", "Digest")
    for one in found:
        sign, style = _SIGNS[one.mark]
        table.add_row(
            Text(sign, style),
            one.product,
            one.version,
            one.region,
            _commit(one.commit),
            one.digest[:12] or "?",
        )
    return table


def notes(found: Iterable[Verified]) -> list[str]:
    """What differs, and what could not be read: a line for each."""
    return [
        f"{_SIGNS[one.mark][0]} {one.subject} in {one.region}: {note}"
        for one in found
        for note in one.notes
    ]


def verdict(found: Iterable[Verified]) -> str:
    """The last line of a verification."""
    marks = Counter(each.mark for each in found)
    if not marks:
        return "Nothing is published."
    words = {
        Mark.SAME: "as released",
        Mark.UNKNOWN: "not fully read",
        Mark.DIFFERS: "not as released",
    }
    return ", ".join(f"{marks[mark]} {word}" for mark, word in words.items() if marks[mark]) + "."


def _table(*headings: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        least = _FOLDED.get(heading)
        table.add_column(heading, overflow="fold", no_wrap=least is None, min_width=least)
    return table


def _commit(commit: str) -> str:
    """A commit as people read it; `+` says that the tree had changes nobody committed."""
    return commit[:12] + "+" * commit.endswith("+") if commit else "?"
