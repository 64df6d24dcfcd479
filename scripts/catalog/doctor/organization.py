"""Questions about the organization: who may reach it, and whether its units are there. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from catalog.doctor.facts import RESOURCE_SHARES, SERVICE_CATALOG, STACK_SETS, Facts, Unseen
from catalog.doctor.verdicts import Standing, Verdict, missing, unknown, well
from catalog.targets import UnitDeployment

_SERVICES = {
    SERVICE_CATALOG: "Service Catalog",
    STACK_SETS: "CloudFormation StackSets",
    RESOURCE_SHARES: "Resource Access Manager",
}


def by_unit(facts: Facts) -> bool:
    """Whether the target deploys by OU."""
    return any(isinstance(each, UnitDeployment) for each in facts.target.foundation)


def access(facts: Facts) -> Iterator[Verdict]:
    """Service Catalog shares with OUs only where the management account lets it see them.

    To an account that administers nothing it says DISABLED; the organization's list knows better.
    """
    if not facts.target.ous:
        return
    subject = "organization access of Service Catalog"
    listed = not isinstance(facts.trusted, Unseen) and SERVICE_CATALOG in facts.trusted
    match "ENABLED" if facts.access == "DISABLED" and listed else facts.access:
        case Unseen() as unseen:
            yield unknown(subject, unseen)
        case "ENABLED":
            yield well(subject)
        case "UNDER_CHANGE":
            yield Verdict(
                subject=subject, standing=Standing.UNKNOWN, why="it changes now; look again"
            )
        case status:
            command = "aws servicecatalog enable-aws-organizations-access"
            why = f"it is {status}: nothing can be shared with an OU"
            yield missing(subject, why, command, facts.boss)


def trusted(facts: Facts) -> Iterator[Verdict]:
    """Services that work in the accounts of an organization, which has to trust them."""
    commands = {
        STACK_SETS: (by_unit(facts), "aws cloudformation activate-organizations-access"),
        RESOURCE_SHARES: (
            facts.needs.shares_resources,
            "aws ram enable-sharing-with-aws-organization",
        ),
    }
    for principal, (needed, command) in commands.items():
        subject = f"trusted access of {_SERVICES[principal]}"
        if not needed:
            continue
        if isinstance(facts.trusted, Unseen):
            yield unknown(subject, facts.trusted)
        elif principal in facts.trusted:
            yield well(subject)
        else:
            why = f"the organization does not trust {principal}"
            yield missing(subject, why, command, facts.boss)


def administrators(facts: Facts) -> Iterator[Verdict]:
    """The hub acts for the organization: as its management account, or delegated by it."""
    hub = facts.target.account
    needed = {SERVICE_CATALOG: bool(facts.target.ous), STACK_SETS: by_unit(facts)}
    for principal in (each for each, wanted in needed.items() if wanted):
        subject = f"delegated administrator of {_SERVICES[principal]}"
        accounts = facts.administrators.get(principal, frozenset())
        if facts.management == hub:
            yield well(subject, "the hub is the management account")
        elif isinstance(accounts, Unseen):
            yield unknown(subject, accounts)
        elif hub in accounts:
            yield well(subject)
        else:
            command = (
                f"aws organizations register-delegated-administrator --account-id {hub} "
                f"--service-principal {principal}"
            )
            yield missing(subject, f"{hub} is none", command, facts.boss)


def units(facts: Facts) -> Iterator[Verdict]:
    """Every OU alias of the target stands for a unit that exists."""
    for alias, node in sorted(facts.target.ous.items()):
        subject, found = f"OU {alias}", facts.units.get(alias)
        if isinstance(found, Unseen):
            yield unknown(subject, found)
        elif found is None:
            root = "ROOT" if isinstance(facts.root, Unseen) else facts.root
            command = (
                f"aws organizations create-organizational-unit --parent-id {root} --name {alias}"
            )
            why = (
                f"the organization has no {node}; correct targets.{facts.target.name}.ous in "
                "catalog.yaml, or make the unit and write its id there"
            )
            yield missing(subject, why, command, facts.boss)
        else:
            yield well(subject, f"{node}, {len(found)} account{'s' * (len(found) != 1)}")
