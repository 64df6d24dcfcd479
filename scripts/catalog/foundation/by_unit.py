"""A foundation product as a stack set of the hub, in every account of an OU: read and changed.

Updating a set compares templates and puts nothing back that was changed behind its stacks. Each
such stack is put right in its own account, by a change set that knows of drift; where that account
cannot be entered, the set deletes the stack and makes it again, which the plan says. One that keeps
something when it is deleted stays as it is: it could not take that back.
"""

from __future__ import annotations

from dataclasses import replace

from catalog.aws.accounts import Accounts
from catalog.aws.drift import of_set
from catalog.aws.organization import Organization
from catalog.aws.stack_sets import DELEGATED, SELF, StackSets
from catalog.errors import EnvironmentFault, ServiceFault
from catalog.foundation.by_account import put_back
from catalog.foundation.comparing import (
    keeping,
    missing_regions,
    outdated,
    overlooked,
    stack_set_change,
)
from catalog.foundation.deployments import Change, Wanted
from catalog.foundation.staging import Stage
from catalog.stacks import Drift, StackFailure
from catalog.targets import UnitDeployment


def plan(wanted: Wanted, at: UnitDeployment, accounts: Accounts, stage: Stage) -> Change:
    """What has to be done with the stack set; reads only."""
    sets = _sets(accounts, stage)
    live = sets.find(at.stack)
    if live is None:
        return stack_set_change(wanted, None)
    keeps = keeping(wanted)
    found = tuple(_with_a_way(drift, accounts, keeps) for drift in of_set(sets, at.stack))
    return stack_set_change(wanted, live, _members(at, stage), found)


def drifts(at: UnitDeployment, accounts: Accounts, stage: Stage) -> tuple[Drift, ...] | None:
    """What was changed behind the stacks of the set; None without one."""
    sets = _sets(accounts, stage)
    return of_set(sets, at.stack) if sets.find(at.stack) else None


def apply(
    change: Change, at: UnitDeployment, accounts: Accounts, stage: Stage
) -> tuple[StackFailure, ...]:
    """Do what is still to be done, as the set is now; where it went wrong.

    A run that was killed leaves a set without some of its stacks; the next one finds that.
    """
    sets, wanted = _sets(accounts, stage), change.wanted
    failures: tuple[StackFailure, ...] = ()
    live, template = sets.find(at.stack), stage.shipped(wanted, at.regions)
    if live is None:
        sets.create(at.stack, template, at.parameters, wanted.tags)
    elif outdated(wanted, live):
        failures = sets.update(at.stack, template, at.parameters, wanted.tags)
    if missing := missing_regions(wanted, live):
        failures = (*failures, *sets.deploy(at.stack, at.unit, missing))
    members = _members(at, stage) if live else frozenset()
    for regions, some in overlooked(wanted, live, members).items():
        failures = (*failures, *sets.deploy(at.stack, at.unit, regions, some))
    for drift in (each for each in change.drifts if each.resources):
        if drift.again:
            failures = (*failures, *sets.remake(at.stack, at.unit, drift.account, drift.region))
        else:
            failures = (*failures, *_put_back(drift, accounts))
    return failures


def _with_a_way(drift: Drift, accounts: Accounts, keeps: bool) -> Drift:
    """The drift, and what is left to do about it where no change set can be made in its account."""
    if not drift.resources or not accounts.closed(drift.account, drift.region):
        return drift
    return replace(drift, again=not keeps, closed=True)


def _put_back(drift: Drift, accounts: Accounts) -> tuple[StackFailure, ...]:
    """A stack of the set put right in its account; a failure there stops no other."""
    try:
        failures = put_back(drift, accounts)
    except (EnvironmentFault, ServiceFault) as fault:
        failures = (StackFailure(resource=drift.stack, type="stack", reason=fault.what),)
    place = f"{drift.account} {drift.region}"
    return tuple(
        replace(each, resource=place, reason=f"{each.resource}: {each.reason}") for each in failures
    )


def _members(at: UnitDeployment, stage: Stage) -> frozenset[str]:
    """The accounts a set reaches in an OU: it never goes to the management account."""
    surroundings = stage.gateways[stage.target.regions[0]].surroundings
    active = Organization(service=surroundings.organizations).active(at.unit)
    return active - {surroundings.management()}


def _sets(accounts: Accounts, stage: Stage) -> StackSets:
    """The hub's gateway, as which it calls: only the management account is itself."""
    target = stage.target
    region = target.regions[0]
    session = accounts.enter(target.account, region)
    management = stage.gateways[region].surroundings.management()
    return StackSets(
        service=session.service("cloudformation"),
        call_as=SELF if management == target.account else DELEGATED,
    )
