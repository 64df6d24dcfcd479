"""Whether a role lets itself be assumed, which holds whether or not denials are in force."""

from __future__ import annotations

from local_aws.iam import calling, condition_keys, guarding, holding, standing
from local_aws.iam.evaluation import Caller, naming

_ACTION = "sts:AssumeRole"


def trusts(role_arn: str, account: str, external_id: str = "") -> bool:
    """Whether a role's trust policy admits whoever makes the current request.

    Args:
        role_arn: ARN of the role.
        account: 12 digits, the caller's.
        external_id: As the request gives it.
    """
    caller = _caller(account)
    context = condition_keys.of_caller(caller, {}, guarding.LOOPBACK)
    if external_id:
        context["sts:externalid"] = (external_id,)
    speaking = [
        statement
        for statement in standing.on(role_arn, _ACTION).statements
        if naming(statement, caller) and statement.covers(_ACTION, role_arn, context)
    ]
    return bool(speaking) and all(statement.allows for statement in speaking)


def _caller(account: str) -> Caller:
    holder = holding.holder_of(calling.key())
    if holder:
        return holder.caller
    root = f"arn:aws:iam::{account}:root"
    return Caller(arn=root, principal=root, account=account)
