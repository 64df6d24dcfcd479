"""The operations on projects (SageMaker API reference: CreateProject … ListProjects)."""

from __future__ import annotations

import secrets
import string
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from local_aws.errors import Refusal
from local_aws.sagemaker_projects import launches, stacks
from local_aws.sagemaker_projects.state import Project, existing, invalid, shelf
from local_aws.servicecatalog.calls import Call
from local_aws.servicecatalog.state import now

_ALPHABET = string.ascii_lowercase + string.digits
_FAILED = "CreateFailed"


def create_project(call: Call) -> dict[str, Any]:
    """Launch a product, its newest version when none is named, or a template as a project."""
    params = call.params
    _one_of(params, "ServiceCatalogProvisioningDetails", "TemplateProviders")
    name = params["ProjectName"]
    before = shelf(call).get(name)
    if before and before.status != "DeleteCompleted":
        raise invalid(f"Project already exists: {name}.")
    identifier = f"p-{''.join(secrets.choice(_ALPHABET) for _ in range(12))}"
    partition, account = call.caller.partition, call.caller.account
    project = Project(
        name=name,
        id=identifier,
        arn=f"arn:{partition}:sagemaker:{call.region}:{account}:project/{name}",
        description=params.get("ProjectDescription", ""),
        **_origin(call),
        status="CreateInProgress",
        tags={tag["Key"]: tag["Value"] for tag in params.get("Tags") or []},
    )
    shelf(call).put(name, project, unseen=False)
    if project.template:
        stacks.launch(call, project)
    else:
        launches.settle(call, project, "Create", lambda: launches.launch(call, project))
    return {"ProjectArn": project.arn, "ProjectId": project.id}


def _one_of(params: Mapping[str, Any], *members: str) -> None:
    given = [member for member in members if member in params]
    if len(given) != 1:
        raise invalid(f"Exactly one of {' and '.join(members)} must be given.")


def _origin(call: Call) -> dict[str, Any]:
    """What the project is made from, as its state keeps it."""
    if providers := call.params.get("TemplateProviders"):
        return {"template": stacks.asked(providers)}
    return {"details": launches.resolved(call, call.params["ServiceCatalogProvisioningDetails"])}


def update_project(call: Call) -> dict[str, Any]:
    """Another version, other parameters, other tags; tags demand that the product allows it."""
    project, params = existing(call), call.params
    if project.status in (_FAILED, "DeleteCompleted"):
        raise Refusal("ConflictException", f"Project {project.name} is {project.status}.")
    if project.template:
        return _update_from_template(call, project)
    if "TemplateProvidersToUpdate" in params:
        raise invalid(f"Project {project.name} comes from Service Catalog, not from a template.")
    changes = params.get("ServiceCatalogProvisioningUpdateDetails") or {}
    if "Tags" in params and not launches.tags_may_change(call, project):
        raise invalid(
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
        shelf(call).put(project.name, replace(project, modified=now()))
    else:
        shelf(call).put(project.name, replace(project, status="UpdateInProgress"), unseen=False)
        launches.settle(call, project, "Update", lambda: launches.change(call, project))
    return {"ProjectArn": project.arn}


def _update_from_template(call: Call, project: Project) -> dict[str, Any]:
    """Another template or other parameters; a parameter that is not given has its default."""
    params = call.params
    if "ServiceCatalogProvisioningUpdateDetails" in params:
        raise invalid(f"Project {project.name} comes from a template, not from Service Catalog.")
    changes: dict[str, Any] = {}
    if providers := params.get("TemplateProvidersToUpdate"):
        changes = {"Parameters": [], **stacks.asked(providers)}
        if changes["TemplateName"] != project.template["TemplateName"]:
            raise invalid(f"Project {project.name} has no template {changes['TemplateName']}.")
    project = replace(
        project,
        description=params.get("ProjectDescription", project.description),
        template=dict(project.template) | changes,
        tags=dict(project.tags) | {tag["Key"]: tag["Value"] for tag in params.get("Tags") or []},
    )
    if changes or "Tags" in params:
        shelf(call).put(project.name, replace(project, status="UpdateInProgress"), unseen=False)
        stacks.change(call, project)
    else:
        shelf(call).put(project.name, replace(project, modified=now()))
    return {"ProjectArn": project.arn}


def delete_project(call: Call) -> dict[str, Any]:
    """Terminates what the project launched; the project is described as deleted afterwards."""
    project = existing(call)
    if not project.provisioned and not project.stack:
        shelf(call).put(project.name, replace(project, status="DeleteCompleted"))
        return {}
    shelf(call).put(project.name, replace(project, status="DeleteInProgress"), unseen=False)
    if project.template:
        stacks.end(call, project)
    else:
        launches.settle(call, project, "Delete", lambda: launches.terminate(call, project))
    return {}


def describe_project(call: Call) -> dict[str, Any]:
    """A project with its status and what it launched."""
    project = shelf(call).look(call.params["ProjectName"]) or existing(call)
    common = _summary(project) | {"LastModifiedTime": project.modified}
    if project.template:
        return common | {"TemplateProviderDetails": [stacks.detail(project)]}
    launched = {"ProvisionedProductId": project.provisioned} if project.provisioned else {}
    message = {"ProvisionedProductStatusMessage": project.message} if project.message else {}
    return common | {
        "ServiceCatalogProvisioningDetails": dict(project.details),
        "ServiceCatalogProvisionedProductDetails": launched | message,
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
        for project in shelf(call).look_at_all()
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
