"""Launch roles: what a LAUNCH constraint makes Service Catalog work as.

Administrator guide, *Service Catalog launch constraints*: with a local role name, the role of that
name in the launching account; it must exist there and trust servicecatalog.amazonaws.com.
"""

from __future__ import annotations

import json
from typing import Any

from moto.iam.models import iam_backends

from local_aws.servicecatalog.calls import Caller
from local_aws.servicecatalog.launchpaths import LaunchPath

SERVICE = "servicecatalog.amazonaws.com"


def arn(caller: Caller, path: LaunchPath) -> str:
    """ARN of the launch role of a path in the caller's account; empty when there is no LAUNCH."""
    for parameters in path.parameters("LAUNCH"):
        if "RoleArn" in parameters:
            return str(parameters["RoleArn"])
        name = parameters["LocalRoleName"]
        role = next((one for one in _roles(caller) if one.name == name), None)
        return role.arn if role else f"arn:{caller.partition}:iam::{caller.account}:role/{name}"
    return ""


def problem(caller: Caller, role_arn: str) -> str:
    """Why Service Catalog cannot launch as this role; empty when it can, or when there is none."""
    if not role_arn:
        return ""
    role = next((one for one in _roles(caller) if one.arn == role_arn), None)
    if role is None:
        return f"Launch role {role_arn} does not exist in account {caller.account}."
    if not _trusts(json.loads(role.assume_role_policy_document)):
        return f"Launch role {role_arn} does not trust {SERVICE}."
    return ""


def _roles(caller: Caller) -> list[Any]:
    return list(iam_backends[caller.account][caller.partition].roles.values())


def _trusts(policy: dict[str, Any]) -> bool:
    statements = policy.get("Statement", [])
    allowed: set[str] = set()
    for statement in statements if isinstance(statements, list) else [statements]:
        principal = statement.get("Principal", {})
        services = principal.get("Service", []) if isinstance(principal, dict) else []
        if statement.get("Effect") == "Allow":
            allowed.update([services] if isinstance(services, str) else services)
    return SERVICE in allowed
