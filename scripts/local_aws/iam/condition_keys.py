"""The condition keys of a request (IAM user guide, *AWS global condition context keys*)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl

from moto import backends

from local_aws.iam import actions, calling, standing
from local_aws.iam.evaluation import Caller

Context = dict[str, tuple[str, ...]]


def of_caller(caller: Caller, tags: Mapping[str, str], source: str) -> Context:
    """Keys that tell who asks.

    Args:
        caller: Who asks.
        tags: Of the role or user, by key.
        source: Address the request comes from.
    """
    kind = (
        "Account" if caller.is_root else "AssumedRole" if ":role/" in caller.principal else "User"
    )
    organization, path = organization_of(caller.account)
    now = datetime.now(UTC)
    found: Context = {
        "aws:principalarn": (caller.principal,),
        "aws:principalaccount": (caller.account,),
        "aws:principaltype": (kind,),
        "aws:principalisawsservice": ("false",),
        "aws:securetransport": ("true",),  # loopback stands for TLS
        "aws:viaawsservice": (str(bool(calling.via())).lower(),),
        "aws:sourceip": (source,),
        "aws:currenttime": (now.isoformat(timespec="seconds"),),
        "aws:epochtime": (str(int(now.timestamp())),),
        **{f"aws:principaltag/{key.lower()}": (value,) for key, value in tags.items()},
    }
    if via := calling.via():
        found["aws:calledvia"] = via
        found["aws:calledviafirst"], found["aws:calledvialast"] = (via[0],), (via[-1],)
    if kind == "User":
        found["aws:username"] = (caller.principal.rpartition("/")[2],)
    if organization:
        found["aws:principalorgid"] = (organization,)
        found["aws:principalorgpaths"] = (path,)
    return found


def organization_of(account: str) -> tuple[str, str]:
    """An account's organization (`o-…`) and its path in it (`o-…/r-…/ou-…/`); empty for none."""
    held: Any = backends.get_backend("organizations")
    management = held.master_accounts.get(account, (account,))[0]
    if management not in held or held[management]["aws"].org is None:
        return "", ""
    backend = held[management]["aws"]
    nodes = {one.id: one for one in (*backend.ou, *backend.accounts)}
    if account not in nodes:
        return "", ""
    path: list[str] = []
    parent = nodes[account].parent_id
    while parent in nodes:
        path.append(parent)
        parent = getattr(nodes[parent], "parent_id", None)
    return str(backend.org.id), "/".join((backend.org.id, *reversed(path), ""))


def of_request(prefix: str, params: Mapping[str, Any], region: str) -> Context:
    """Keys that tell what a request gives, whatever resource it is for."""
    found: Context = {"aws:requestedregion": (region,)}
    if tags := actions.tags_of(params):
        found["aws:tagkeys"] = tuple(tags)
        found |= {f"aws:requesttag/{key.lower()}": (value,) for key, value in tags.items()}
    elif isinstance(params.get("TagKeys"), list):
        found["aws:tagkeys"] = tuple(map(str, params["TagKeys"]))
    for name, (service, member) in _MEMBERS.items():
        if service == prefix and params.get(member) not in (None, ""):
            found[name] = _values(params[member])
    if prefix == "s3" and params.get("Tagging") and isinstance(params["Tagging"], str):
        for key, value in parse_qsl(params["Tagging"]):
            found[f"s3:requestobjecttag/{key.lower()}"] = (value,)
    return found


_MEMBERS = {
    "cloudformation:rolearn": ("cloudformation", "RoleARN"),
    "cloudformation:stackpolicyurl": ("cloudformation", "StackPolicyURL"),
    "cloudformation:templateurl": ("cloudformation", "TemplateURL"),
    "cloudwatch:namespace": ("cloudwatch", "Namespace"),
    "codestar-notifications:notificationsforresource": ("codestar-notifications", "Resource"),
    "iam:permissionsboundary": ("iam", "PermissionsBoundary"),
    "iam:policyarn": ("iam", "PolicyArn"),
    "lambda:functionarn": ("lambda", "FunctionName"),
    "lambda:principal": ("lambda", "Principal"),
    "s3:prefix": ("s3", "Prefix"),
    "s3:delimiter": ("s3", "Delimiter"),
    "s3:max-keys": ("s3", "MaxKeys"),
    "s3:versionid": ("s3", "VersionId"),
    "s3:x-amz-acl": ("s3", "ACL"),
    "s3:x-amz-server-side-encryption": ("s3", "ServerSideEncryption"),
    "s3:x-amz-server-side-encryption-aws-kms-key-id": ("s3", "SSEKMSKeyId"),
    "sagemaker:domainid": ("sagemaker", "DomainId"),
    "sagemaker:modelapprovalstatus": ("sagemaker", "ModelApprovalStatus"),
    "sagemaker:networkisolation": ("sagemaker", "EnableNetworkIsolation"),
    "sagemaker:userprofilename": ("sagemaker", "UserProfileName"),
    "sns:endpoint": ("sns", "Endpoint"),
    "sns:protocol": ("sns", "Protocol"),
    "sts:externalid": ("sts", "ExternalId"),
    "sts:rolesessionname": ("sts", "RoleSessionName"),
}
"""Condition key -> service and the member of its requests that says it."""


def _values(value: Any) -> tuple[str, ...]:
    if isinstance(value, bool):
        return (str(value).lower(),)
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


def of_resource(arn: str, owner: str) -> Context:
    """Keys that tell whose a resource is and what it is tagged with."""
    found: Context = {}
    if owner:
        found["aws:resourceaccount"] = (owner,)
        organization, path = organization_of(owner)
        if organization:
            found["aws:resourceorgid"] = (organization,)
            found["aws:resourceorgpaths"] = (path,)
    service = arn.split(":", 3)[2] if arn.startswith("arn:") else ""
    if service == "s3":
        found["s3:resourceaccount"] = (owner,)
    for key, value in standing.tags_on(arn).items():
        found[f"aws:resourcetag/{key.lower()}"] = (value,)
        found[f"{service}:resourcetag/{key.lower()}"] = (value,)
        if service == "s3" and "/" in arn:
            found[f"s3:existingobjecttag/{key.lower()}"] = (value,)
    return found
