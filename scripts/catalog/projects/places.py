"""Where a project is looked at: its own account, and the ways into those it deploys to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.aws.accounts import Accounts
from catalog.aws.builds import Builds
from catalog.aws.pipelines import Pipelines
from catalog.aws.projects import Projects
from catalog.aws.remains import Remains
from catalog.aws.session import Session
from catalog.aws.stack_sets import StackSets
from catalog.aws.stacks import Stacks
from catalog.errors import EnvironmentFault
from catalog.projects.values import Project, Unseen
from catalog.publishing.waiting import Patience


@dataclass(frozen=True, slots=True, kw_only=True)
class Home:
    """The account a project lives in, as somebody who works there.

    Args:
        session: Acts as that person.
        account: 12 digits.
        accounts: Ways into other accounts.
        through: Account -> role named by the caller for it; instead of what is tried otherwise.
        every: Seconds between two looks at something that takes a while.
        real: Whether this is an AWS account, where people are asked before something is done.
    """

    session: Session
    account: str
    accounts: Accounts
    through: Mapping[str, str]
    every: float = 5.0
    real: bool = True

    @property
    def projects(self) -> Projects:
        """Gateway to the projects."""
        return Projects(service=self.session.service("sagemaker"))

    @property
    def pipelines(self) -> Pipelines:
        """Gateway to the pipelines."""
        return Pipelines(service=self.session.service("codepipeline"))

    @property
    def builds(self) -> Builds:
        """Gateway to the builds."""
        return Builds(
            codebuild=self.session.service("codebuild"), logs=self.session.service("logs")
        )

    @property
    def stack_sets(self) -> StackSets:
        """Gateway to the stack sets."""
        service = self.session.service("cloudformation")
        return StackSets(service=service, every=self.every)

    @property
    def remains(self) -> Remains:
        """Gateway to what projects leave behind."""
        return Remains(session=self.session)

    @property
    def patience(self) -> Patience:
        """For a project to be made or deleted: about two hours."""
        return Patience(looks=1500, first=0.1, longest=self.every)

    def stacks(self, session: Session) -> Stacks:
        """Gateway to the stacks of a session's account."""
        return Stacks(service=session.service("cloudformation"), every=self.every)


def targets(home: Home, project: Project) -> tuple[dict[str, Session], tuple[Unseen, ...]]:
    """Sessions in the accounts a project deploys to, and those that could not be entered.

    Tried for each, in this order: the role the caller named; the target's access role, as the
    publisher enters accounts; each deployment role of the project, as the person.
    """
    seen: dict[str, Session] = {}
    unseen: list[Unseen] = []
    for account in sorted({*project.accounts, *home.through}):
        entered = _entered(home, account, project.roles)
        if isinstance(entered, Session):
            seen[account] = entered
        else:
            unseen.append(Unseen(where=f"account {account}", why=entered))
    return seen, tuple(unseen)


def _entered(home: Home, account: str, roles: tuple[str, ...]) -> Session | str:
    """A session in an account, or why there is none."""
    if account == home.account:
        return home.session
    region = home.session.region
    own = Accounts(session=home.session, home=home.account, role="")
    named = home.through.get(account)
    ways = [(own, named)] if named else [(home.accounts, home.accounts.role)]
    ways += [] if named else [(own, role) for role in roles]
    tried = []
    for start, role in ways:
        way = Accounts(session=start.session, home=start.home, role=role)
        try:
            return way.enter(account, region)
        except EnvironmentFault:
            tried.append(role)
    return f"none of these roles there can be assumed: {', '.join(tried)}"
