"""Make a project from a published product, and wait until it is there."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from catalog.aws import studio
from catalog.errors import EnvironmentFault, UsageError
from catalog.projects import choosing
from catalog.projects.places import Home
from catalog.projects.values import Project
from catalog.publishing.waiting import until
from catalog.studio.listing import templates


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
    if there := home.projects.find(name):
        raise UsageError(
            f"There is a project '{name}' in account {home.account} already: {there.status}.",
            f"Choose another name, or remove that one: `.venv/bin/catalog project cleanup {name}`."
            if there.failed
            else f"Choose another name, or look at it: `.venv/bin/catalog project status {name}`.",
        )
    version = next(one.newest.id for one in seen if one.id == template.product and one.newest)
    home.projects.create(name, template.product, version, answers, "")
    tell(f"{template.title} {template.version} is being set up")
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
