"""Verbs for those who run projects: create, look, approve; `cleaning` removes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict

import click

from catalog.cli import console
from catalog.cli.cleaning import cleanup
from catalog.cli.console import Session, confirm, data, say, waiting
from catalog.cli.homes import home, through_option, where_options
from catalog.model import Catalog
from catalog.planning import offering
from catalog.projects import approving, choosing, creating, looking, telling
from catalog.projects.places import Home
from catalog.projects.values import Approval

because_option = click.option(
    "--because", required=True, help="Why; kept with the answer for those who come later."
)
reject_option = click.option("--reject", is_flag=True, help="Say no instead of yes.")


@click.group()
def project() -> None:
    """Create, watch, approve and clean up SageMaker projects."""


@project.command()
@click.argument("product")
@click.argument("name")
@click.option("-p", "given", multiple=True, metavar="NAME=VALUE", help="A parameter.")
@click.option(
    "--from",
    "door",
    type=click.Choice(["service-catalog", "s3"]),
    default="service-catalog",
    show_default=True,
    help="Through which of Studio's doors.",
)
@where_options
@click.pass_obj
def create(
    session: Session,
    product: str,
    name: str,
    given: tuple[str, ...],
    door: str,
    target: str,
    account: str,
    role: str,
    *,
    as_json: bool,
) -> None:
    """Create project NAME from PRODUCT.

    PRODUCT is a title or the name of its folder. Waits until the project is there.
    """
    catalog, place = home(session, target, account, role)
    folders = {key: folder.product.title for key, folder in catalog.products.items()}
    answers = choosing.pairs(given)
    with waiting(f"Creating {name}") as hear:
        hear_or_not = (lambda _: None) if as_json else hear
        if door == "s3":
            source = _source(catalog, target, place, folders)
            made = creating.create_from_s3(place, name, product, answers, source, hear_or_not)
        else:
            made = creating.create(place, name, product, answers, folders, hear_or_not)
    if as_json:
        data(asdict(made))
        return
    say(f"✓ Project {name} ({made.id}) is there, in account {place.account}.")
    say(f"  Its pipeline, models and endpoints: .venv/bin/catalog project status {name}")
    say("  In Studio: Deployments, Projects. Its repository is ready to be cloned there.")


def _source(
    catalog: Catalog, target: str, place: Home, folders: Mapping[str, str]
) -> creating.Source:
    bucket = catalog.settings.targets[target].bucket_in(place.session.region)
    return creating.Source(
        location=offering.location(bucket),
        folders=folders,
        roles={key: folder.product.launch_role for key, folder in catalog.products.items()},
    )


@project.command()
@click.argument("name")
@through_option
@where_options
@click.pass_obj
def status(
    session: Session,
    name: str,
    through: tuple[str, ...],
    target: str,
    account: str,
    role: str,
    *,
    as_json: bool,
) -> None:
    """Show where project NAME stands.

    Its version, pipelines, models and endpoints.
    """
    _, place = home(session, target, account, role, through)
    seen = looking.status(place, name)
    if as_json:
        data(asdict(seen))
    else:
        say(telling.status(seen))


@project.command("list")
@where_options
@click.pass_obj
def list_(session: Session, target: str, account: str, role: str, *, as_json: bool) -> None:
    """List the projects of an account."""
    _, place = home(session, target, account, role)
    seen = looking.every(place)
    if as_json:
        data([asdict(one) for one in seen])
    elif seen:
        console.table(telling.listing(seen))
    else:
        say(f"There is no project in account {place.account}.")
        say(
            "  .venv/bin/catalog project create PRODUCT NAME makes one; make studio lists products."
        )


@project.command()
@click.argument("name")
@click.option("--version", "wanted", default=approving.NEWEST, show_default=True)
@reject_option
@because_option
@where_options
@click.pass_obj
def approve_model(
    session: Session,
    name: str,
    wanted: str,
    because: str,
    target: str,
    account: str,
    role: str,
    *,
    reject: bool,
    as_json: bool,
) -> None:
    """Approve or reject a model version."""
    _, place = home(session, target, account, role)
    model = approving.judge_model(place, name, wanted, reject=reject, because=because)
    word = approving.verdict(reject=reject)
    if as_json:
        data({**asdict(model), "approval": word})
        return
    say(f"✓ Version {model.version} is {word.lower()}: {because}")
    say(f"  What its pipeline makes of it: .venv/bin/catalog project status {name}")


@project.command()
@click.argument("name")
@reject_option
@because_option
@click.option("--yes", is_flag=True, help="Do not ask before answering.")
@where_options
@click.pass_obj
def approve_deployment(
    session: Session,
    name: str,
    because: str,
    target: str,
    account: str,
    role: str,
    *,
    reject: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Answer what a pipeline of NAME asks."""
    _, place = home(session, target, account, role)
    word = approving.verdict(reject=reject)

    def show(one: Approval) -> None:
        if not as_json:
            say(f"{one.pipeline}, stage {one.stage}: {one.question or one.action}")
        if place.real:
            confirm(f"Answer {word}?", yes=yes, otherwise="Give --yes.")

    one = approving.answer(place, name, reject=reject, because=because, show=show)
    if as_json:
        data({**asdict(one), "answer": word})
    else:
        say(f"✓ {word}: {because}")


project.add_command(cleanup)

COMMANDS = (project,)
