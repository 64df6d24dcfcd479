"""SageMaker projects, and the model versions they deploy (SageMaker API reference)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.aws.session import Service
from catalog.errors import ServiceFault
from catalog.projects.values import Endpoint, Model, Project
from catalog.stacks import release_of
from catalog.studio.listing import SeenVersion
from catalog.studio.shelf import Offered

PAGES = ("NextToken", "NextToken")
GONE = "DeleteCompleted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Projects:
    """Gateway to one account and region.

    Args:
        service: Client of `sagemaker`.
    """

    service: Service

    def create(
        self, name: str, product: str, version: str, parameters: Mapping[str, str], about: str
    ) -> None:
        """Start creating a project (CreateProject)."""
        described = {"ProjectDescription": about} if about else {}
        self.service.call(
            "create_project",
            f"project {name}",
            ProjectName=name,
            ServiceCatalogProvisioningDetails={
                "ProductId": product,
                "ProvisioningArtifactId": version,
                "ProvisioningParameters": [
                    {"Key": key, "Value": value} for key, value in parameters.items()
                ],
            },
            **described,
        )

    def create_from_s3(
        self, name: str, template: Offered, role: str, parameters: Mapping[str, str]
    ) -> None:
        """Start creating a project from a template in S3 (CreateProject).

        Args:
            name: Of the project.
            template: As its maker found it.
            role: ARN of the launch role.
            parameters: Name -> value.
        """
        given = [{"Key": key, "Value": value} for key, value in parameters.items()]
        provider = {"TemplateName": template.name, "TemplateURL": template.url, "RoleARN": role}
        self.service.call(
            "create_project",
            f"project {name}",
            ProjectName=name,
            TemplateProviders=[{"CfnTemplateProvider": {**provider, "Parameters": given}}],
        )

    def find(self, name: str) -> Project | None:
        """A project that is; None when there is none, or none any more."""
        try:
            found = self.service.call("describe_project", f"project {name}", ProjectName=name)
        except ServiceFault as fault:
            if fault.code == "ResourceNotFound" or "does not exist" in fault.what:
                return None
            raise
        return None if found["ProjectStatus"] == GONE else _project(found)

    def names(self) -> tuple[str, ...]:
        """Names of all projects, newest first (ListProjects)."""
        listed = self.service.pages(
            "list_projects", "ProjectSummaryList", tokens=PAGES, SortOrder="Descending"
        )
        return tuple(one["ProjectName"] for one in listed if one["ProjectStatus"] != GONE)

    def delete(self, name: str) -> None:
        """Start deleting a project (DeleteProject)."""
        self.service.call("delete_project", f"project {name}", ProjectName=name)

    def models(self, group: str) -> tuple[Model, ...]:
        """Versions of a model package group, newest first; none when there is no group."""
        try:
            return tuple(self._models(group))
        except ServiceFault as fault:
            if fault.code in {"ValidationException", "ResourceNotFound"}:
                return ()
            raise

    def _models(self, group: str) -> Iterator[Model]:
        listed = self.service.pages(
            "list_model_packages",
            "ModelPackageSummaryList",
            f"model package group {group}",
            tokens=PAGES,
            ModelPackageGroupName=group,
            SortBy="CreationTime",
            SortOrder="Descending",
        )
        for one in listed:
            yield Model(
                arn=one["ModelPackageArn"],
                version=one.get("ModelPackageVersion", 0),
                approval=one.get("ModelApprovalStatus", ""),
                status=one["ModelPackageStatus"],
            )

    def judge(self, model: Model, verdict: str, because: str) -> None:
        """Approve or reject a version (UpdateModelPackage).

        Args:
            model: The version.
            verdict: `Approved` or `Rejected`.
            because: Kept with it as ApprovalDescription.
        """
        self.service.call(
            "update_model_package",
            f"model version {model.version}",
            ModelPackageArn=model.arn,
            ModelApprovalStatus=verdict,
            ApprovalDescription=because,
        )

    def endpoints(self, account: str, prefix: str) -> tuple[Endpoint, ...]:
        """Endpoints whose names begin with `prefix`, and why one failed."""
        listed = self.service.pages(
            "list_endpoints", "Endpoints", tokens=PAGES, NameContains=prefix
        )
        found = [each for each in listed if each["EndpointName"].startswith(prefix)]
        return tuple(self._endpoint(account, each["EndpointName"]) for each in found)

    def _endpoint(self, account: str, name: str) -> Endpoint:
        found = self.service.call("describe_endpoint", f"endpoint {name}", EndpointName=name)
        return Endpoint(
            account=account,
            name=name,
            status=found["EndpointStatus"],
            reason=found.get("FailureReason", ""),
        )

    def delete_group(self, group: str) -> None:
        """Delete every version of a model package group, then the group."""
        for model in self.models(group):
            self.service.call(
                "delete_model_package",
                f"model version {model.version}",
                ModelPackageName=model.arn,
            )
        self.service.call(
            "delete_model_package_group", f"group {group}", ModelPackageGroupName=group
        )


def versions(catalog: Service, product: str) -> tuple[str, tuple[SeenVersion, ...]]:
    """Title and versions of a product as the caller sees it; nothing where it may not.

    Args:
        catalog: Client of `servicecatalog`.
        product: Its id.
    """
    try:
        found = catalog.call("describe_product", f"product {product}", Id=product)
    except ServiceFault:
        return "", ()
    title = found["ProductViewSummary"]["Name"]
    return title, tuple(
        SeenVersion(
            id=one["Id"],
            name=one.get("Name", ""),
            created=one["CreatedTime"],
            deprecated=one.get("Guidance") == "DEPRECATED",
        )
        for one in found.get("ProvisioningArtifacts", ())
    )


def version_in(stacks: Service, project: Project) -> str:
    """The version in the description of a stack, which is `<product> <version>`; empty for none."""
    try:
        answer = stacks.call("describe_stacks", f"project {project.name}", StackName=project.stack)
    except ServiceFault:
        return ""
    name, version = release_of(answer["Stacks"][0].get("Description", ""))
    return version if name == project.template else ""


def _project(found: Mapping[str, Any]) -> Project:
    for provider in found.get("TemplateProviderDetails", ()):
        return _from_s3(found, provider["CfnTemplateProviderDetail"])
    asked = found.get("ServiceCatalogProvisioningDetails", {})
    launched = found.get("ServiceCatalogProvisionedProductDetails", {})
    given = asked.get("ProvisioningParameters", ())
    return Project(
        name=found["ProjectName"],
        id=found["ProjectId"],
        arn=found["ProjectArn"],
        status=found["ProjectStatus"],
        created=found["CreationTime"],
        message=launched.get("ProvisionedProductStatusMessage", ""),
        product_id=asked.get("ProductId", ""),
        version_id=asked.get("ProvisioningArtifactId", ""),
        parameters={one["Key"]: one.get("Value", "") for one in given},
    )


def _from_s3(found: Mapping[str, Any], template: Mapping[str, Any]) -> Project:
    stack = template.get("StackDetail", {})
    return Project(
        name=found["ProjectName"],
        id=found["ProjectId"],
        arn=found["ProjectArn"],
        status=found["ProjectStatus"],
        created=found["CreationTime"],
        message=stack.get("StatusMessage", "") if "Failed" in found["ProjectStatus"] else "",
        template=template["TemplateName"],
        stack=stack.get("Id", ""),
        parameters={one["Key"]: one.get("Value", "") for one in template.get("Parameters", ())},
    )
