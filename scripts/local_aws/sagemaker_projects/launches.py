"""What a project does in Service Catalog, with the permissions of SageMaker's caller.

AWS's own policy for people who make projects (AmazonSageMakerFullAccess) grants them
`servicecatalog:ProvisionProduct` and the two others, because SageMaker hands their session on.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from local_aws import inside
from local_aws.sagemaker_projects.state import Project, invalid, own_parameters, own_tags, shelf
from local_aws.servicecatalog import launchpaths, provisioning
from local_aws.servicecatalog.calls import Call
from local_aws.servicecatalog.errors import InvalidParameters, ResourceNotFound
from local_aws.servicecatalog.state import now

PRINCIPAL = "sagemaker.amazonaws.com"


def resolved(call: Call, details: Mapping[str, Any]) -> dict[str, Any]:
    """Provisioning details with the version and the path that will be used.

    Raises:
        Refusal: The caller has no launch path to the product, or more than one.
    """
    wanted = {"PathId": details["PathId"]} if "PathId" in details else {}
    try:
        path = launchpaths.chosen(replace(call, params=wanted), details["ProductId"])
    except (InvalidParameters, ResourceNotFound) as error:
        raise invalid(error.message) from error
    newest = max(path.artifacts, key=lambda artifact: artifact.created)
    return {"ProvisioningArtifactId": newest.id, **details, "PathId": path.id}


def _parameters(project: Project) -> list[dict[str, str]]:
    given = project.details.get("ProvisioningParameters") or []
    own = own_parameters(project).items()
    return [*given, *({"Key": key, "Value": value} for key, value in own)]


def launch(call: Call, project: Project) -> dict[str, Any]:
    """Provision the product as `<project>-<project id>`, with its two parameters and tags."""
    details = project.details
    params = {
        "ProductId": details["ProductId"],
        "ProvisioningArtifactId": details["ProvisioningArtifactId"],
        "PathId": details["PathId"],
        "ProvisionedProductName": f"{project.name}-{project.id}",
        "ProvisioningParameters": _parameters(project),
        "Tags": own_tags(project),
        "ProvisionToken": project.id,
    }
    return _catalog(call).provision_product(**params)  # type: ignore[no-any-return]


def _catalog(call: Call) -> Any:
    """Service Catalog as the caller of SageMaker."""
    account, region = call.caller.account, call.region
    return inside.on_behalf("servicecatalog", account, region, None, by=PRINCIPAL)


def terminate(call: Call, project: Project) -> dict[str, Any]:
    """Terminate what the project launched."""
    return _catalog(call).terminate_provisioned_product(  # type: ignore[no-any-return]
        ProvisionedProductId=project.provisioned, TerminateToken=secrets.token_hex(8)
    )


def settle(call: Call, project: Project, verb: str, work: Callable[[], dict[str, Any]]) -> None:
    """Do the Service Catalog part and note on the project how it ended."""
    try:
        record_id = work()["RecordDetail"]["RecordId"]
    except ClientError as error:
        text = error.response["Error"]["Message"]
        failed = replace(project, status=f"{verb}Failed", message=text, modified=now())
        shelf(call).put(project.name, failed)
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
    shelf(call).put(project.name, ended)


def tags_may_change(call: Call, project: Project) -> bool:
    """Whether the project was launched through a path whose constraint allows tag updates."""
    found = launchpaths.paths_of(call, project.details["ProductId"])
    return any(
        provisioning.allows_tag_updates(path)
        for path in found
        if path.id == project.details["PathId"]
    )


def change(call: Call, project: Project) -> dict[str, Any]:
    """Bring the provisioned product to what the project says now."""
    params: dict[str, Any] = {
        "ProvisionedProductId": project.provisioned,
        "ProvisioningArtifactId": project.details["ProvisioningArtifactId"],
        "PathId": project.details["PathId"],
        "ProvisioningParameters": _parameters(project),
        "UpdateToken": secrets.token_hex(8),
    }
    if tags_may_change(call, project):
        params["Tags"] = own_tags(project)
    return _catalog(call).update_provisioned_product(**params)  # type: ignore[no-any-return]
