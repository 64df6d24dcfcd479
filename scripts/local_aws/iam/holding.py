"""Who a key belongs to, and every policy its owner holds, read from the live IAM."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from moto import backends

from local_aws.iam.evaluation import Caller
from local_aws.iam.policies import Statement
from local_aws.iam.standing import read, role_of

Statements = tuple[Statement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Holder:
    """A caller with moto's role or user behind it, and the policy of its session, if any."""

    caller: Caller
    subject: Any
    session_policy: str = ""


_holders: dict[str, Holder | None] = {}


def forget() -> None:
    """Forget whose keys are whose; they are gone with the accounts."""
    _holders.clear()


def holder_of(access_key: str) -> Holder | None:
    """Who signs with a key (its id); None for an account itself, whom policies do not limit."""
    if access_key not in _holders:
        _holders[access_key] = _look_up(access_key)
    return _holders[access_key]


def _look_up(access_key: str) -> Holder | None:
    for account, partitions in list(backends.get_backend("iam").items()):
        for iam in list(partitions.values()):
            key = iam.access_keys.get(access_key)
            if key is not None and key.role_arn:
                return _of_session(str(key.role_arn), access_key, str(account))
            if key is not None and key.user_name:
                user: Any = iam.users[key.user_name]
                caller = Caller(arn=user.arn, principal=user.arn, account=str(account))
                return Holder(caller=caller, subject=user)
    return None


def _of_session(role_arn: str, access_key: str, account: str) -> Holder:
    sts: Any = backends.get_backend("sts")[account]["aws"]
    session = sts.get_assumed_role_from_access_key(access_key)
    if session is None:
        return of_role(role_arn)
    return of_role(role_arn, str(session.arn), str(session.policy or ""))


def of_role(role_arn: str, session_arn: str = "", session_policy: str = "") -> Holder:
    """A role by its ARN, as somebody who assumed it; one that is missing holds no policies."""
    account = role_arn.split(":")[4]
    caller = Caller(arn=session_arn or role_arn, principal=role_arn, account=account)
    role = role_of(account, role_arn)
    return Holder(caller=caller, subject=role, session_policy=session_policy)


def is_there(holder: Holder) -> bool:
    """Whether the role or user still exists; one made again under its name is another."""
    if holder.subject is None:
        return False
    iam: Any = backends.get_backend("iam")[holder.caller.account]["aws"]
    if ":role/" in holder.caller.principal:
        return iam.roles.get(holder.subject.id) is holder.subject
    return iam.users.get(holder.subject.name) is holder.subject


def identity(holder: Holder) -> Statements:
    """The identity policies of a role or user, those of the user's groups included."""
    subject = holder.subject
    if not is_there(holder):
        return ()
    return tuple(
        statement
        for one in (subject, *_groups(holder))
        for source in (_inline(one), _managed(one.managed_policies.values()))
        for statement in source
    )


def _groups(holder: Holder) -> Iterable[Any]:
    if ":user/" not in holder.caller.principal:
        return ()
    iam: Any = backends.get_backend("iam")[holder.caller.account]["aws"]
    return tuple(iam.get_groups_for_user(holder.subject.name))


def _inline(subject: Any) -> Statements:
    return tuple(
        statement
        for name, document in subject.policies.items()
        for statement in read(document, f"{subject.name}/{name}")
    )


def _managed(policies: Iterable[Any]) -> Statements:
    return tuple(s for policy in policies for s in read(_default(policy), policy.arn))


def _default(policy: Any) -> Any:
    return next((one.document for one in policy.versions if one.is_default), None)


def boundary(holder: Holder) -> Statements | None:
    """The permissions boundary; None without one, nothing allowed when it is gone."""
    arn = getattr(holder.subject, "permissions_boundary_arn", None)
    if not arn:
        return None
    iam: Any = backends.get_backend("iam")[holder.caller.account]["aws"]
    policy = iam.managed_policies.get(arn)
    return _managed((policy,)) if policy else ()


def session(holder: Holder) -> Statements | None:
    """The policy given when the role was assumed; None without one."""
    if not holder.session_policy:
        return None
    return read(holder.session_policy, "session policy")


def tags(holder: Holder) -> Mapping[str, str]:
    """The tags of the role or user."""
    held = getattr(holder.subject, "tags", None) or {}
    values = held.values() if isinstance(held, Mapping) else held
    return {str(tag["Key"]): str(tag["Value"]) for tag in values if isinstance(tag, Mapping)}


def service_control(account: str) -> tuple[Statements, ...]:
    """Service control policies by level, root first; () where only AWS's full access applies.

    They do not limit the management account (Organizations user guide, *Service control policies*).
    """
    held: Any = backends.get_backend("organizations")
    management = held.master_accounts.get(account, ("",))[0]
    if not management or management == account or management not in held:
        return ()
    backend = held[management]["aws"]
    policies = [one for one in backend.policies if one.type == "SERVICE_CONTROL_POLICY"]
    if all(one.name == "FullAWSAccess" for one in policies):
        return ()
    nodes = {one.id: one for one in (*backend.ou, *backend.accounts)}
    levels: list[Statements] = []
    node: str | None = account
    while node in nodes:
        attached = [p for p in policies if any(one.id == node for one in p.attachments)]
        if attached:
            levels.append(tuple(s for one in attached for s in read(one.content, one.arn)))
        node = getattr(nodes[node], "parent_id", None)
    return tuple(reversed(levels))
