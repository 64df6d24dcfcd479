"""Code repositories and Studio's lifecycle scripts: kept, and nothing more done with them.

API reference: CreateCodeRepository …, CreateStudioLifecycleConfig …
"""

from __future__ import annotations

from typing import Any

from local_aws.sagemaker.calls import Call, Handler
from local_aws.sagemaker.kinds import Kind

REPOSITORY = Kind(
    noun="CodeRepository",
    path="code-repository",
    words="code repository",
    plural="CodeRepositories",
    sorted_by="Name",
)
LIFECYCLE = Kind(
    noun="StudioLifecycleConfig",
    path="studio-lifecycle-config",
    words="lifecycle configuration",
    modern=True,
    descending=True,
)


def _update(call: Call) -> dict[str, Any]:
    """Only the secret of a repository can change; its URL and branch stay."""
    found = REPOSITORY.find(call)
    config = {**found["GitConfig"], **call.params.get("GitConfig", {})}
    call.shelf.put(found.changed(GitConfig=config))
    return {REPOSITORY.arn: found.arn}


OPERATIONS: dict[str, Handler] = (
    REPOSITORY.operations() | LIFECYCLE.operations() | {"UpdateCodeRepository": _update}
)
