"""Studio's view as text: a card for each template with its form, then what is missing.

Styles show on a terminal; elsewhere rich leaves plain lines.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from rich.text import Text

from catalog.studio.listing import Field, Template
from catalog.studio.shelf import Offered
from catalog.studio.visibility import Missing


def view(templates: Iterable[Template], missing: Iterable[Missing], *, who: str) -> Text:
    """Everything a person sees: cards, or that there are none, and what keeps others away.

    Args:
        templates: What Studio lists.
        missing: Conditions that fail, see `catalog.studio.visibility`.
        who: Whose view it is, e.g. `role data-scientist in 111111111111`.
    """
    cards = [card(template) for template in templates]
    title = f"Organization templates for {who}"
    text = Text.assemble((title, "bold"), "\n" if cards else "\n\n  none\n")
    for each in cards:
        text.append("\n").append_text(each)
    return text.append_text(_faults(missing))


def shelf_view(
    shown: Iterable[Offered], closed: Iterable[Missing], *, location: str, same: Collection[str]
) -> Text:
    """What lies in S3, each with its digest, and what keeps others, or these, from Studio.

    Args:
        shown: What Studio lists there.
        closed: Conditions that fail, see `catalog.studio.doors`.
        location: Where Studio looks.
        same: Digests of what stands under *Organization templates*.
    """
    cards = tuple(shown)
    text = Text.assemble((f"S3 templates in {location}", "bold"), "\n")
    text.append("" if cards else "\n  none\n")
    for one in cards:
        both = one.digest in same
        told = "the same release behind both doors" if both else "not behind the other door"
        text.append(f"\n  {one.name}", "bold cyan").append(f" {one.version}\n")
        text.append(f"    digest {one.digest[:12] or 'unknown'}: {told}\n", "dim")
    return text.append_text(_faults(closed))


def _faults(missing: Iterable[Missing]) -> Text:
    text = Text()
    faults = tuple(missing)
    if faults:
        text.append("\nNot there, or not to be launched\n", "bold yellow")
    for fault in faults:
        text.append(f"  {fault.product}: ", "bold").append(f"{fault.condition}: {fault.what}\n")
        text.append(f"    {fault.remedy}\n", "dim")
    return text


def card(template: Template) -> Text:
    """One template: title, version, owner, summary and the form."""
    text = Text.assemble(
        "  ",
        (template.title, "bold cyan"),
        f" {template.version}",
        (f"  {template.owner}\n", "dim"),
    )
    text.append(f"  {template.summary}\n")
    group = None
    for each in template.form:
        if each.group != group:
            text.append(f"\n    {each.group or 'Other'}\n", "underline")
            group = each.group
        text.append_text(_question(each))
    return text


def _question(field: Field) -> Text:
    text = Text.assemble("      ", (field.label, "bold"), f"  {_answer(field)}\n")
    for line in (field.description, field.constraint):
        if line:
            text.append(f"        {line}\n", "" if line is field.description else "dim")
    return text


def _answer(field: Field) -> str:
    """Whether it must be answered, and what stands there already."""
    words = ["optional"] if field.optional else [] if field.default else ["required"]
    if field.default:
        words.append("default hidden" if field.secret else f"default {field.default}")
    if field.label != field.name:
        words.insert(0, field.name)
    return ", ".join(words)
