"""What people do in Studio with projects: find a template, fill in its form, change, end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from catalog.aws import studio as member_side
from catalog.rehearsing.people import Actor, NotYet
from catalog.rehearsing.trouble import Unexpected
from catalog.studio.listing import Template, templates


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A SageMaker project.

    Args:
        id: `p-…`.
        stack: ARN of the CloudFormation stack that it is.
        outputs: Of that stack.
        template: Title of the product.
        version: Of the product.
    """

    name: str
    id: str
    account: str
    stack: str
    outputs: Mapping[str, str]
    template: str
    version: str


class Stacked(Protocol):
    """Something launched, which is a CloudFormation stack."""

    @property
    def stack(self) -> str:
        """Its ARN."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InStudio(Actor):
    """Verbs of whoever may work with projects."""

    def finds(self, title: str, version: str = "") -> Template:
        """Look under *Organization templates*; the template of that title is there.

        Args:
            title: As it is listed.
            version: What has to be the newest; empty for any.
        """
        with self.step(f"finds “{title}” {version}".rstrip() + " among the templates"):
            shown = templates(member_side.look(self.service("servicecatalog")))
            found = next((each for each in shown if each.title == title), None)
            listed = ", ".join(f"{each.title} {each.version}" for each in shown) or "nothing"
            if found is None or (version and found.version != version):
                raise Unexpected(f"the template “{title}” {version}".rstrip(), f"listed: {listed}")
        return found

    def creates_project(self, name: str, template: str, **form: str) -> Project:
        """Fill in the form of a template and wait for the project.

        Args:
            name: Of the project.
            template: Title of the product.
            form: The fields that are not left as they are.
        """
        with self.step(f"creates project {name} from “{template}”"):
            self._ask(name, template, form)
            self._settled(name, "CreateCompleted")
            return self._project(name)

    def cannot_create_project(self, name: str, template: str, because: str, **form: str) -> None:
        """Fill in the form; no project comes of it, and the reason told contains `because`."""
        with self.step(f"cannot create project {name}: {because}"):
            try:
                self._ask(name, template, form)
                self._settled(name, "CreateCompleted")
            except Exception as refused:
                if because not in str(refused):
                    raise Unexpected(f"a refusal that says “{because}”", str(refused)) from refused
                return
            raise Unexpected(f"no project {name}, because “{because}”", "the project was created")

    def updates_project(self, project: Project, version: str, **form: str) -> Project:
        """Move a project to another version of its template, with the form filled in again.

        UpdateProject knows no way to say that a field keeps its value.
        """
        with self.step(f"updates project {project.name} to version {version}"):
            product = self._product(project.template)
            changed = [{"Key": key, "Value": value} for key, value in form.items()]
            self.call(
                "sagemaker",
                "update_project",
                ProjectName=project.name,
                ServiceCatalogProvisioningUpdateDetails={
                    "ProvisioningArtifactId": self._version(product, version),
                    "ProvisioningParameters": changed,
                },
            )
            self._settled(project.name, "UpdateCompleted")
            return self._project(project.name)

    def deletes_project(self, project: Project) -> None:
        """End a project; its stack goes, what the stack retains stays."""
        with self.step(f"deletes project {project.name}"):
            self.scene.keep()
            self.call("sagemaker", "delete_project", ProjectName=project.name)
            self._settled(project.name, "DeleteCompleted")

    def resources(self, launched: Stacked) -> dict[str, str]:
        """Logical id -> physical id of everything in the stack of a project or product."""
        cloudformation = self.service("cloudformation")
        pages = cloudformation.pages(
            "list_stack_resources",
            "StackResourceSummaries",
            "",
            tokens=("NextToken", "NextToken"),
            StackName=launched.stack,
        )
        return {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in pages}

    def expects_deprecated(self, template: str, version: str) -> None:
        """See that a version of a template is deprecated."""
        with self.step(f"sees version {version} of “{template}” deprecated"):
            found = self.call("servicecatalog", "describe_product", Id=self._product(template))
            guidance = {each["Name"]: each["Guidance"] for each in found["ProvisioningArtifacts"]}
            if guidance.get(version) != "DEPRECATED":
                raise Unexpected(f"version {version} to be DEPRECATED", f"guidance is {guidance}")

    def expects_same(self, before: Mapping[str, str], now: Mapping[str, str]) -> None:
        """See that no resource was replaced or removed.

        Args:
            before: What `resources` told then.
            now: What it tells now; more may be there.
        """
        with self.step("sees that nothing was replaced"):
            other = {
                name: (id_, now.get(name)) for name, id_ in before.items() if now.get(name) != id_
            }
            if other:
                raise Unexpected("every resource of before, under its id", str(other))

    def _ask(self, name: str, template: str, form: Mapping[str, str]) -> None:
        self.call(
            "sagemaker",
            "create_project",
            ProjectName=name,
            ServiceCatalogProvisioningDetails={
                "ProductId": self._product(template),
                "ProvisioningParameters": [
                    {"Key": key, "Value": value} for key, value in form.items()
                ],
            },
        )

    def _settled(self, name: str, wanted: str) -> None:
        def look() -> dict[str, Any] | NotYet:
            found = self.call("sagemaker", "describe_project", ProjectName=name)
            status = found["ProjectStatus"]
            return NotYet(f"the project is {status}") if status.endswith("InProgress") else found

        found = self.waits(f"the project {name} to be {wanted}", look)
        if found["ProjectStatus"] != wanted:
            raise Unexpected(
                f"the project {name} to be {wanted}", f"{found['ProjectStatus']}: {_why(found)}"
            )

    def _project(self, name: str) -> Project:
        found = self.call("sagemaker", "describe_project", ProjectName=name)
        chosen = found["ServiceCatalogProvisioningDetails"]
        launched = found["ServiceCatalogProvisionedProductDetails"]["ProvisionedProductId"]
        given = self.call(
            "servicecatalog", "get_provisioned_product_outputs", ProvisionedProductId=launched
        )
        outputs = {each["OutputKey"]: each["OutputValue"] for each in given["Outputs"]}
        product = self.call("servicecatalog", "describe_product", Id=chosen["ProductId"])
        versions = {each["Id"]: each["Name"] for each in product["ProvisioningArtifacts"]}
        stack = outputs.pop("CloudformationStackARN", "")
        return Project(
            name=name,
            id=found["ProjectId"],
            account=self.account,
            stack=stack,
            outputs=outputs,
            template=product["ProductViewSummary"]["Name"],
            version=versions.get(chosen.get("ProvisioningArtifactId", ""), ""),
        )

    def _product(self, title: str) -> str:
        pages = self.service("servicecatalog").pages("search_products", "ProductViewSummaries")
        for each in pages:
            if each["Name"] == title:
                return str(each["ProductId"])
        raise Unexpected(f"a product titled “{title}”", f"{self.name} may launch none of that name")

    def _version(self, product: str, name: str) -> str:
        found = self.call("servicecatalog", "describe_product", Id=product)
        versions = {each["Name"]: each["Id"] for each in found["ProvisioningArtifacts"]}
        if name not in versions:
            raise Unexpected(f"version {name}", f"published: {', '.join(versions)}")
        return str(versions[name])


def _why(project: Mapping[str, Any]) -> str:
    """What the service behind a project says of it, Service Catalog or CloudFormation."""
    for provider in project.get("TemplateProviderDetails", ()):
        return str(provider["CfnTemplateProviderDetail"]["StackDetail"]["StatusMessage"])
    details = project.get("ServiceCatalogProvisionedProductDetails", {})
    return str(details.get("ProvisionedProductStatusMessage", "no reason told"))
