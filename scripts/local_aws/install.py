"""One call completes moto in this process: every module that adds something has an `install`."""

from __future__ import annotations

from local_aws import (
    buckets,
    builds,
    cloudformation,
    functions,
    identity,
    organization,
    repositories,
    sagemaker_models,
    sagemaker_projects,
    servicecatalog,
    tagging,
)

_installed: list[bool] = []


def install() -> None:
    """Complete moto; a second call does nothing."""
    if _installed:
        return
    _installed.append(True)
    parts = (
        buckets,
        builds,
        identity,
        organization,
        functions,
        repositories,
        cloudformation,
        servicecatalog,
        sagemaker_models,
        sagemaker_projects,
        tagging,
    )
    for part in parts:
        part.install()
