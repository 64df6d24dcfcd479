"""The embedded AWS under a rehearsal: the only module here that knows it.

What people and services do goes through its public APIs. Only what no API of AWS tells is read from
its records: which calls IAM refused, which events reached nobody, which work of its own failed.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import local_aws
from catalog.aws import Credentials, Service, Session, connect
from catalog.aws.accounts import Accounts
from catalog.errors import UsageError
from catalog.places import Place
from catalog.rehearsing.recorded import Delivery, Denial
from catalog.studio.looking import accounts
from catalog.targets import OrganizationalUnit, Target
from local_aws import (
    codebuild,
    connections,
    events,
    functions,
    iam,
    identity,
    repositories,
    sandbox,
    topics,
    work,
)
from local_aws.deliveries import deliveries
from local_aws.process import Embedded


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """An embedded AWS of this process with a target's organization.

    Args:
        target: Whose accounts they are.
        region: Where everything happens.
    """

    target: Target
    region: str
    aws: Embedded
    _services: dict[tuple[str, str, str], Service] = field(default_factory=dict)

    @property
    def accounts(self) -> dict[str, str]:
        """Name -> 12 digits, of every account but the management account's."""
        return accounts(self.target)

    @property
    def units(self) -> dict[str, str]:
        """Name -> id of every organizational unit."""
        return dict(_units(self.target.organization.units if self.target.organization else ()))

    def named(self, account: str) -> str:
        """An account as people call it: `staging 333333333333`."""
        names = {number: name for name, number in self.accounts.items()}
        return f"{names.get(account, 'management')} {account}"

    def number(self, account: str) -> str:
        """12 digits of an account named or given so.

        Raises:
            UsageError: The organization has no such account.
        """
        known = self.accounts | {"management": self._management}
        if account not in known and account not in known.values():
            raise UsageError(
                f"The organization has no account {account}.", f"It has {', '.join(sorted(known))}."
            )
        return known.get(account, account)

    def service(self, name: str, account: str, role: str = "") -> Service:
        """A service in an account (12 digits), as a role there or as its administrator."""
        key = name, account, role or self.target.access_role
        if key not in self._services:  # making a client costs more than most calls
            self._services[key] = Service(client=self.aws.client(*key))
        return self._services[key]

    def place(self) -> Place:
        """The target within reach, as the hub's publisher sees it."""
        hub = self._credentials(self.target.account)
        keys = identity.root_keys(self._management)
        management = Session(
            region=self.region,
            credentials=Credentials(access_key=keys[0], secret_key=keys[1], session_token=keys[2]),
        )
        return Place(
            target=self.target,
            gateways={
                region: connect(self.target, region, credentials=hub)
                for region in self.target.regions
            },
            accounts=Accounts(
                session=management, home=self._management, role=self.target.access_role
            ),
        )

    def environment(self, account: str, role: str) -> dict[str, str]:
        """What a program on a person's machine needs to work as a role of an account."""
        keys = self._credentials(account, role)
        return {
            "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}",
            "LANG": "en_US.UTF-8",
            "AWS_ENDPOINT_URL": functions.endpoint(),
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": keys.access_key,
            "AWS_SECRET_ACCESS_KEY": keys.secret_key,
            "AWS_SESSION_TOKEN": keys.session_token,
            "AWS_EC2_METADATA_DISABLED": "true",
            **repositories.git_environment(account, self.region),
        }

    def calls(self) -> tuple[Mapping[str, Any], ...]:
        """Every decision of IAM so far, as the embedded AWS records it."""
        return tuple(each.to_json() for each in iam.records())

    def denials(self) -> tuple[Denial, ...]:
        """What IAM refused."""
        return tuple(
            Denial(
                account=each.account,
                role=each.role.rpartition("/")[2],
                action=each.action,
                resource=each.resource,
                why=f"{each.verdict} ({each.where})" if each.where else each.verdict,
            )
            for each in iam.records()
            if not each.allowed
        )

    def deliveries(self) -> tuple[Delivery, ...]:
        """Events and messages that did not reach their target."""
        return tuple(
            Delivery(
                account=each.sender.split(":")[4],
                event=each.what,
                rule=each.sender.rpartition("/")[2],
                why=f"{each.target} did not get it: {each.why}",
            )
            for each in deliveries()
            if not each.ok
        )

    def exports(self) -> str:
        """Where an AWS client reaches it as the administrator of the hub, as shell exports."""
        given = self.environment(self.target.account, self.target.access_role)
        names = [name for name in given if name.startswith("AWS_")]
        return "\n".join(f"export {name}={given[name]}" for name in names)

    def events(self) -> tuple[Mapping[str, Any], ...]:
        """What became of every event and message, as the embedded AWS records it."""
        return tuple(asdict(each) for each in deliveries())

    def unmet(self) -> tuple[tuple[str, Mapping[str, Any]], ...]:
        """Events that no rule meant: account (12 digits) and event, oldest first."""
        return tuple((event.account, event.body) for event, rules in events.arrivals() if not rules)

    def deliver_copies(self, number: int) -> None:
        """Let EventBridge deliver every event this many times, as it may at any time."""
        events.set_copies(number)

    def inbox(self, address: str) -> tuple[str, ...]:
        """Every mail an address got, subject and body, the oldest first."""
        return tuple(f"{mail.subject}\n{mail.body}" for mail in topics.inbox(address))

    def confirm_mail(self, address: str) -> None:
        """Follow the links in the mails that ask an address to confirm its subscriptions."""
        topics.confirm(address)

    def host_repository(self, full_name: str) -> None:
        """Make an empty repository `<owner>/<name>` at the Git provider, outside AWS."""
        connections.add_repository(full_name)

    def provider_address(self, full_name: str) -> Path:
        """Where git reaches a repository of the Git provider, outside AWS."""
        return connections.address(full_name)

    def pushed_to_provider(self, full_name: str) -> None:
        """Let the Git provider notice a push to `provider_address`."""
        connections.pushed(full_name)

    def lend_tools(self) -> None:
        """Let build hosts begin with what is installed here, as earlier builds would leave it.

        There is no package index in the embedded AWS. The environments are those that `make` keeps
        beside each other: the tool's, which this process runs in, and taskcat's.
        """
        tools = Path(sys.prefix)
        for environment in (tools, tools.with_name(f"{tools.name}-taskcat")):
            if environment.is_dir():
                codebuild.lend(environment.name, functools.partial(sandbox.lent, environment))

    def night_falls(self) -> None:
        """Let every schedule fall due once."""
        events.night_falls()

    def complete_connection(self, arn: str) -> None:
        """Finish the handshake of a connection, which people do in the console."""
        connections.complete(arn)

    def under_way(self) -> tuple[str, ...]:
        """What AWS works on now, in words."""
        return work.under_way()

    def failures(self) -> tuple[str, ...]:
        """Work of the embedded AWS that failed by its own fault."""
        return work.failures()

    @property
    def _management(self) -> str:
        return self.target.organization.management if self.target.organization else ""

    def _credentials(self, account: str, role: str = "") -> Credentials:
        keys = identity.keys_for(f"arn:aws:iam::{account}:role/{role or self.target.access_role}")
        return Credentials(access_key=keys[0], secret_key=keys[1], session_token=keys[2])


def _units(units: Iterable[OrganizationalUnit]) -> Iterator[tuple[str, str]]:
    for unit in units:
        yield unit.name, unit.id
        yield from _units(unit.units)


@contextmanager
def ground(target: Target) -> Iterator[Ground]:
    """An embedded AWS with the organization of a target, where IAM denies; gone afterwards.

    Raises:
        UsageError: The target describes no organization.
    """
    if target.organization is None:
        raise UsageError(
            f"Target {target.name} describes no organization to rehearse in.",
            f"Add targets.{target.name}.organization to catalog.yaml.",
        )
    region = target.regions[0]
    with local_aws.embedded(target.organization, target.account, region) as aws:
        iam.force(True)
        yield Ground(target=target, region=region, aws=aws)
