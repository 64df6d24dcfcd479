"""Find what there is of a project, and remove it in the order that `removal` decides.

Nothing is remembered between two runs: each looks at what is there, so that one that was
interrupted is simply run again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from catalog.aws.session import Session
from catalog.errors import EnvironmentFault, ServiceFault, UsageError
from catalog.projects.places import Home, targets
from catalog.projects.removal import Kind, Thing
from catalog.projects.values import Project, Unseen
from catalog.publishing.waiting import until

WAITING = "InProgress"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What there is of a project.

    Args:
        project: None when only its remains are left.
        sessions: Account -> session in it.
    """

    name: str
    project: Project | None
    things: tuple[Thing, ...]
    unseen: tuple[Unseen, ...]
    sessions: Mapping[str, Session]


def find(home: Home, name: str) -> Found:
    """Look everywhere for what a project made.

    Raises:
        UsageError: Nothing was ever here under this name.
    """
    project = home.projects.find(name)
    remains = home.remains.of(name, project.id if project else "")
    if project is None:
        left = tuple(thing for things in remains.values() for thing in things)
        if not left:
            raise UsageError(
                f"There is nothing of a project '{name}' in account {home.account}.",
                "`.venv/bin/catalog project list` shows what there is.",
            )
        return Found(name=name, project=None, things=left, unseen=(), sessions={})
    sessions, unseen = targets(home, project)
    things, blind = _deployments(home, project, sessions)
    here = Thing(kind=Kind.PROJECT, name=name, account=home.account)
    return Found(
        name=name,
        project=project,
        things=(*_runs(home, project), *things, here),
        unseen=(*unseen, *blind),
        sessions=sessions,
    )


def left_behind(home: Home, found: Found) -> tuple[Thing, ...]:
    """What carries the tags of a project; while it lives, that is more than it will leave."""
    remains = home.remains.of(found.name, found.project.id if found.project else "")
    return tuple(thing for things in remains.values() for thing in things)


def _runs(home: Home, project: Project) -> tuple[Thing, ...]:
    return tuple(
        Thing(
            kind=Kind.RUN,
            name=f"{pipeline.name}/{run.id}",
            account=home.account,
            waits=bool(pipeline.approvals),
        )
        for pipeline in home.pipelines.named(project.prefix)
        for run in home.pipelines.going_on(pipeline.name)
    )


def _deployments(
    home: Home, project: Project, sessions: Mapping[str, Session]
) -> tuple[tuple[Thing, ...], tuple[Unseen, ...]]:
    """Stacks in the targets and stack sets at home, by the names and tags that projects give."""
    things: list[Thing] = []
    unseen: list[Unseen] = []
    for account, session in sessions.items():
        try:
            stacks = home.stacks(session).tagged("sagemaker:project-id", project.id)
        except ServiceFault as fault:
            unseen.append(Unseen(where=f"stacks of account {account}", why=fault.what))
            continue
        named = [one for one in stacks if one.name.startswith(project.prefix)]
        things += [
            Thing(kind=Kind.STACK, name=one.name, account=account, arn=one.id) for one in named
        ]
    try:
        things += [_stack_set(home, name) for name in home.stack_sets.named(project.prefix)]
    except ServiceFault as fault:
        if any(stage.startswith("ou-") for stage in project.parameters.values()):
            unseen.append(Unseen(where="stack sets", why=fault.what))
    return tuple(things), tuple(unseen)


def _stack_set(home: Home, name: str) -> Thing:
    instances = home.stack_sets.instances(name)
    return Thing(
        kind=Kind.STACK_SET,
        name=name,
        account=home.account,
        units=tuple(sorted({one["OrganizationalUnitId"] for one in instances})),
        regions=tuple(sorted({one["Region"] for one in instances})),
    )


def remove(home: Home, found: Found, thing: Thing, tell: Callable[[str], None]) -> None:
    """Remove one thing and wait until it is gone.

    Raises:
        EnvironmentFault: It did not go; the text says why. What was removed before stays removed.
    """
    tell(str(thing))
    match thing.kind:
        case Kind.RUN:
            _stop(home, thing)
        case Kind.STACK:
            _delete_stack(home, found.sessions[thing.account], thing)
        case Kind.STACK_SET:
            home.stack_sets.delete(thing.name, thing.units, thing.regions)
        case Kind.PROJECT:
            _delete_project(home, thing.name)
        case _:
            home.remains.remove(thing)


def _stop(home: Home, thing: Thing) -> None:
    pipeline, _, run = thing.name.partition("/")

    def ended() -> bool | None:
        going_on = {one.id: one for one in home.pipelines.going_on(pipeline)}
        return True if run not in going_on else None

    if ended():
        return
    try:
        home.pipelines.stop(pipeline, run, abandon=thing.waits)
    except ServiceFault as fault:  # it is being stopped already, or has just ended
        if fault.code not in {
            "DuplicatedStopRequestException",
            "PipelineExecutionNotStoppableException",
        }:
            raise
    if until(ended, home.patience) is None:
        raise EnvironmentFault(
            f"Run {run} of pipeline {pipeline} does not stop.", "Wait for it, then run this again."
        )


def _delete_stack(home: Home, session: Session, thing: Thing) -> None:
    ending = home.stacks(session).delete(thing.arn)
    if not ending.gone:
        why = "; ".join(f"{one.resource}: {one.reason}" for one in ending.failures)
        raise EnvironmentFault(
            f"Stack {thing.name} in account {thing.account} is not gone: {why or 'no reason'}.",
            "Mend that, then run this again.",
        )


def _delete_project(home: Home, name: str) -> None:
    found = home.projects.find(name)
    if found is None:
        return
    if not found.under_way:
        home.projects.delete(name)

    def ended() -> str | None:
        now = home.projects.find(name)
        return "" if now is None else now.message or now.status if not now.under_way else None

    problem = until(ended, home.patience)
    if problem is None or problem:
        raise EnvironmentFault(
            f"Project {name} is not gone: {problem or 'it takes too long'}.",
            "Its stack in the CloudFormation console says what stays; mend that, run this again.",
        )
