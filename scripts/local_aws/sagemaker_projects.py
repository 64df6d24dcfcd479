"""SageMaker projects over the embedded Service Catalog.

SageMaker API reference, CreateProject … ListProjects: a project launches a product as its caller,
hands it the project's name and id as parameters, and tags what it launches. moto has no projects.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend
from moto.core.exceptions import ServiceException
from moto.core.responses import BaseResponse
from moto.core.utils import camelcase_to_underscores
from moto.sagemaker.responses import SageMakerResponse

from local_aws import validation
from local_aws.servicecatalog import launchpaths, provisioning
from local_aws.servicecatalog.calls import Call, caller
from local_aws.servicecatalog.errors import InvalidParameters, ResourceNotFound
from local_aws.servicecatalog.shelf import Shelf
from local_aws.servicecatalog.state import now

_ALPHABET = string.ascii_lowercase + string.digits
_FAILED = "CreateFailed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A project. `details`: its `ServiceCatalogProvisioningDetails`, all of them resolved."""

    name: str
    id: str
    arn: str
    description: str
    details: Mapping[str, Any]
    provisioned: str = ""
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


def _shelf(call: Call) -> Shelf[str, Project]:
    return _projects[call.caller.account][call.region].shelf  # type: ignore[no-any-return]


def _invalid(text: str) -> validation.Refused:
    return validation.Refused("ValidationException", text)


def _existing(call: Call) -> Project:
    project = _shelf(call).get(call.params["ProjectName"])
    if project is None:
        raise _invalid(f"Project {call.params['ProjectName']} does not exist.")
    return project


def create_project(call: Call) -> dict[str, Any]:
    """Launch a product as a project; the newest version when none is named."""
    params = call.params
    if "TemplateProviders" in params:
        raise validation.Refused(
            "NotImplementedException",
            "not implemented in the embedded AWS: projects from TemplateProviders",
        )
    if "ServiceCatalogProvisioningDetails" not in params:
        raise _invalid("ServiceCatalogProvisioningDetails is required.")
    name = params["ProjectName"]
    before = _shelf(call).get(name)
    if before and before.status != "DeleteCompleted":
        raise _invalid(f"Project already exists: {name}.")
    identifier = f"p-{''.join(secrets.choice(_ALPHABET) for _ in range(12))}"
    partition, account = call.caller.partition, call.caller.account
    project = Project(
        name=name,
        id=identifier,
        arn=f"arn:{partition}:sagemaker:{call.region}:{account}:project/{name}",
        description=params.get("ProjectDescription", ""),
        details=_resolved(call, params["ServiceCatalogProvisioningDetails"]),
        status="CreateInProgress",
        tags={tag["Key"]: tag["Value"] for tag in params.get("Tags") or []},
    )
    _shelf(call).put(name, project, unseen=False)
    _settle(call, project, "Create", lambda: _launch(call, project))
    return {"ProjectArn": project.arn, "ProjectId": project.id}


def _resolved(call: Call, details: Mapping[str, Any]) -> dict[str, Any]:
    """Provisioning details with the version and the path that will be used.

    Raises:
        Refused: The caller has no launch path to the product, or more than one.
    """
    wanted = {"PathId": details["PathId"]} if "PathId" in details else {}
    try:
        path = launchpaths.chosen(replace(call, params=wanted), details["ProductId"])
    except (InvalidParameters, ResourceNotFound) as error:
        raise _invalid(error.message) from error
    newest = max(path.artifacts, key=lambda artifact: artifact.created)
    return {"ProvisioningArtifactId": newest.id, **details, "PathId": path.id}


def _project_tags(project: Project) -> list[dict[str, str]]:
    own = {"name": project.name, "id": project.id, "arn": project.arn}
    tags = dict(project.tags) | {f"sagemaker:project-{key}": value for key, value in own.items()}
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _parameters(project: Project) -> list[dict[str, str]]:
    given = project.details.get("ProvisioningParameters") or []
    own = {"SageMakerProjectName": project.name, "SageMakerProjectId": project.id}
    return [*given, *({"Key": key, "Value": value} for key, value in own.items())]


def _launch(call: Call, project: Project) -> dict[str, Any]:
    details = project.details
    params = {
        "ProductId": details["ProductId"],
        "ProvisioningArtifactId": details["ProvisioningArtifactId"],
        "PathId": details["PathId"],
        "ProvisionedProductName": f"{project.name}-{project.id}",
        "ProvisioningParameters": _parameters(project),
        "Tags": _project_tags(project),
        "ProvisionToken": project.id,
    }
    return provisioning.provision_product(replace(call, params=params))


def _settle(call: Call, project: Project, verb: str, work: Callable[[], dict[str, Any]]) -> None:
    """Do the Service Catalog part and note on the project how it ended."""
    try:
        record_id = work()["RecordDetail"]["RecordId"]
    except ServiceException as error:
        failed = replace(project, status=f"{verb}Failed", message=error.message, modified=now())
        _shelf(call).put(project.name, failed)
        return
    record = call.catalog.records.get(record_id)
    assert record is not None  # noqa: S101 - it was put there by the call above
    ended = replace(
        project,
        provisioned=record.provisioned.id,
        status=f"{verb}Completed" if record.status == "SUCCEEDED" else f"{verb}Failed",
        message=record.provisioned.message,
        modified=now(),
    )
    _shelf(call).put(project.name, ended)


def update_project(call: Call) -> dict[str, Any]:
    """Another version, other parameters, other tags; tags demand that the product allows it."""
    project, params = _existing(call), call.params
    if project.status in (_FAILED, "DeleteCompleted"):
        raise validation.Refused(
            "ConflictException", f"Project {project.name} is {project.status}."
        )
    changes = params.get("ServiceCatalogProvisioningUpdateDetails") or {}
    if "Tags" in params and not _tags_may_change(call, project):
        raise _invalid(
            f"Tags of project {project.name} cannot change: its product has no RESOURCE_UPDATE"
            " constraint that allows tag updates."
        )
    project = replace(
        project,
        description=params.get("ProjectDescription", project.description),
        details=dict(project.details) | changes,
        tags=dict(project.tags) | {tag["Key"]: tag["Value"] for tag in params.get("Tags") or []},
    )
    if not changes and "Tags" not in params:
        _shelf(call).put(project.name, replace(project, modified=now()))
    else:
        _shelf(call).put(project.name, replace(project, status="UpdateInProgress"), unseen=False)
        _settle(call, project, "Update", lambda: _change(call, project))
    return {"ProjectArn": project.arn}


def _tags_may_change(call: Call, project: Project) -> bool:
    found = launchpaths.paths_of(call, project.details["ProductId"])
    return any(
        provisioning.allows_tag_updates(path)
        for path in found
        if path.id == project.details["PathId"]
    )


def _change(call: Call, project: Project) -> dict[str, Any]:
    params: dict[str, Any] = {
        "ProvisionedProductId": project.provisioned,
        "ProvisioningArtifactId": project.details["ProvisioningArtifactId"],
        "PathId": project.details["PathId"],
        "ProvisioningParameters": _parameters(project),
        "UpdateToken": secrets.token_hex(8),
    }
    if _tags_may_change(call, project):
        params["Tags"] = _project_tags(project)
    return provisioning.update_provisioned_product(replace(call, params=params))


def delete_project(call: Call) -> dict[str, Any]:
    """Terminates what the project launched; the project is described as deleted afterwards."""
    project = _existing(call)
    if not project.provisioned:
        _shelf(call).put(project.name, replace(project, status="DeleteCompleted"))
        return {}
    _shelf(call).put(project.name, replace(project, status="DeleteInProgress"), unseen=False)
    params = {"ProvisionedProductId": project.provisioned, "TerminateToken": secrets.token_hex(8)}
    _settle(
        call,
        project,
        "Delete",
        lambda: provisioning.terminate_provisioned_product(replace(call, params=params)),
    )
    return {}


def describe_project(call: Call) -> dict[str, Any]:
    """A project with its status and what it launched."""
    project = _shelf(call).look(call.params["ProjectName"]) or _existing(call)
    launched = {"ProvisionedProductId": project.provisioned} if project.provisioned else {}
    message = {"ProvisionedProductStatusMessage": project.message} if project.message else {}
    return _summary(project) | {
        "ServiceCatalogProvisioningDetails": dict(project.details),
        "ServiceCatalogProvisionedProductDetails": launched | message,
        "LastModifiedTime": project.modified,
    }


def _summary(project: Project) -> dict[str, Any]:
    return {
        "ProjectArn": project.arn,
        "ProjectName": project.name,
        "ProjectId": project.id,
        "ProjectDescription": project.description,
        "ProjectStatus": project.status,
        "CreationTime": project.created,
    }


def list_projects(call: Call) -> dict[str, Any]:
    """Projects that are not deleted, filtered, sorted and paged (10 unless told otherwise)."""
    params = call.params
    found = [
        project
        for project in _shelf(call).look_at_all()
        if project.status != "DeleteCompleted"
        if params.get("NameContains", "") in project.name
        if _within(project.created, params)
    ]
    by_name = params.get("SortBy", "CreationTime") == "Name"
    found.sort(
        key=lambda project: project.name if by_name else project.created.isoformat(),
        reverse=params.get("SortOrder", "Ascending") == "Descending",
    )
    start, size = int(params.get("NextToken", "0")), params.get("MaxResults", 10)
    token = {"NextToken": str(start + size)} if len(found) > start + size else {}
    return {"ProjectSummaryList": [_summary(one) for one in found[start : start + size]], **token}


def _within(created: datetime, params: Mapping[str, Any]) -> bool:
    after, before = params.get("CreationTimeAfter"), params.get("CreationTimeBefore")
    return (after is None or created > after) and (before is None or created < before)


OPERATIONS: dict[str, Callable[[Call], dict[str, Any]]] = {
    "CreateProject": create_project,
    "DescribeProject": describe_project,
    "UpdateProject": update_project,
    "DeleteProject": delete_project,
    "ListProjects": list_projects,
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
