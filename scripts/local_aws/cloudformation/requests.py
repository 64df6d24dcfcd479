"""Requests of the CloudFormation API as this engine's values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.core.responses import BaseResponse

from local_aws import iam
from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.model import Ask, Stack
from local_aws.cloudformation.sources import from_url
from local_aws.cloudformation.template import BODY_LIMIT, URL_LIMIT
from local_aws.errors import Refusal

Params = Mapping[str, Any]


def place(caller: BaseResponse) -> tuple[str, str]:
    """Account (12 digits) and region of whoever calls."""
    return caller.current_account, caller.region


def template_of(caller: BaseResponse, params: Params, stack: Stack | None = None) -> str:
    """The template text of a request: body, URL or what the stack has.

    Raises:
        ValidationError: None or two are given, or the URL cannot be read.
    """
    body, url = params.get("TemplateBody"), params.get("TemplateURL")
    previous = params.get("UsePreviousTemplate")
    if sum(map(bool, (body, url, previous))) != 1:
        raise ValidationError("Either Template URL or Template Body must be specified.")
    if previous:
        if stack is None:
            raise ValidationError("UsePreviousTemplate needs a stack that exists")
        return stack.ask.template
    return str(body) if body else from_url(str(url), caller.current_account)


def ask_of(caller: BaseResponse, params: Params, stack: Stack | None = None) -> Ask:
    """What a request to create or update a stack says; what it omits stays as the stack has it."""
    before = stack.ask if stack else None
    on_failure = params.get("OnFailure") or "ROLLBACK"
    if params.get("DisableRollback"):
        if params.get("OnFailure"):
            raise ValidationError("You may not specify both DisableRollback and OnFailure")
        on_failure = "DO_NOTHING"
    if params.get("RoleARN"):
        assumable(caller, str(params["RoleARN"]))
    tags = params.get("Tags")
    notify = params.get("NotificationARNs")
    return Ask(
        name=stack.name if stack else str(params["StackName"]),
        template=template_of(caller, params, stack),
        parameters=parameters_of(params, before.parameters if before else {}),
        tags=dict(before.tags) if tags is None and before else pairs_of(tags),
        capabilities=tuple(params.get("Capabilities") or ()),
        role_arn=params.get("RoleARN") or (before.role_arn if before else None),
        notification_arns=(
            before.notification_arns if notify is None and before else tuple(notify or ())
        ),
        on_failure=on_failure,
        limit=BODY_LIMIT if params.get("TemplateBody") else URL_LIMIT,
        termination_protection=bool(
            params.get("EnableTerminationProtection", before and before.termination_protection)
        ),
        parent=before.parent if before else "",
    )


def assumable(caller: BaseResponse, role_arn: str) -> str:
    """The ARN of a role that CloudFormation may take on for a caller.

    Raises:
        ValidationError: There is no such role, or it trusts somebody else.
    """
    try:
        iam.service_may(
            principal="cloudformation.amazonaws.com",
            action="sts:AssumeRole",
            resource=role_arn,
            source_account=caller.current_account,
        )
    except Refusal as error:
        raise ValidationError(f"Role {role_arn} is invalid or cannot be assumed") from error
    return role_arn


def parameters_of(params: Params, before: Mapping[str, str]) -> dict[str, str]:
    """Parameters by name, previous values filled in.

    Raises:
        ValidationError: A parameter has both a value and `UsePreviousValue`, or neither.
    """
    found: dict[str, str] = {}
    for one in params.get("Parameters") or ():
        key, value = one.get("ParameterKey", ""), one.get("ParameterValue")
        if one.get("UsePreviousValue"):
            if value:
                raise ValidationError(
                    f"Invalid input for parameter key {key}. Cannot specify usePreviousValue as "
                    "true and non empty value for a parameter"
                )
            if key in before:
                found[key] = before[key]
        else:
            found[key] = "" if value is None else str(value)
    return found


def pairs_of(tags: Any) -> dict[str, str]:
    """Tags as a map."""
    return {tag["Key"]: tag["Value"] for tag in tags or ()}
