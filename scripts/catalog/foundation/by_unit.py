"""A foundation product as a stack set of the hub, in every account of an OU: read and changed."""

from __future__ import annotations

from catalog.aws.accounts import Accounts
from catalog.aws.stack_sets import DELEGATED, SELF, StackSets
from catalog.foundation.comparing import missing_regions, outdated, stack_set_change
from catalog.foundation.deployments import Change, Wanted
from catalog.foundation.staging import Stage
from catalog.stacks import StackFailure
from catalog.targets import UnitDeployment


def plan(wanted: Wanted, at: UnitDeployment, accounts: Accounts, stage: Stage) -> Change:
    """What has to be done with the stack set; reads only."""
    return stack_set_change(wanted, _sets(accounts, stage).find(at.stack))


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
    return failures


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
