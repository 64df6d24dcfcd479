"""Projects as SageMaker remembers them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend

from local_aws.errors import Refusal
from local_aws.servicecatalog.calls import Call
from local_aws.servicecatalog.shelf import Shelf
from local_aws.servicecatalog.state import now


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project.

    Args:
        details: `ServiceCatalogProvisioningDetails`, all of them resolved; {} for one from S3.
        template: `CfnTemplateProvider`; {} for one from Service Catalog.
        provisioned: Id of the provisioned product.
        stack: ARN of the stack of a template.
        message: Of the one or the other.
    """

    name: str
    id: str
    arn: str
    description: str
    details: Mapping[str, Any] = field(default_factory=dict)
    template: Mapping[str, Any] = field(default_factory=dict)
    provisioned: str = ""
    stack: str = ""
    status: str
    message: str = ""
    tags: Mapping[str, str]
    created: datetime = field(default_factory=now)
    modified: datetime = field(default_factory=now)


class Projects(BaseBackend):  # type: ignore[misc]  # moto is read untyped
    """The projects of one account and region; moto's reset empties it."""

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.shelf: Shelf[str, Project] = Shelf()


_projects = BackendDict(Projects, "sagemaker")


def shelf(call: Call) -> Shelf[str, Project]:
    """The projects of the caller's account and region."""
    return _projects[call.caller.account][call.region].shelf  # type: ignore[no-any-return]


def own_parameters(project: Project) -> dict[str, str]:
    """What SageMaker gives to what a project launches."""
    return {"SageMakerProjectName": project.name, "SageMakerProjectId": project.id}


def own_tags(project: Project) -> list[dict[str, str]]:
    """The tags of what a project launches: those of the project, and who that is."""
    own = {"name": project.name, "id": project.id, "arn": project.arn}
    tags = dict(project.tags) | {f"sagemaker:project-{key}": value for key, value in own.items()}
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tags_of(arn: str, name: str) -> Mapping[str, str]:
    """The tags of a project by ARN and name; {} when there is none."""
    _, _, _, region, account, _ = arn.split(":", 5)
    project = _projects[account][region].shelf.get(name)
    return project.tags if project else {}


def invalid(text: str) -> Refusal:
    """The error of a request that SageMaker does not accept."""
    return Refusal("ValidationException", text)


def existing(call: Call) -> Project:
    """The project a request names.

    Raises:
        Refusal: There is none.
    """
    project = shelf(call).get(call.params["ProjectName"])
    if project is None:
        raise invalid(f"Project {call.params['ProjectName']} does not exist.")
    return project
