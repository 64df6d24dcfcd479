"""A foundation product as a stack in one account: read, foreseen as a change set, changed.

What somebody changed behind the stack is detected by CloudFormation and put back by its change
sets, in the stack of an account and, by `put_back`, in that of a set.
"""

from __future__ import annotations

from dataclasses import replace

from catalog.aws.accounts import Accounts
from catalog.aws.change_sets import ChangeSets
from catalog.aws.drift import Drifts
from catalog.aws.stacks import LiveStack, Stacks
from catalog.errors import Refused, ServiceFault
from catalog.foundation.comparing import Deployed, stack_change
from catalog.foundation.deployments import Change, Verb, Wanted
from catalog.foundation.staging import Stage
from catalog.releases import packaging
from catalog.stacks import ChangeSet, Drift, StackFailure
from catalog.targets import Deployment


def plan(wanted: Wanted, at: Deployment, accounts: Accounts) -> Change:
    """What has to be done with the stack, once nobody changes it; reads only.

    Raises:
        Refused: An update of it could not be taken back, which CloudFormation has to do first.
    """
    stacks = _change_sets(at, accounts).stacks
    live = stacks.find(at.stack)
    if live and not live.empty and not live.settled:
        stacks.settled(live.id)
        live = stacks.find(at.stack)
    if live is None or live.empty:
        return stack_change(wanted, None)
    if not live.usable and not live.lost:
        raise _stuck(live, at)
    return stack_change(wanted, _deployed(stacks, live))


def drift(at: Deployment, accounts: Accounts) -> Drift | None:
    """What was changed behind the stack; None without one."""
    stacks = _change_sets(at, accounts).stacks
    live = stacks.find(at.stack)
    if live is None or live.empty:
        return None
    return Drifts(service=stacks.service).of_stack(live)


def put_back(drift: Drift, accounts: Accounts) -> tuple[StackFailure, ...]:
    """Bring the resources of any stack back to what it made; what went wrong."""
    session = accounts.enter(drift.account, drift.region)
    change_sets = ChangeSets(service=session.service("cloudformation"))
    live = change_sets.stacks.settled(drift.stack)
    if live is None or not live.usable:
        return ()
    prepared = change_sets.revert(live)
    if not prepared.id:
        return ()
    live = change_sets.execute(prepared)
    return () if _reached(live) else change_sets.stacks.failures(live.id)


def foresee(change: Change, at: Deployment, accounts: Accounts, stage: Stage) -> Change:
    """The change as CloudFormation sees it, its change set waiting; `KEEP` when it sees none.

    A stack that must be deleted first has none, nor one that needs what other changes bring first:
    that is a reason to show, and the change set is made when its turn comes.
    """
    if change.verb is Verb.REPLACE:
        return change
    template = stage.template(change.wanted, at.region)
    if template is None:
        why = "its template is too large to look at before there is an artifact bucket"
        return replace(change, reasons=(*change.reasons, why))
    try:
        prepared = _prepare(change, at, _change_sets(at, accounts), template)
    except ServiceFault as fault:
        why = f"CloudFormation cannot foresee it yet: {fault.what}"
        return replace(change, reasons=(*change.reasons, why))
    if not prepared.id:
        return replace(change, verb=Verb.KEEP)
    return replace(change, prepared=prepared, resources=prepared.changes)


def apply(
    change: Change, at: Deployment, accounts: Accounts, stage: Stage
) -> tuple[StackFailure, ...]:
    """Execute the change set, made now when it does not wait; what went wrong."""
    change_sets = _change_sets(at, accounts)
    template = stage.shipped(change.wanted, (at.region,))
    if change.verb is Verb.REPLACE:
        ending = change_sets.stacks.delete(change.stack)
        if not ending.gone:
            return ending.failures
    prepared = change.prepared or _prepare(change, at, change_sets, template)
    if not prepared.id:
        return ()
    live = change_sets.execute(prepared)
    return () if _reached(live) else change_sets.stacks.failures(live.id)


def forget(prepared: ChangeSet, at: Deployment, accounts: Accounts) -> None:
    """Remove a change set that is not executed."""
    _change_sets(at, accounts).discard(prepared)


def _stuck(live: LiveStack, at: Deployment) -> Refused:
    verb = "rollback-stack" if live.status == "UPDATE_FAILED" else "continue-update-rollback"
    return Refused(
        f"Stack {at.stack} in {at.account} {at.region} is {live.status}: it cannot be updated, and "
        "what it holds is in use.",
        f"In account {at.account}, run `aws cloudformation {verb} --stack-name {at.stack} "
        f"--region {at.region}`, then this again.",
    )


def _prepare(
    change: Change, at: Deployment, change_sets: ChangeSets, template: dict[str, str]
) -> ChangeSet:
    new = change.verb is not Verb.UPDATE
    return change_sets.make(at.stack, template, at.parameters, change.wanted.tags, new=new)


def _change_sets(at: Deployment, accounts: Accounts) -> ChangeSets:
    session = accounts.enter(at.account, at.region)
    return ChangeSets(service=session.service("cloudformation"))


def _deployed(stacks: Stacks, live: LiveStack) -> Deployed:
    return Deployed(
        id=live.id,
        status=live.status,
        usable=live.usable,
        content=packaging.canonical(stacks.template(live.name)),
        parameters=live.parameters,
        drift=Drifts(service=stacks.service).of_stack(live) if live.usable else None,
    )


def _reached(live: LiveStack) -> bool:
    return live.status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}
