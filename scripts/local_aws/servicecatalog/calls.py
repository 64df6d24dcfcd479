"""A call and who makes it; the table of operations.

An operation is a plain function from a `Call` to a response, written in a module of its subject and
entered into `OPERATIONS` by `@operation`. Administrators act as an account; end users act as the
role or user whose access key signed the request.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends
from moto.utilities.utils import get_partition

from local_aws.servicecatalog.state import Catalog, catalogs


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Whose keys signed a request.

    Args:
        account: 12 digits.
        partition: `aws`, `aws-cn` or `aws-us-gov`.
        arn: ARN of the role, user or root.
        session: ARN as the session shows it, e.g. `arn:aws:sts::…:assumed-role/name/session`.
        groups: ARNs of the groups a user is in.
    """

    account: str
    partition: str
    arn: str
    session: str
    groups: tuple[str, ...] = ()

    def is_meant_by(self, principal: str, kind: str) -> bool:
        """Whether a portfolio's principal names this caller.

        An IAM_PATTERN has no account and matches in any; `*` stands for anything, `/` included,
        `?` for one character (API reference, *AssociatePrincipalWithPortfolio*).
        """
        own = (self.arn, *self.groups)
        if kind == "IAM":
            return principal in own
        prefix = f"arn:{self.partition}:iam::"
        accountless = (arn.replace(f"{prefix}{self.account}:", f"{prefix}:", 1) for arn in own)
        return any(_pattern(principal).fullmatch(arn) for arn in accountless)


@lru_cache(maxsize=1024)
def _pattern(principal: str) -> re.Pattern[str]:
    escaped = re.escape(principal)
    return re.compile(escaped.replace(r"\*", ".*").replace(r"\?", "."))


def caller(account: str, region: str, access_key: str) -> Caller:
    """Who owns an access key; the account's root when it belongs to no role and no user."""
    partition = get_partition(region)
    iam = iam_backends[account][partition]
    key = iam.access_keys.get(access_key)
    arn = session = f"arn:{partition}:iam::{account}:root"
    groups: tuple[str, ...] = ()
    if key and key.role_arn:
        arn = key.role_arn
        assumed = sts_backends[account][partition].get_assumed_role_from_access_key(access_key)
        session = assumed.arn if assumed else arn
    elif key and key.user_name:
        arn = session = iam.get_user(key.user_name).arn
        groups = tuple(group.arn for group in iam.get_groups_for_user(key.user_name))
    return Caller(account=account, partition=partition, arn=arn, session=session, groups=groups)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request: checked parameters, who asks, where."""

    params: Mapping[str, Any]
    caller: Caller
    region: str

    @property
    def catalog(self) -> Catalog:
        """The caller's own catalog."""
        return catalogs[self.caller.account][self.region]  # type: ignore[no-any-return]


Handler = Callable[[Call], dict[str, Any]]

OPERATIONS: dict[str, Handler] = {}
"""What the embedded Service Catalog can do, by the operation's name in snake case."""


def operation(handler: Handler) -> Handler:
    """Enter a handler, named like its operation, into the table."""
    OPERATIONS[handler.__name__] = handler
    return handler
