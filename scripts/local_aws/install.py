"""One call completes moto in this process: every module that adds something has an `install`."""

from __future__ import annotations

from local_aws import (
    buckets,
    cloudformation,
    codebuild,
    codepipeline,
    connections,
    deliveries,
    events,
    function_settings,
    functions,
    iam,
    identity,
    invocations,
    organization,
    queues,
    regions,
    repositories,
    sagemaker,
    sagemaker_projects,
    service_models,
    service_quotas,
    servicecatalog,
    tagging,
    topics,
)

_installed: list[bool] = []


def install() -> None:
    """Complete moto; a second call does nothing."""
    if _installed:
        return
    _installed.append(True)
    parts = (
        service_models,
        buckets,
        identity,
        iam,
        organization,
        functions,
        function_settings,
        invocations,
        deliveries,
        events,
        topics,
        queues,
        regions,
        repositories,
        connections,
        codebuild,
        codepipeline,
        cloudformation,
        service_quotas,
        servicecatalog,
        sagemaker,
        sagemaker_projects,
        tagging,
    )
    for part in parts:
        part.install()
