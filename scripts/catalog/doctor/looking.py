"""Look around a target: every fact, or why it may not be seen. Reads only."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TypeVar

from catalog.aws import Gateways, Session
from catalog.aws.connections import Connections
from catalog.aws.organization import Organization
from catalog.aws.preflight import right_account
from catalog.aws.roles import Roles
from catalog.aws.service_quotas import ServiceQuotas
from catalog.aws.stacks import Stacks
from catalog.aws.translation import DENIED
from catalog.aws.trust import Trust
from catalog.doctor.accounts import shared
from catalog.doctor.facts import (
    SERVICE_CATALOG,
    STACK_SETS,
    Facts,
    Held,
    Needs,
    RegionFacts,
    Unseen,
)
from catalog.doctor.regions import SERVICES
from catalog.errors import EnvironmentFault, Refused, ServiceFault
from catalog.foundation import deploying
from catalog.places import Place
from catalog.stacks import Drift
from catalog.targets import Deployment, Target, UnitDeployment

WORKERS = 8
"""Accounts and deployments looked into at the same time."""

_ACTIONS = {
    "s3:GetBucketEncryption": "s3:GetEncryptionConfiguration",
    "s3:GetBucketLifecycleConfiguration": "s3:GetLifecycleConfiguration",
    "s3:GetPublicAccessBlock": "s3:GetBucketPublicAccessBlock",
    "service-quotas:ListServiceQuotas": "servicequotas:ListServiceQuotas",
}
"""Operation -> IAM action, where they are not called the same."""

_NO_UNIT = frozenset({"OrganizationalUnitNotFoundException", "InvalidInputException"})

CONNECTIONS = "codestar-connections"
"""The name under which botocore lists the regions of CodeConnections."""

Seen = TypeVar("Seen")


def look_first(place: Place) -> Facts:
    """What stops every deployment: the organization and the regions.

    Raises:
        EnvironmentFault: The credentials are another account's, or there are none.
    """
    first = place.gateways[place.target.regions[0]]
    right_account(first, place.target)
    regions = {region: _region(hub) for region, hub in place.gateways.items()}
    management = _seen(first.surroundings.management)
    if not management:
        return _alone(place, regions)
    organizations = first.surroundings.organizations
    trust = Trust(service=organizations)
    return Facts(
        target=place.target,
        management=management,
        access=_seen(first.surroundings.organization_access),
        trusted=_seen(trust.services),
        administrators={
            principal: _seen(partial(trust.administrators, principal))
            for principal in (SERVICE_CATALOG, STACK_SETS)
        },
        root=_seen(trust.root),
        units={
            alias: _seen(partial(_unit, Organization(service=organizations), node))
            for alias, node in place.target.ous.items()
        },
        regions=regions,
    )


def _alone(place: Place, regions: dict[str, RegionFacts]) -> Facts:
    """What is known of an account outside of organizations; a target without OUs needs none."""
    none = Unseen(why=f"account {place.target.account} is in no organization")
    return Facts(
        target=place.target,
        access=none,
        trusted=none,
        administrators=dict.fromkeys((SERVICE_CATALOG, STACK_SETS), none),
        root=none,
        units=dict.fromkeys(place.target.ous, none),
        regions=regions,
    )


def look(place: Place, needs: Needs) -> Facts:
    """Everything: also buckets, connections, quotas, the roles in each account, and drift.

    Raises:
        EnvironmentFault: The credentials are another account's, or there are none.
    """
    facts = replace(look_first(place), needs=needs)
    regions = {
        region: _within(hub, facts.regions[region], place.target)
        for region, hub in place.gateways.items()
    }
    asked = {
        account: {*roles, place.target.reader_role} for account, roles in shared(facts).items()
    }
    with ThreadPoolExecutor(WORKERS, "doctor") as pool:
        held = pool.map(lambda each: _roles(place, *each), asked.items())
        drifts = pool.map(partial(_drifts, place), place.target.foundation)
        return replace(
            facts,
            regions=regions,
            roles=dict(zip(asked, held, strict=True)),
            drifts=dict(zip((at.place for at in place.target.foundation), drifts, strict=True)),
        )


def _drifts(place: Place, at: Deployment | UnitDeployment) -> tuple[Drift, ...] | Unseen | None:
    """What CloudFormation finds changed behind a deployment, through the access role."""
    try:
        return _seen(lambda: deploying.drifts(at, place.accounts, place.stage))
    except ServiceFault as fault:  # a set whose administrator is none, a stack that is looked at
        return Unseen(why=fault.what)


def _region(hub: Gateways) -> RegionFacts:
    session = hub.session
    account = session.service("account")
    return RegionFacts(
        offered=frozenset(name for name in SERVICES if session.offers(name)),
        standing=_seen(
            lambda: str(
                account.call("get_region_opt_status", session.region, RegionName=session.region)[
                    "RegionOptStatus"
                ]
            )
        ),
    )


def _within(hub: Gateways, seen: RegionFacts, target: Target) -> RegionFacts:
    session = hub.session
    if seen.standing in {"DISABLED", "DISABLING", "ENABLING"}:
        off = Unseen(why="the region is not turned on")
        return replace(seen, bucket=off, lifecycle=off, connections=off, quotas=off)
    organization = _seen(hub.surroundings.organization)
    known = "" if isinstance(organization, Unseen) else organization
    return replace(
        seen,
        bucket=_seen(partial(hub.storage.bucket.faults, known, target.publisher)),
        lifecycle=_seen(hub.storage.bucket.lifecycle),
        connections=_seen(partial(_connections, session, target))
        if session.offers(CONNECTIONS)
        else {},
        quotas=_seen(ServiceQuotas(service=session.service("service-quotas")).applied),
    )


def _connections(session: Session, target: Target) -> dict[str, str]:
    """The connections that stacks of the foundation make, or are given."""
    if not session.offers(CONNECTIONS):
        return {}
    stacks = Stacks(service=session.service("cloudformation"))
    told: set[str] = set()
    for at in target.foundation:
        if isinstance(at, Deployment) and (at.account, at.region) == (
            target.account,
            session.region,
        ):
            found = stacks.find(at.stack)
            told |= {*found.parameters.values(), *found.outputs.values()} if found else set()
    return Connections(service=session.service("codeconnections")).standing(told)


def _unit(organization: Organization, node: str) -> frozenset[str] | None:
    try:
        return organization.active(node)
    except ServiceFault as fault:
        if fault.code in _NO_UNIT or fault.code == "ParentNotFoundException":
            return None
        raise


def _roles(place: Place, account: str, asked: Iterable[str]) -> Held | Unseen:
    """Through the access role, which sees most, or else the reader role."""
    entered = _seen(partial(_enter, place, account))
    if isinstance(entered, Unseen):
        return entered
    roles = Roles(service=entered.service("iam"))
    ours = _seen(lambda: frozenset(name for name in sorted(asked) if roles.has(name)))
    if isinstance(ours, Unseen):
        return ours
    return Held(ours=ours, arns=_seen(roles.arns))


def _enter(place: Place, account: str) -> Session:
    region = place.target.regions[0]
    if account == place.target.account:
        return place.gateways[region].session
    try:
        return place.accounts.enter(account, region)
    except EnvironmentFault:
        return replace(place.accounts, role=place.target.reader_role).enter(account, region)


def _seen(look: Callable[[], Seen]) -> Seen | Unseen:
    """What a look finds, or the permission that is lacking for it."""
    try:
        return look()
    except ServiceFault as fault:
        if fault.code not in DENIED and fault.code != "403":
            raise
        action = _ACTIONS.get(fault.operation, fault.operation)
        return Unseen(permission=action, why=fault.what)
    except (EnvironmentFault, Refused) as fault:  # no way there, or a bucket that S3 does not show
        return Unseen(why=fault.what)
