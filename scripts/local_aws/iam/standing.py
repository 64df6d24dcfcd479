"""Policies that stand on resources, read from the live ones.

One reader per kind of resource, by the service in its ARN. A resource that does not exist has no
policy and belongs to the account its ARN names.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from moto import backends
from moto.core.exceptions import HTTPException
from moto.s3.models import FakeDeleteMarker

from local_aws.iam.conditions import Malformed
from local_aws.iam.policies import Statement, statements

log = logging.getLogger("local_aws")

PolicyReader = Callable[[Any, str, str], Any]
"""(moto's backend, ARN, the ARN's last part) -> the policy there, as `read` takes it."""

TagReader = Callable[[str, list[str]], Mapping[str, str]]
"""(ARN, its parts) -> tags by key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What stands on a resource; see `evaluation.Held`."""

    owner: str
    statements: tuple[Statement, ...] = ()
    decides: bool = False
    called: str = "resource-based policy"


def keeps(service: str, policy: PolicyReader, tags: TagReader) -> None:
    """Let a service whose things are kept here, and not by moto, be read as well.

    Args:
        service: As ARNs name it.
        policy: Reads what stands on a thing.
        tags: Reads its tags.
    """
    _READERS[service], _TAGS[service] = policy, tags


def on(arn: str, action: str) -> Standing:
    """The policy of a resource that bears on an action, and the resource's account (12 digits).

    A role's trust policy bears on assuming it alone.
    """
    parts = arn.split(":", 5)
    if len(parts) < 6:
        return Standing(owner="")
    service, region, account, rest = parts[2:]
    reader = _READERS.get(service)
    if service == "organizations":  # delegated administrators read it too; the service decides
        return Standing(owner="")
    if service == "s3":
        return _bucket(rest, account)
    if service == "iam" and action.startswith("sts:"):
        return _role(account, arn)
    if reader is None:
        return Standing(owner=account)
    if service == "ecr" and _is_of_aws(account):
        return Standing(owner=account, statements=_OPEN)
    try:
        text = reader(_backend(service, account, region), arn, rest)
    except (KeyError, AttributeError, HTTPException):  # there is no such thing
        text = None
    return Standing(
        owner=account, statements=read(text, f"policy of {arn}"), decides=service == "kms"
    )


def read(document: Any, policy: str) -> tuple[Statement, ...]:
    """The statements of a document that may be text, bytes, parsed or absent; () if unreadable."""
    if not document:
        return ()
    if isinstance(document, bytes):
        document = document.decode()
    text = document if isinstance(document, str) else json.dumps(document)
    try:
        return statements(text, policy)
    except Malformed as error:
        log.warning("a policy that cannot be read allows nothing: %s", error)
        return ()


def _is_of_aws(account: str) -> bool:
    """Whether an account is nobody's here: AWS keeps its images in such accounts, for everybody."""
    held: Any = backends.get_backend("organizations")
    has_roles = account in backends.get_backend("iam") and any(
        one.roles for one in backends.get_backend("iam")[account].values()
    )
    return account not in held.master_accounts and not has_roles


def _backend(service: str, account: str, region: str) -> Any:
    return backends.get_backend(_MODULES.get(service, service))[account][region or "aws"]


def bucket_owner(bucket: str) -> str:
    """The account (12 digits) a bucket belongs to; empty when there is none."""
    held: Any = backends.get_backend("s3")
    return str(held.bucket_accounts.get(bucket, ("", ""))[1])


def lacks_object(bucket: str, key: str) -> bool:
    """Whether a bucket that exists has no such object."""
    owner = bucket_owner(bucket)
    if not owner:
        return False
    found = backends.get_backend("s3")[owner]["aws"].buckets[bucket].keys.get(key)
    return found is None or isinstance(found, FakeDeleteMarker)


def _bucket(rest: str, account: str) -> Standing:
    name = rest.partition("/")[0]
    owner = bucket_owner(name)
    if not owner:
        return Standing(owner=account)
    policy = backends.get_backend("s3")[owner]["aws"].buckets[name].policy
    return Standing(owner=owner, statements=read(policy, f"policy of bucket {name}"))


def _role(account: str, arn: str) -> Standing:
    role = role_of(account, arn)
    if role is None:
        return Standing(owner=account, decides=True, called="role trust policy")
    trust = read(role.assume_role_policy_document, f"trust policy of {role.name}")
    return Standing(owner=account, statements=trust, decides=True, called="role trust policy")


def role_of(account: str, arn: str) -> Any:
    """The role (of moto) with an ARN, or None."""
    roles = backends.get_backend("iam")[account]["aws"].roles.values()
    return next((role for role in roles if role.arn == arn), None)


def tags_on(arn: str) -> Mapping[str, str]:
    """The tags of a live resource, by key; {} when it has none or is of a kind not read here."""
    parts = arn.split(":", 5)
    reader = _TAGS.get(parts[2]) if len(parts) == 6 else None
    if reader is None:
        return {}
    try:
        return reader(arn, parts)
    except (KeyError, AttributeError, ValueError):
        return {}


def _bucket_tags(arn: str, parts: list[str]) -> Mapping[str, str]:
    name, _, key = parts[5].partition("/")
    backend: Any = backends.get_backend("s3")[bucket_owner(name)]["aws"]
    if not key:
        return dict(backend.tagger.get_tag_dict_for_resource(arn))
    return dict(backend.tagger.get_tag_dict_for_resource(backend.buckets[name].keys[key].arn))


def _role_tags(arn: str, parts: list[str]) -> Mapping[str, str]:
    role = role_of(parts[4], arn)
    return {tag["Key"]: str(tag["Value"]) for tag in role.tags.values()} if role else {}


def _topic(backend: Any, arn: str, _rest: str) -> Any:
    return backend.topics[arn].policy


def _queue(backend: Any, _arn: str, rest: str) -> Any:
    return backend.queues[rest].policy


def _function(backend: Any, _arn: str, rest: str) -> Any:
    function = backend._lambdas._get_latest(rest.split(":")[1])
    return {"Statement": function.policy.statements}


def _bus(backend: Any, _arn: str, rest: str) -> Any:
    kind, _, name = rest.partition("/")
    return backend.event_buses[name].policy if kind == "event-bus" else None


def _key(backend: Any, _arn: str, rest: str) -> Any:
    return backend.keys[rest.partition("/")[2]].policy


def _repository(backend: Any, _arn: str, rest: str) -> Any:
    return backend.repositories[rest.partition("/")[2]].policy


def _secret(backend: Any, arn: str, _rest: str) -> Any:
    return backend.secrets[arn].policy


def _log_group(backend: Any, _arn: str, _rest: str) -> Any:
    """What CloudWatch Logs' resource policies say; they stand on an account's groups together."""
    policies = (json.loads(one.policy_document) for one in backend.resource_policies.values())
    return {"Statement": [statement for one in policies for statement in one["Statement"]]}


_OPEN = statements(
    '{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "ecr:*"}}', "images of AWS"
)
_MODULES = {"lambda": "awslambda"}
_READERS: dict[str, PolicyReader] = {
    "sns": _topic,
    "sqs": _queue,
    "lambda": _function,
    "events": _bus,
    "logs": _log_group,
    "kms": _key,
    "ecr": _repository,
    "secretsmanager": _secret,
}
_TAGS: dict[str, TagReader] = {"iam": _role_tags, "s3": _bucket_tags}
