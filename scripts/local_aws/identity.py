"""Who calls: access keys lead to accounts, roles are assumed only where they exist and trust.

moto takes any key for its default account and any ARN for a role. AWS refuses an unknown key
(`UnrecognizedClientException`, `InvalidClientTokenId`, `InvalidAccessKeyId`: common errors of the
JSON, query and S3 protocols) and an AssumeRole that the role's trust policy does not allow
(STS API reference, *AssumeRole*: `AccessDenied`).
"""

from __future__ import annotations

import copy
import functools
import json
from typing import Any
from urllib.parse import unquote

from moto.core.request import Request
from moto.iam import models as iam
from moto.iam.models import iam_backends
from moto.sts import models as sts
from moto.sts.models import sts_backends

from local_aws.errors import Refusal
from local_aws.iam import calling, holding
from local_aws.iam.trusting import trusts

HOUR = 3600


def key_of(request: Request) -> str:
    """The access key id a request is signed with; empty when it is not signed."""
    return _credential(request).partition("/")[0]


def region_of(request: Request) -> str:
    """The region a request is signed for; empty when it is not signed."""
    parts = _credential(request).split("/")
    return parts[2] if len(parts) > 3 else ""


def _credential(request: Request) -> str:
    """`<key>/<date>/<region>/<service>/aws4_request` of the signature, in header or query."""
    credential = request.headers.get("Authorization", "").partition("Credential=")[2]
    return unquote(credential or request.args.get("X-Amz-Credential", ""))


def account_of(access_key: str) -> str:
    """The account (12 digits) an access key belongs to; empty when nobody was given it."""
    for account, partitions in list(iam_backends.items()) if access_key else ():
        if any(access_key in backend.access_keys for backend in list(partitions.values())):
            return str(account)
    return ""


def check(request: Request) -> None:
    """Refuse a request signed with a key that this AWS never gave out.

    Raises:
        ServiceException: The key is unknown; the code is the one of the request's protocol.
    """
    key = key_of(request)
    if not key or account_of(key):
        return
    if request.headers.get("X-Amz-Target"):
        kind = "UnrecognizedClientException"
    elif request.values.get("Action"):
        kind = "InvalidClientTokenId"
    else:
        kind = "InvalidAccessKeyId"
    raise Refusal(kind, "The security token included in the request is invalid.")


def keys_for(role_arn: str, session: str = "local-aws") -> tuple[str, str, str]:
    """Access key, secret key and session token of a role, for calls AWS makes by itself.

    A service that runs something under a role (CloudFormation, Lambda) gets them this way.
    """
    account = role_arn.split(":")[4]
    backend = sts_backends[account]["aws"]
    role = _original_assume_role(
        backend,
        region_name="us-east-1",
        role_session_name=session,
        role_arn=role_arn,
        policy="",
        duration=3600,
        external_id="",
    )
    return role.access_key_id, role.secret_access_key, role.session_token


def role_id(role_arn: str) -> str:
    """The unique id of a role; empty when there is none of that ARN."""
    role = _role(role_arn.split(":")[4], role_arn.rpartition("/")[2])
    return str(role.id) if role else ""


def root_keys(account: str) -> tuple[str, str, str]:
    """Keys of an account itself, for calls made on its behalf where no role stands in between."""
    key = iam_backends[account]["aws"].create_temp_access_key()
    return key.access_key_id, key.secret_access_key, "local-aws"


class DoorKey:
    """A key of one account that outlives resets: with it a client begins."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._key = iam.AccessKey(user_name=None, prefix="AKIA", account_id=account)
        self.access_key = str(self._key.access_key_id)
        self.secret_key = str(self._key.secret_access_key)

    def hand_in(self) -> None:
        """Make the key known, after everything was forgotten."""
        iam_backends[self._account]["aws"].access_keys[self.access_key] = self._key


def _assume_role(backend: Any, **request: Any) -> Any:
    arn = request["role_arn"]
    if not trusts(arn, str(backend.account_id), str(request.get("external_id") or "")):
        account, name = arn.split(":")[4], arn.rpartition("/")[2]
        caller = f"arn:aws:iam::{backend.account_id}:root"
        text = f"User: {caller} is not authorized to perform: sts:AssumeRole on resource: {arn}"
        exists = _role(account, name) is not None
        hint = "its trust policy does not name the caller" if exists else "there is no such role"
        raise Refusal("AccessDenied", f"{text} ({hint})")
    _check_duration(int(request["duration"]), arn)
    return _original_assume_role(backend, **request)


def _check_duration(seconds: int, role_arn: str) -> None:
    """Refuse a session that is longer than the role, or role chaining, allows (*AssumeRole*)."""
    role = _role(role_arn.split(":")[4], role_arn.rpartition("/")[2])
    chained = holding.holder_of(calling.key())
    text = ""
    if seconds > int(role.max_session_duration or HOUR):
        text = "exceeds the MaxSessionDuration set for this role."
    elif seconds > HOUR and chained and ":role/" in chained.caller.principal:
        text = "exceeds the 1 hour session limit for roles assumed by role chaining."
    if text:
        raise Refusal("ValidationError", f"The requested DurationSeconds {text}")


_original_assume_role = sts.STSBackend.assume_role


def _role(account: str, name: str) -> Any:
    return next((r for r in iam_backends[account]["aws"].roles.values() if r.name == name), None)


@functools.cache
def _managed_by_aws() -> dict[str, iam.AWSManagedPolicy]:
    """AWS's own policies by ARN, as moto ships them; parsed once, shared by every account."""
    data = json.loads(iam.aws_managed_policies_data)
    made = [iam.AWSManagedPolicy.from_data(name, "aws", "aws", one) for name, one in data.items()]
    return {policy.arn: policy for policy in made}


def _aws_policies(backend: iam.IAMBackend) -> list[iam.AWSManagedPolicy]:
    known = backend.managed_policies.values()
    return [policy for policy in known if isinstance(policy, iam.AWSManagedPolicy)]


def _attaching(name: str) -> None:
    """Give an account a copy of its own of a policy that is attached there, for the count in it."""
    original = getattr(iam.IAMBackend, name)

    def attach(backend: iam.IAMBackend, policy_arn: str, *to: str, **named: str) -> None:
        shared = _managed_by_aws().get(policy_arn)
        if shared is not None and backend.managed_policies[policy_arn] is shared:
            backend.managed_policies[policy_arn] = copy.copy(shared)
        original(backend, policy_arn, *to, **named)

    setattr(iam.IAMBackend, name, attach)


def install() -> None:
    """Make moto look keys up the fast way, share AWS's policies, and assume roles the strict way.

    moto gives each account 1,500 policies of its own, which is most of the cost of an account.
    """
    iam.IAMBackend.aws_managed_policies = property(_aws_policies, lambda *_: None)
    iam.IAMBackend._init_aws_policies = lambda _: []
    iam.IAMBackend._init_managed_policies = lambda _: dict(_managed_by_aws())
    for name in ("attach_role_policy", "attach_user_policy", "attach_group_policy"):
        _attaching(name)
    iam.get_account_id_from = lambda access_key: account_of(access_key) or iam.DEFAULT_ACCOUNT_ID
    sts.STSBackend.assume_role = _assume_role
