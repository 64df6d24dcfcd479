"""SageMaker projects over the embedded Service Catalog and CloudFormation.

SageMaker API reference, CreateProject … ListProjects: a project launches a product, or a template
in S3, as its caller, hands it the project's name and id as parameters, and tags what it launches.
moto has no projects.

    state       what is remembered
    launches    what a project does in Service Catalog
    stacks      what a project from a template in S3 does in CloudFormation
    projects    the operations
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.responses import BaseResponse
from moto.core.utils import camelcase_to_underscores
from moto.sagemaker.responses import SageMakerResponse

from local_aws import validation
from local_aws.sagemaker_projects import projects
from local_aws.servicecatalog.calls import Call, caller

OPERATIONS: dict[str, Callable[[Call], dict[str, Any]]] = {
    "CreateProject": projects.create_project,
    "DescribeProject": projects.describe_project,
    "UpdateProject": projects.update_project,
    "DeleteProject": projects.delete_project,
    "ListProjects": projects.list_projects,
}


def _served(name: str, handler: Callable[[Call], dict[str, Any]]) -> Callable[..., Any]:
    def answer(response: BaseResponse, params: dict[str, Any]) -> dict[str, Any]:
        who = caller(response.current_account, response.region, response.access_key)
        return handler(Call(params=params, caller=who, region=response.region))

    return validation.served("sagemaker", name, answer)


def install() -> None:
    """Give moto's SageMaker its projects."""
    for name, handler in OPERATIONS.items():
        setattr(SageMakerResponse, camelcase_to_underscores(name), _served(name, handler))
