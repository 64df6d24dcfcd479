"""What people do in Studio with templates in S3: find one, and start a project from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from catalog.aws import shelves
from catalog.rehearsing.studio import InStudio, Project
from catalog.rehearsing.trouble import Unexpected
from catalog.studio.shelf import Offered, offered


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class InOtherDoor(InStudio):
    """Verbs of whoever may start projects from templates in S3."""

    def finds_in_s3(self, name: str, domain: str) -> Offered:
        """Look under *S3 templates* of a domain; the template of that name is there.

        Args:
            name: Of the file, without its ending.
            domain: Id of the domain whose tag says where to look.
        """
        with self.step(f"finds “{name}” among the S3 templates"):
            location = shelves.locations(self.service("sagemaker")).get(domain, "")
            shelf = shelves.look(self.service("s3"), location)
            shown = offered(shelf)
            found = next((each for each in shown if each.name == name), None)
            listed = shelf.refusal or ", ".join(each.name for each in shown) or "nothing"
            if found is None:
                raise Unexpected(f"the template “{name}”", f"listed in {location}: {listed}")
        return found

    def creates_project_from_s3(
        self, name: str, template: Offered, role: str, **form: str
    ) -> Project:
        """Fill in the form of a template in S3 and wait for the project.

        Args:
            name: Of the project.
            template: As it was found.
            role: Name of the launch role, which the form asks for.
            form: The fields that are not left as they are.
        """
        with self.step(f"creates project {name} from “{template.name}” in S3"):
            self._ask_for(name, template, role, form)
            self._settled(name, "CreateCompleted")
            return self._stack_of(name, template)

    def cannot_create_project_from_s3(
        self, name: str, template: Offered, role: str, because: str, **form: str
    ) -> None:
        """Ask for a project that fails; the reason told contains `because`; its record goes."""
        with self.step(f"cannot create project {name} from {template.url}"):
            self._ask_for(name, template, role, form)
            try:
                self._settled(name, "CreateCompleted")
            except Unexpected as failed:
                if because not in str(failed):
                    raise Unexpected(f"a refusal that says “{because}”", str(failed)) from failed
            else:
                raise Unexpected(f"no project {name}, because “{because}”", "it was created")
            self.call("sagemaker", "delete_project", ProjectName=name)

    def _ask_for(self, name: str, template: Offered, role: str, form: Mapping[str, str]) -> None:
        provider = {
            "TemplateName": template.name,
            "TemplateURL": template.url,
            "RoleARN": f"arn:aws:iam::{self.account}:role/{role}",
            "Parameters": [{"Key": key, "Value": value} for key, value in form.items()],
        }
        self.call(
            "sagemaker",
            "create_project",
            ProjectName=name,
            TemplateProviders=[{"CfnTemplateProvider": provider}],
        )

    def _stack_of(self, name: str, template: Offered) -> Project:
        project = self.call("sagemaker", "describe_project", ProjectName=name)
        (provider,) = project["TemplateProviderDetails"]
        stack = provider["CfnTemplateProviderDetail"]["StackDetail"]["Id"]
        (found,) = self.call("cloudformation", "describe_stacks", StackName=stack)["Stacks"]
        return Project(
            name=name,
            id=project["ProjectId"],
            account=self.account,
            stack=stack,
            outputs={one["OutputKey"]: one["OutputValue"] for one in found.get("Outputs", ())},
            template=template.name,
            version=template.version,
        )
