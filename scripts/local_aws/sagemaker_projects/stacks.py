"""What a project from a template in S3 does in CloudFormation, with its caller's permissions.

AWS's sample policies for people who make such projects grant them the stacks `SP-*` and
`iam:PassRole` on the launch role, which trusts CloudFormation: SageMaker hands their session on,
and CloudFormation makes the resources under the role (AWS samples, *S3-Based SageMaker AI Project
Templates*).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError
from moto.core.exceptions import ServiceException

from local_aws import inside
from local_aws.cloudformation.sources import located
from local_aws.sagemaker_projects.state import Project, invalid, own_parameters, own_tags, shelf
from local_aws.servicecatalog.calls import Call
from local_aws.servicecatalog.state import now

PRINCIPAL = "sagemaker.amazonaws.com"
_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]
_GOOD = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "DELETE_COMPLETE"}


def asked(providers: list[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The one template of a request; the service model lets there be no more.

    Raises:
        Refusal: The entry names none.
    """
    template: Mapping[str, Any] = providers[0].get("CfnTemplateProvider") or {}
    if not template:
        raise invalid("A template provider needs a CfnTemplateProvider.")
    return template


def launch(call: Call, project: Project) -> None:
    """Make the stack `SP-<project>-<project id>`."""
    role = project.template.get("RoleARN")

    def make() -> str:
        made = _cloudformation(call).create_stack(
            StackName=f"SP-{project.name}-{project.id}",
            **_content(call, project),
            Capabilities=_CAPABILITIES,
            **({"RoleARN": role} if role else {}),
        )
        return str(made["StackId"])

    _settle(call, project, "Create", make)


def change(call: Call, project: Project) -> None:
    """Bring the stack to what the project says now; it keeps its role."""

    def update() -> str:
        try:
            _cloudformation(call).update_stack(
                StackName=project.stack, **_content(call, project), Capabilities=_CAPABILITIES
            )
        except ClientError as error:
            if "No updates are to be performed" not in str(error):
                raise
        return project.stack

    _settle(call, project, "Update", update)


def end(call: Call, project: Project) -> None:
    """Delete the stack."""

    def delete() -> str:
        _cloudformation(call).delete_stack(StackName=project.stack)
        return project.stack

    _settle(call, project, "Delete", delete)


def detail(project: Project) -> dict[str, Any]:
    """The entry of `TemplateProviderDetails`."""
    stack = {"StatusMessage": project.message or project.status}
    if project.stack:
        stack |= {"Id": project.stack, "Name": project.stack.split("/")[1]}
    return {"CfnTemplateProviderDetail": {**project.template, "StackDetail": stack}}


def _cloudformation(call: Call) -> Any:
    """CloudFormation as the caller of SageMaker."""
    return inside.on_behalf("cloudformation", call.caller.account, call.region, None, by=PRINCIPAL)


def _content(call: Call, project: Project) -> dict[str, Any]:
    """Template, parameters and tags; the template has to be readable for the caller.

    CreateStack reads it with the permissions of whoever asks for the stack (CloudFormation user
    guide, on templates in S3).
    """
    url = project.template["TemplateURL"]
    try:
        bucket, key, _ = located(url)
    except ServiceException as error:
        raise _refused("TemplateURL", error.message) from error
    s3 = inside.on_behalf("s3", call.caller.account, call.region, None, by=PRINCIPAL)
    s3.get_object(Bucket=bucket, Key=key)
    given = {one["Key"]: one.get("Value", "") for one in project.template.get("Parameters", ())}
    values = {**given, **own_parameters(project)}
    return {
        "TemplateURL": url,
        "Parameters": [
            {"ParameterKey": name, "ParameterValue": value} for name, value in values.items()
        ],
        "Tags": own_tags(project),
    }


def _refused(what: str, text: str) -> ClientError:
    return ClientError({"Error": {"Code": "ValidationError", "Message": text}}, what)


def _settle(call: Call, project: Project, verb: str, work: Callable[[], str]) -> None:
    """Do the part of CloudFormation and note on the project how it ended."""
    try:
        stack = work()
        (found,) = _cloudformation(call).describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        text = error.response["Error"]["Message"]
        ended = replace(project, status=f"{verb}Failed", message=text, modified=now())
    else:
        status = found["StackStatus"]
        reason = found.get("StackStatusReason", "")
        ended = replace(
            project,
            stack=stack,
            status=f"{verb}{'Completed' if status in _GOOD else 'Failed'}",
            message=f"{status}: {reason}" if reason else status,
            modified=now(),
        )
    shelf(call).put(project.name, ended)
