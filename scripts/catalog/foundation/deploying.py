"""Deploy foundation products with CloudFormation, in the accounts where a target says they belong.

    changes = plan(target, releases, accounts, stage)    # reads only
    for done in apply(changes, accounts, stage): ...     # in the order of catalog.yaml

A stack that is as it should be is left alone, so the second run changes nothing. One that failed
to be created is deleted and made anew, which CloudFormation demands.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from catalog.aws.accounts import Accounts
from catalog.aws.stacks import BODY_LIMIT, LiveStack, Stacks
from catalog.foundation.deployments import Change, Deployed, Done, Verb, Wanted, change
from catalog.foundation.staging import Stage
from catalog.model import Release
from catalog.releases import packaging
from catalog.stacks import StackFailure
from catalog.targets import Deployment, Target

PRODUCT_TAG = "catalog:foundation"
"""Tag of each stack and what it makes; its value is the product's name."""


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
    return tuple(
        change(
            _wanted(deployment, releases[deployment.product], stage),
            _deployed(_stacks(accounts, deployment), deployment.stack),
        )
        for deployment in target.foundation
    )


def apply(changes: Iterable[Change], accounts: Accounts, stage: Stage) -> Iterator[Done]:
    """Do the changes one after the other, each told when it is done; a failure stops no other."""
    for each in changes:
        if each.verb is Verb.KEEP:
            yield Done(change=each)
        else:
            yield Done(change=each, failures=_apply(each, accounts, stage))


def _wanted(deployment: Deployment, release: Release, stage: Stage) -> Wanted:
    template = stage.stamped(release)
    content = packaging.canonical(template)
    return Wanted(deployment=deployment, release=release, template=template, content=content)


def _stacks(accounts: Accounts, deployment: Deployment) -> Stacks:
    session = accounts.enter(deployment.account, deployment.region)
    return Stacks(service=session.service("cloudformation"))


def _deployed(stacks: Stacks, name: str) -> Deployed | None:
    live = stacks.find(name)
    if live is None:
        return None
    return Deployed(
        id=live.id,
        status=live.status,
        usable=live.usable,
        content=packaging.canonical(stacks.template(name)),
        parameters=live.parameters,
    )


def _apply(each: Change, accounts: Accounts, stage: Stage) -> tuple[StackFailure, ...]:
    at, stacks = each.wanted.deployment, _stacks(accounts, each.wanted.deployment)
    template = _template(each.wanted, stage)
    if each.verb is Verb.REPLACE:
        ending = stacks.delete(each.stack)
        if not ending.gone:
            return ending.failures
    act = stacks.update if each.verb is Verb.UPDATE else stacks.create
    live = act(at.stack, template, at.parameters, {PRODUCT_TAG: at.product})
    return () if _reached(live) else stacks.failures(live.id)


def _reached(live: LiveStack) -> bool:
    return live.status in {"CREATE_COMPLETE", "UPDATE_COMPLETE"}


def _template(wanted: Wanted, stage: Stage) -> dict[str, str]:
    """Upload the code, and hand the template over in the request where it fits."""
    region = wanted.deployment.region
    stage.ready([region])
    url = stage.put(wanted.release, region)
    if len(wanted.template.encode()) <= BODY_LIMIT:
        return {"TemplateBody": wanted.template}
    return {"TemplateURL": url}
