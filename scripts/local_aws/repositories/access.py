"""Whether a caller may do what no operation stands for: git's pull and push, a connection's use.

The actions: service authorization reference, *AWS CodeCommit* (GitPull, GitPush) and *AWS
CodeConnections* (UseConnection).
"""

from __future__ import annotations

from collections.abc import Mapping

from local_aws.errors import Refusal
from local_aws.iam import guarding, holding, in_force
from local_aws.iam.requests import Needed

__all__ = ["Refusal", "check"]


def check(
    key: str, action: str, resource: str, context: Mapping[str, tuple[str, ...]] | None = None
) -> None:
    """Record what the owner of an access key does, and refuse it where IAM does and is in force.

    Args:
        key: Id of the access key; an account's own is not limited.
        action: E.g. `codecommit:GitPush`.
        resource: ARN.
        context: Condition keys, in lower case, of this action alone.

    Raises:
        Refusal: AccessDenied.
    """
    holder = holding.holder_of(key)
    if holder is None:
        return
    needed = Needed(action=action, resource=resource, context=context or {})
    record = guarding.evaluate_role(holder, needed, call=action)
    if in_force() and not record.allowed:
        raise Refusal("AccessDenied", guarding.message(record))
