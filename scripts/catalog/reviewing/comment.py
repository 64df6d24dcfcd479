"""A review as one Markdown comment, dangers first. What does not fit is cut from its end, and said.

The first line is a marker that nobody sees, by which the comment of an earlier push is found and
edited.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import starmap

from catalog.findings import Finding
from catalog.planning.plans import Refusal
from catalog.reviewing.markdown import LIMIT, block, code, folded, prose, table
from catalog.reviewing.review import Code, Planned, Remark, Review, Step

MARKER = "<!-- catalog review -->"
NOTHING = "This change does nothing to the catalog: no product, portfolio or target differs."

_CUT = "…and {} more, which would not fit into a comment."
_MOST, _NAMES = 1_000, 50
"""Characters shown of a text, and names of a list: one thing that is long hides no other."""

_ROOM = 400
"""Characters kept for saying what was cut."""


def comment(review: Review, limit: int = LIMIT) -> str:
    """The whole comment.

    Args:
        review: What to say.
        limit: Characters it may have; the plans are cut first, then the end of each list.
    """
    head = [MARKER, f"## Catalog review\n\n{_summary(review)}"]
    if review.empty:
        return "\n".join(head) + "\n"
    room = limit - sum(map(len, head)) - 8
    parts = [*head, *_fitting(_sections(review), room)]
    used = sum(len(part) + 2 for part in parts)
    parts += _plans(review.plans, limit - used)
    return f"{parts[0]}\n" + "\n\n".join(parts[1:]) + "\n"


# --- what it says -------------------------------------------------------------------------------


def _summary(review: Review) -> str:
    against = f"Held against {code(review.base[:12])}."
    if review.empty:
        same = _many(review.same, "product it touches comes", "products it touches come")
        return f"{NOTHING} {f'The {same} out the same. ' if review.same else ''}{against}"
    stops = len(review.findings) + len(review.refusals)
    said = [
        *_count(stops, "finding stops", "findings stop", " a publish"),
        *_count(len(review.dangers), "thing", "things", " to look at"),
        *_count(len(review.steps), "product changes", "products change"),
    ]
    same = (
        f" {_many(review.same, 'more product is', 'more products are')} touched and the same."
        if review.same
        else ""
    )
    return f"**{', '.join(said) or 'Nothing to look at first'}.**{same} {against}"


def _count(count: int, one: str, more: str, rest: str = "") -> Iterator[str]:
    if count:
        yield f"{_many(count, one, more)}{rest}"


def _many(count: int, one: str, more: str) -> str:
    return f"{count} {one if count == 1 else more}"


def _sections(review: Review) -> Iterator[tuple[str, list[str]]]:
    """Heading -> lines, in the order of their weight."""
    stops = (_finding(each) for each in review.findings)
    yield "### Stops a publish", [*stops, *starmap(_refusal, review.refusals)]
    yield "### Look at this", list(_remarks(review.dangers))
    yield "### Products", _steps(review.steps)
    yield "### Also", list(_remarks(review.rest))


def _finding(finding: Finding) -> str:
    remedy = f" {prose(_short(finding.remedy))}" if finding.remedy else ""
    message = prose(_short(finding.message))
    return f"- {finding.rule} at {code(finding.place)}: {message}{remedy}"


def _refusal(where: str, refusal: Refusal) -> str:
    at = f"{refusal.rule} at {code(refusal.place)}: " if refusal.place else ""
    said = f"{refusal.subject}: {refusal.reason} ({where}). {refusal.remedy}"
    return f"- {at}{prose(_short(said))}"


def _remarks(remarks: Iterable[Remark]) -> Iterator[str]:
    for remark in remarks:
        names = ", ".join(code(_short(name)) for name in remark.names[:_NAMES])
        more = len(remark.names) - _NAMES
        names += f" and {more} more" if more > 0 else ""
        text = (_part(part) for part in remark.text)
        said = " ".join(filter(None, (names, *text)))
        rest = f": {said}" if said else ""
        yield f"- **{prose(remark.subject)}**, {remark.topic.value}{rest}"


def _part(text: str) -> str:
    return code(_short(text)) if isinstance(text, Code) else prose(_short(text))


def _short(text: str) -> str:
    return f"{text[:_MOST]}…" if len(text) > _MOST else text


def _steps(steps: Sequence[Step]) -> list[str]:
    if not steps:
        return []
    headings = ("Product", "Version", "Needed", "Reaches", "Digest")
    rows = [
        (
            f"{step.title} ({step.product})",
            _version(step),
            step.needed,
            "; ".join(step.reach),
            step.digest[:12] or ("cannot be built" if step.after else ""),
        )
        for step in steps
    ]
    return table(headings, rows).split("\n")


def _version(step: Step) -> str:
    if not step.before:
        return f"{step.after}, new"
    if not step.after:
        return f"{step.before}, gone"
    if step.before == step.after:
        return step.after
    return f"{step.before} → {step.after} ({step.chosen})"


# --- what fits ----------------------------------------------------------------------------------


def _fitting(sections: Iterable[tuple[str, list[str]]], room: int) -> Iterator[str]:
    """Sections as they fit, each cut at its end when it must be."""
    for heading, lines in sections:
        if not lines:
            continue
        kept = _kept(lines, room - len(heading) - _ROOM)
        cut = len(lines) - len(kept)
        text = "\n".join([*kept, *([f"\n{_CUT.format(cut)}"] if cut else [])])
        part = f"{heading}\n\n{text}"
        room -= len(part) + 2
        yield part


def _plans(plans: Sequence[Planned], room: int) -> Iterator[str]:
    """The plans, folded, each with an equal share of what room is left."""
    for number, planned in enumerate(plans):
        share = room // (len(plans) - number)
        basis = f"Planned against {planned.basis}."
        lines = [line for each in planned.lines for line in each.splitlines()]
        kept = _kept(lines, share - len(basis) - _ROOM)
        cut = len(lines) - len(kept)
        said = f"{prose(basis)} {_CUT.format(cut)}" if cut else prose(basis)
        actions = _many(planned.actions, "action", "actions")
        inner = f"{said}\n\n{block(kept)}" if kept else said
        part = folded(f"Plan for {planned.where}: {actions}", inner)
        room -= len(part) + 2
        yield part


def _kept(lines: Sequence[str], room: int) -> list[str]:
    """The first lines that fit."""
    kept: list[str] = []
    for line in lines:
        room -= len(line) + 1
        if room < 0:
            break
        kept.append(line)
    return kept
