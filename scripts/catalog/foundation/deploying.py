"""Deploy foundation products with CloudFormation, where a target says they belong.

    changes = plan(target, releases, accounts, stage)    # reads only
    with foreseen(changes, accounts, stage) as seen:     # change sets wait; nothing happens yet
        for done in apply(seen, accounts, stage): ...    # in the order of catalog.yaml

What is as it should be, in the world and not only by its template, is left alone, so the second
run changes nothing. What somebody deleted or changed by hand comes back. A stack that failed to be
created is deleted and made anew, which CloudFormation demands. A run that was killed is finished
by the next: change sets are made anew, and a stack set goes where it has not been.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from catalog.aws.accounts import Accounts
from catalog.errors import ServiceFault
from catalog.foundation import by_account, by_unit
from catalog.foundation.deployments import Change, Done, Verb, Wanted
from catalog.foundation.staging import Stage
from catalog.model import Release
from catalog.releases import packaging
from catalog.stacks import Drift, StackFailure
from catalog.targets import Deployment, Target, UnitDeployment

WORKERS = 8
"""Deployments looked at side by side: CloudFormation may take minutes over each."""


def plan(
    target: Target, releases: Mapping[str, Release], accounts: Accounts, stage: Stage
) -> tuple[Change, ...]:
    """What has to be done for a target's foundation, in the order in which it is listed.

    Args:
        target: Its `foundation` says which product belongs where.
        releases: Product name -> release, at least of the products listed.
        accounts: Ways into the accounts.
        stage: Where code and templates lie.

    Raises:
        EnvironmentFault: An account cannot be entered.
    """
    wanted = [_wanted(at, releases[at.product], stage) for at in target.foundation]
    with ThreadPoolExecutor(WORKERS, "plan") as pool:
        return tuple(pool.map(lambda each: _plan(each, accounts, stage), wanted))


def drifts(
    at: Deployment | UnitDeployment, accounts: Accounts, stage: Stage
) -> tuple[Drift, ...] | None:
    """What was changed behind a deployment's stacks; None when it is not deployed.

    Raises:
        EnvironmentFault: An account cannot be entered.
        ServiceFault: The caller may not look.
    """
    match at:
        case Deployment():
            found = by_account.drift(at, accounts)
            return (found,) if found else None
        case UnitDeployment():
            return by_unit.drifts(at, accounts, stage)


def _plan(wanted: Wanted, accounts: Accounts, stage: Stage) -> Change:
    match wanted.deployment:
        case Deployment() as at:
            return by_account.plan(wanted, at, accounts)
        case UnitDeployment() as at:
            return by_unit.plan(wanted, at, accounts, stage)


def _wanted(at: Deployment | UnitDeployment, release: Release, stage: Stage) -> Wanted:
    template = stage.stamped(release)
    content = packaging.canonical(template)
    return Wanted(deployment=at, release=release, template=template, content=content)


@contextmanager
def foreseen(
    changes: Iterable[Change], accounts: Accounts, stage: Stage
) -> Iterator[tuple[Change, ...]]:
    """The changes as CloudFormation sees them; change sets that are left over afterwards go."""
    seen: list[Change] = []
    try:
        for change in changes:
            at = change.wanted.deployment
            if isinstance(at, Deployment) and change.verb is not Verb.KEEP:
                seen.append(by_account.foresee(change, at, accounts, stage))
            else:
                seen.append(change)
        yield tuple(seen)
    finally:
        for change in seen:
            at = change.wanted.deployment
            if change.prepared and isinstance(at, Deployment):
                by_account.forget(change.prepared, at, accounts)


def apply(changes: Iterable[Change], accounts: Accounts, stage: Stage) -> Iterator[Done]:
    """Do the changes one after the other, each told when it is done; a failure stops no other."""
    for each in changes:
        if each.verb is Verb.KEEP:
            yield Done(change=each)
        else:
            yield Done(change=each, failures=_apply(each, accounts, stage))


def _apply(each: Change, accounts: Accounts, stage: Stage) -> tuple[StackFailure, ...]:
    try:
        match each.wanted.deployment:
            case Deployment() as at:
                return by_account.apply(each, at, accounts, stage)
            case UnitDeployment() as at:
                return by_unit.apply(each, at, accounts, stage)
    except ServiceFault as fault:
        name = each.wanted.deployment.stack
        return (StackFailure(resource=name, type=each.wanted.deployment.kind, reason=fault.what),)
