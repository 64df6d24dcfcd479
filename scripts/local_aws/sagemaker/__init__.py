"""SageMaker as far as projects and their people use it.

    state, kinds, listing, calls, tags   what most kinds have in common
    groups, packages                     the model registry
    models, configs, endpoints           hosting; `hosting` decides whether an endpoint comes up
    invocation, algorithms               who answers
    training, processing                 jobs that run in the background
    pipelines, executions, steps         jobs in their order
    domains, studio                      domains, profiles, spaces, apps
    repositories                         code repositories, lifecycle scripts
    telling                              events
    standing                             what IAM reads of all these

What is not here is moto's. Projects are in `local_aws.sagemaker_projects`.
"""

from __future__ import annotations

from moto.core.utils import camelcase_to_underscores
from moto.sagemaker.responses import SageMakerResponse

from local_aws import dispatch
from local_aws.sagemaker import (
    algorithms,
    configs,
    domains,
    endpoints,
    executions,
    groups,
    invocation,
    models,
    packages,
    pipelines,
    processing,
    repositories,
    standing,
    studio,
    tags,
    training,
)
from local_aws.sagemaker.calls import Handler, served

OPERATIONS: dict[str, Handler] = {
    **groups.OPERATIONS,
    **packages.OPERATIONS,
    **models.OPERATIONS,
    **configs.OPERATIONS,
    **endpoints.OPERATIONS,
    **training.OPERATIONS,
    **processing.OPERATIONS,
    **pipelines.OPERATIONS,
    **executions.OPERATIONS,
    **repositories.OPERATIONS,
    **domains.OPERATIONS,
    **studio.OPERATIONS,
    **tags.OPERATIONS,
}


class Response(SageMakerResponse):  # type: ignore[misc]  # moto is read untyped
    """Our operations, before moto's; a class of its own, so that plain moto stays as it is."""


def install() -> None:
    """Let SageMaker be answered here."""
    for name, handler in OPERATIONS.items():
        setattr(Response, camelcase_to_underscores(name), served("sagemaker", name, handler))
    dispatch.serve("sagemaker", Response)
    invocation.install()
    standing.install()


def forget() -> None:
    """Know only the built-in algorithms again; everything else goes with moto's reset."""
    algorithms.forget()
