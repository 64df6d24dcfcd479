"""Make a project from a published product, and wait until it is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from catalog.aws import shelves, studio
from catalog.errors import EnvironmentFault, UsageError
from catalog.projects import choosing
from catalog.projects.places import Home
from catalog.projects.values import Project
from catalog.publishing.waiting import until
from catalog.studio.listing import templates


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where the templates in S3 come from.

    Args:
        location: `s3://bucket/prefix/`.
        folders: Folder under products/ -> title.
        roles: Folder under products/ -> name of its launch role.
    """

    location: str
    folders: Mapping[str, str]
    roles: Mapping[str, str]


def create(
    home: Home,
    name: str,
    product: str,
    given: Mapping[str, str],
    folders: Mapping[str, str],
    tell: Callable[[str], None],
) -> Project:
    """Make a project and wait.

    Args:
        home: Where, and as whom.
        name: Of the project.
        product: A product's title, or the name of its folder.
        given: Parameter -> value.
        folders: Folder under products/ -> title.
        tell: Hears what is waited for.

    Raises:
        UsageError: Name, product or parameters cannot be right, or the name is taken.
        EnvironmentFault: The project failed; the text says why.
    """
    choosing.check_name(name)
    seen = studio.look(home.session.service("servicecatalog"))
    template = choosing.chosen(product, templates(seen), folders)
    answers = choosing.parameters(template.form, given)
    _must_be_free(home, name)
    version = next(one.newest.id for one in seen if one.id == template.product and one.newest)
    home.projects.create(name, template.product, version, answers, "")
    tell(f"{template.title} {template.version} is being set up")
    return _made(home, name)


def create_from_s3(
    home: Home,
    name: str,
    product: str,
    given: Mapping[str, str],
    source: Source,
    tell: Callable[[str], None],
) -> Project:
    """Make a project from a template in S3, and wait.

    Args:
        home: Where, and as whom.
        name: Of the project.
        product: A product's title, or the name of its folder.
        given: Parameter -> value.
        source: Where templates lie, and what they are launched with.
        tell: Hears what is waited for.

    Raises:
        UsageError: Name, product or parameters cannot be right, or the name is taken.
        EnvironmentFault: The project failed; the text says why.
    """
    choosing.check_name(name)
    shelf = shelves.look(home.session.service("s3"), source.location)
    template = choosing.offered(product, shelf, source.folders)
    answers = choosing.parameters(template.form, given)
    _must_be_free(home, name)
    if not (role := source.roles.get(template.name, "")):
        raise UsageError(
            f"No product here is called '{template.name}', so its launch role is not known.",
            "Check out the catalog it was published from.",
        )
    arn = f"arn:{home.session.partition}:iam::{home.account}:role/{role}"
    home.projects.create_from_s3(name, template, arn, answers)
    tell(f"{template.name} {template.version} is being set up")
    return _made(home, name)


def _must_be_free(home: Home, name: str) -> None:
    if there := home.projects.find(name):
        raise UsageError(
            f"There is a project '{name}' in account {home.account} already: {there.status}.",
            f"Choose another name, or remove that one: `.venv/bin/catalog project cleanup {name}`."
            if there.failed
            else f"Choose another name, or look at it: `.venv/bin/catalog project status {name}`.",
        )


def _made(home: Home, name: str) -> Project:
    made = until(lambda: _settled(home, name), home.patience)
    if made is None:
        raise EnvironmentFault(
            f"Project {name} is still not there.",
            f"Look again: `.venv/bin/catalog project status {name}`.",
        )
    if made.status != "CreateCompleted":
        raise EnvironmentFault(
            f"Project {name} ended as {made.status}: {made.message or 'no reason was given'}",
            f"Mend that, run `.venv/bin/catalog project cleanup {name}`, and create it again.",
        )
    return made


def _settled(home: Home, name: str) -> Project | None:
    found = home.projects.find(name)
    return found if found and not found.under_way else None
