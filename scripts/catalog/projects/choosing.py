"""Which product a new project is made from, and with which parameters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from catalog.errors import UsageError
from catalog.manifests.manifest import did_you_mean
from catalog.studio.listing import Field, Template
from catalog.studio.shelf import Offered, Shelf
from catalog.studio.shelf import offered as shelf_cards

NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,31}")
"""Names of projects (SageMaker service model, ProjectEntityName)."""


def chosen(wanted: str, offered: Iterable[Template], folders: Mapping[str, str]) -> Template:
    """The template meant by a product's title or the name of its folder.

    Args:
        wanted: What the person said.
        offered: What that person finds in Studio.
        folders: Folder under products/ -> title.

    Raises:
        UsageError: The person finds no such template; the remedy lists what there is.
    """
    titles = {template.title: template for template in offered}
    title = folders.get(wanted, wanted)
    if title in titles:
        return titles[title]
    there = f"There are: {', '.join(sorted(titles))}." if titles else "There is none at all."
    near = did_you_mean(wanted, [*titles, *(f for f, t in folders.items() if t in titles)])
    raise UsageError(
        f"'{wanted}' is no template that you may launch. {there}",
        near or "`catalog studio` says what keeps a product away; `catalog publish` publishes it.",
    )


def offered(wanted: str, shelf: Shelf, folders: Mapping[str, str]) -> Offered:
    """The template in S3 meant by a product's title or the name of its folder.

    Args:
        wanted: What the person said.
        shelf: What that person finds in S3.
        folders: Folder under products/ -> title.

    Raises:
        UsageError: The person finds no such template there; the remedy lists what there is.
    """
    names = {title: folder for folder, title in folders.items()}
    there = {one.name: one for one in shelf_cards(shelf)}
    name = names.get(wanted, wanted)
    if name in there:
        return there[name]
    found = f"There are: {', '.join(there)}." if there else "There is none at all."
    raise UsageError(
        f"'{wanted}' is no template that you find in {shelf.location}. {shelf.refusal or found}",
        did_you_mean(wanted, there) or "`catalog studio` says what keeps a template away.",
    )


def parameters(form: Iterable[Field], given: Mapping[str, str]) -> dict[str, str]:
    """What CreateProject is given: the person's answers, held against the form.

    Raises:
        UsageError: One or more answers cannot be right; every one of them is named.
    """
    fields = {field.name: field for field in form}
    wrong = [
        f"{name} is no parameter. {did_you_mean(name, fields)}" for name in given.keys() - fields
    ]
    for name, field in fields.items():
        wrong += _problems(field, given.get(name))
    if wrong:
        raise UsageError(
            "The parameters cannot be right:\n" + "\n".join(f"    {one}" for one in sorted(wrong)),
            "Give each with -p NAME=VALUE; `catalog studio` shows the form.",
        )
    return dict(given)


def _problems(field: Field, answer: str | None) -> list[str]:
    if answer is None:
        return (
            [] if field.default is not None else [f"{field.name} is required: {field.description}"]
        )
    if field.allowed and answer not in field.allowed:
        return [f"{field.name} is {answer!r}; allowed are {', '.join(field.allowed)}."]
    listed = "List" in field.type
    parts = [one.strip() for one in answer.split(",")] if listed else [answer]
    if field.pattern and not all(_matches(field.pattern, one) for one in parts):
        shown = "what was given" if field.secret else repr(answer)
        return [f"{field.name} does not take {shown}: {field.constraint}"]
    return []


def _matches(pattern: str, text: str) -> bool:
    try:
        return re.fullmatch(pattern, text) is not None
    except re.error:  # CloudFormation's patterns are Java's; it will judge this one itself
        return True


def check_name(name: str) -> None:
    """Refuse a name that no project can have.

    Raises:
        UsageError: SageMaker's own rule says no.
    """
    if not NAME.fullmatch(name):
        raise UsageError(
            f"'{name}' cannot be a project's name.",
            "Take up to 32 letters, digits and hyphens, with a letter or digit first and last.",
        )


def pairs(given: Iterable[str]) -> dict[str, str]:
    """`NAME=VALUE` texts as a mapping.

    Raises:
        UsageError: One has no `=`.
    """
    found = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            raise UsageError(f"-p {one} has no value.", "Write -p NAME=VALUE.")
        found[name.strip()] = value
    return found
