"""Verbs for those who run projects: create, look, approve, clean up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

import click

from catalog import places, workspace
from catalog.cli import console
from catalog.cli.console import Session, confirm, data, say, waiting
from catalog.cli.options import account_option, json_option, role_option, target_option
from catalog.errors import Refused
from catalog.model import Catalog
from catalog.projects import approving, choosing, cleaning, creating, looking, removal, telling
from catalog.projects.cleaning import Found
from catalog.projects.places import Home
from catalog.projects.removal import Thing
from catalog.projects.values import Approval
from catalog.studio.looking import person

because_option = click.option(
    "--because", required=True, help="Why; kept with the answer for those who come later."
)
reject_option = click.option("--reject", is_flag=True, help="Say no instead of yes.")
through_option = click.option(
    "--through",
    multiple=True,
    metavar="ACCOUNT=ROLE",
    help="Role (name) through which a target account is entered; may be repeated.",
)


@click.group()
def project() -> None:
    """Create, watch, approve and clean up SageMaker projects."""


def _where(function: click.decorators.FC) -> click.decorators.FC:
    """The options that say where a project lives and who acts there."""
    for option in (json_option, role_option, account_option, target_option):
        function = option(function)
    return function


def _home(
    session: Session, target: str, account: str, role: str, through: tuple[str, ...] = ()
) -> tuple[Catalog, Home]:
    """The account projects live in, as the person meant.

    On a named target without account and role, the caller's own identity.
    """
    catalog: Catalog = workspace.load(session.root)[0]
    place = places.reach(session.root, places.named(catalog, target))
    region = place.target.regions[0]
    if place.target.embedded or account or role:
        who = person(place.target, account, role)
        acting = place.accounts.enter(who.account, region, who.role)
        account = who.account
    else:
        acting = place.gateways[region].session
        account = str(acting.service("sts").call("get_caller_identity")["Account"])
    return catalog, Home(
        session=acting,
        account=account,
        accounts=place.accounts,
        through=choosing.pairs(through),
        every=0.2 if place.target.embedded else 5.0,
        real=not place.target.embedded,
    )


@project.command()
@click.argument("product")
@click.argument("name")
@click.option("-p", "given", multiple=True, metavar="NAME=VALUE", help="A parameter.")
@_where
@click.pass_obj
def create(
    session: Session,
    product: str,
    name: str,
    given: tuple[str, ...],
    target: str,
    account: str,
    role: str,
    *,
    as_json: bool,
) -> None:
    """Create project NAME from PRODUCT, a title or the name of its folder; wait for it."""
    catalog, home = _home(session, target, account, role)
    folders = {key: folder.product.title for key, folder in catalog.products.items()}
    answers = choosing.pairs(given)
    with waiting(f"Creating {name}") as hear:
        hear_or_not = (lambda _: None) if as_json else hear
        made = creating.create(home, name, product, answers, folders, hear_or_not)
    if as_json:
        data(asdict(made))
        return
    say(f"✓ Project {name} ({made.id}) is there, in account {home.account}.")
    say(f"  Its pipeline, models and endpoints: catalog project status {name}")
    say("  In Studio: Deployments, Projects. Its repository is ready to be cloned there.")


@project.command()
@click.argument("name")
@through_option
@_where
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
    """Show where project NAME stands: version, pipelines, models, endpoints."""
    _, home = _home(session, target, account, role, through)
    seen = looking.status(home, name)
    if as_json:
        data(asdict(seen))
    else:
        say(telling.status(seen))


@project.command("list")
@_where
@click.pass_obj
def list_(session: Session, target: str, account: str, role: str, *, as_json: bool) -> None:
    """List the projects of an account."""
    _, home = _home(session, target, account, role)
    seen = looking.every(home)
    if as_json:
        data([asdict(one) for one in seen])
    elif seen:
        console.OUT.print(telling.listing(seen))
    else:
        say(f"There is no project in account {home.account}.")
        say("  catalog project create PRODUCT NAME makes one; catalog studio lists products.")


@project.command()
@click.argument("name")
@click.option("--version", "wanted", default=approving.NEWEST, show_default=True)
@reject_option
@because_option
@_where
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
    """Approve, or reject, a model version of project NAME."""
    _, home = _home(session, target, account, role)
    model = approving.judge_model(home, name, wanted, reject=reject, because=because)
    word = approving.verdict(reject=reject)
    if as_json:
        data({**asdict(model), "approval": word})
        return
    say(f"✓ Version {model.version} is {word.lower()}: {because}")
    say(f"  What its pipeline makes of it: catalog project status {name}")


@project.command()
@click.argument("name")
@reject_option
@because_option
@click.option("--yes", is_flag=True, help="Do not ask before answering.")
@_where
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
    """Answer the approval that a pipeline of project NAME waits for."""
    _, home = _home(session, target, account, role)
    word = approving.verdict(reject=reject)

    def show(one: Approval) -> None:
        if not as_json:
            say(f"{one.pipeline}, stage {one.stage}: {one.question or one.action}")
        if home.real:
            confirm(f"Answer {word}?", yes=yes, otherwise="Give --yes.")

    one = approving.answer(home, name, reject=reject, because=because, show=show)
    if as_json:
        data({**asdict(one), "answer": word})
    else:
        say(f"✓ {word}: {because}")


@project.command()
@click.argument("name")
@click.option("--dry-run", is_flag=True, help="Show what would be removed; remove nothing.")
@click.option("--retained", is_flag=True, help="Remove also what the project leaves behind.")
@click.option("--leave-unseen", is_flag=True, help="Go on although a target cannot be looked at.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@through_option
@_where
@click.pass_obj
def cleanup(
    session: Session,
    name: str,
    through: tuple[str, ...],
    target: str,
    account: str,
    role: str,
    *,
    dry_run: bool,
    retained: bool,
    leave_unseen: bool,
    yes: bool,
    as_json: bool,
) -> None:
    """Remove project NAME: its deployments, itself, and what it leaves behind.

    Safe to repeat: each run looks at what there is. Buckets, repositories and models stay unless
    --retained says otherwise.
    """
    _, home = _home(session, target, account, role, through)
    found = cleaning.find(home, name)
    plan = removal.order(found.things, retained=retained)
    remaining = cleaning.left_behind(home, found)
    tell = (lambda _: None) if as_json else say
    for thing in plan:
        tell(f"- {thing}")
    for each in found.unseen:
        tell(f"! not seen: {each.where}: {each.why}")
    if not dry_run:
        _go_on(found, leave_unseen=leave_unseen)
        if plan:
            confirm("Remove this?", yes=yes, otherwise="Give --yes, or look with --dry-run.")
        remaining = _remove(home, found, plan, retained=retained, tell=tell)
    stays = removal.kept(remaining, retained=retained)
    if as_json:
        data(_told(plan, stays, found, dry_run=dry_run))
        return
    for thing in stays:
        say(f"  {'may stay' if dry_run and found.project else 'stays'}: {thing.name}")
    if stays and not retained:
        say("  --retained removes buckets, repositories, models and logs as well.")
    say("Nothing was removed." if dry_run else f"✓ Project {name} is cleaned up.")


def _go_on(found: Found, *, leave_unseen: bool) -> None:
    """Stop before a project goes that may still run somewhere out of sight."""
    if found.unseen and not leave_unseen:
        raise Refused(
            f"Not every place that {found.name} may be deployed to can be looked at; see above.",
            "Name a role for it with --through ACCOUNT=ROLE, or leave what is there with "
            "--leave-unseen.",
        )


def _remove(
    home: Home,
    found: Found,
    plan: tuple[Thing, ...],
    *,
    retained: bool,
    tell: Callable[[str], None],
) -> tuple[Thing, ...]:
    """Remove what is planned, then what only shows once the project is gone; what is left."""
    for thing in plan:
        cleaning.remove(home, found, thing, tell)
    left = cleaning.left_behind(home, found)
    if not retained:
        return left
    for thing in removal.order(left, retained=True):
        cleaning.remove(home, found, thing, tell)
    return cleaning.left_behind(home, found)


def _told(
    plan: tuple[Thing, ...], stays: tuple[Thing, ...], found: Found, *, dry_run: bool
) -> dict[str, object]:
    def plain(thing: Thing) -> dict[str, str]:
        kind = thing.kind.name.lower()
        return {"kind": kind, "name": thing.name, "account": thing.account}

    return {
        "dry_run": dry_run,
        "removals": [plain(thing) for thing in plan],
        "stays": [plain(thing) for thing in stays],
        "unseen": [asdict(each) for each in found.unseen],
    }


COMMANDS = (project,)
