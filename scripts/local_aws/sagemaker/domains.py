"""SageMaker domains (API reference: CreateDomain …), made, changed and deleted in the background.

The homes of a domain's users lie in a file system of the account; it outlives the domain unless
DeleteDomain says otherwise.
"""

from __future__ import annotations

import secrets
import string
from typing import Any

from local_aws import inside, serial, work
from local_aws.errors import Refusal
from local_aws.sagemaker.calls import Call, Handler, answered
from local_aws.sagemaker.kinds import Kind, tag_map
from local_aws.sagemaker.outside import assumable
from local_aws.sagemaker.state import Shelf, Thing, invalid, missing, now

_ALPHABET = string.ascii_lowercase + string.digits
_SETTLING = 0.1
"""Seconds each change takes here."""

DOMAIN = Kind(noun="Domain", path="domain", words="domain", modern=True)
RESIDENTS = ("app", "space", "user-profile")
"""Kinds of things that live in a domain, as ARNs spell them."""


def _id(prefix: str) -> str:
    return prefix + "".join(secrets.choice(_ALPHABET) for _ in range(12))


def domain(call: Call) -> Thing:
    """The domain a request names.

    Raises:
        Refusal: ResourceNotFound.
    """
    found = call.shelf.get(DOMAIN.path, call.params["DomainId"])
    if found is None:
        raise missing(f"Domain {call.params['DomainId']} does not exist.")
    return found


def settle(shelf: Shelf, passing: Thing, status: str) -> Thing:
    """Put a thing in a passing state, and let it reach `status` in the background."""
    shelf.put(passing)

    def arrive() -> None:
        work.pause(_SETTLING)
        with serial.turn():
            if shelf.get(passing.kind, passing.key) is not passing:
                return
            if status:
                shelf.put(passing.changed(Status=status))
            else:
                shelf.remove(passing)

    work.start(f"{passing.kind} {passing.key} is {passing['Status']}", arrive)
    return passing


def _create_domain(call: Call) -> dict[str, Any]:
    params = call.params
    name = params["DomainName"]
    if any(one["DomainName"] == name for one in call.shelf.every(DOMAIN.path)):
        raise Refusal("ResourceInUse", f"A domain with the name {name} already exists.")
    check_role(call, params["DefaultUserSettings"].get("ExecutionRole", ""))
    if "ExecutionRole" not in params["DefaultUserSettings"]:
        raise invalid("DefaultUserSettings needs an ExecutionRole.")
    identifier, moment = _id("d-"), now()
    arn = call.arn(f"domain/{identifier}")
    given = {key: value for key, value in params.items() if key != "Tags"}
    fields = {
        "AppNetworkAccessType": "PublicInternetOnly",
        **given,
        "DomainId": identifier,
        "DomainArn": arn,
        "Url": f"https://{identifier}.studio.{call.region}.sagemaker.aws",
        "HomeEfsFileSystemId": _home(call, arn),
        "Status": "Pending",
        "CreationTime": moment,
        "LastModifiedTime": moment,
    }
    if params["AuthMode"] == "SSO":
        fields["SingleSignOnManagedApplicationInstanceId"] = _id("ins-")
    made = Thing(kind=DOMAIN.path, key=identifier, arn=arn, fields=fields)
    call.shelf.tag_resource(arn, tag_map(params))
    settle(call.shelf, made, "InService")
    return {"DomainArn": arn, "DomainId": identifier, "Url": fields["Url"]}


def _home(call: Call, arn: str) -> str:
    """A file system for the homes of the domain's users, in the caller's account; its id."""
    made = inside.client("efs", call.account, call.region).create_file_system(
        CreationToken=arn.rpartition("/")[2],
        Tags=[{"Key": "ManagedByAmazonSageMakerResource", "Value": arn}],
    )
    return str(made["FileSystemId"])


def _describe_domain(call: Call) -> dict[str, Any]:
    return answered("DescribeDomain", domain(call).fields)


def check_role(call: Call, role: str) -> None:
    """Refuse an execution role that SageMaker may not assume; none given is none to refuse.

    Raises:
        Refusal: ValidationException.
    """
    if role and not assumable(role, call.account):
        raise invalid(
            f"Could not assume role {role}. Please ensure that the role exists and allows "
            "principal 'sagemaker.amazonaws.com' to assume the role."
        )


def _update_domain(call: Call) -> dict[str, Any]:
    found = domain(call)
    ready(found)
    settings = call.params.get("DefaultUserSettings", {})
    check_role(call, settings.get("ExecutionRole", ""))
    fields = dict(call.params)
    if "DomainSettingsForUpdate" in fields:
        fields["DomainSettings"] = {
            **(found["DomainSettings"] or {}),
            **fields.pop("DomainSettingsForUpdate"),
        }
    if settings:
        fields["DefaultUserSettings"] = {**found["DefaultUserSettings"], **settings}
    settle(call.shelf, found.changed(**fields, Status="Updating"), "InService")
    return {"DomainArn": found.arn}


def ready(found: Thing) -> None:
    """Refuse to touch what is still changing.

    Raises:
        Refusal: ResourceInUse.
    """
    if found["Status"] in ("Pending", "Updating", "Deleting"):
        text = f"{found.arn} is {found['Status']}; wait until it is InService."
        raise Refusal("ResourceInUse", text)


def _delete_domain(call: Call) -> dict[str, Any]:
    found = domain(call)
    held = [
        one
        for kind in RESIDENTS
        for one in call.shelf.every(kind)
        if one["DomainId"] == found.key and one["Status"] != "Deleted"
    ]
    if held:
        kinds = ", ".join(sorted({one.kind.replace("-", " ") for one in held}))
        text = f"Unable to delete Domain {found.key} because it has {kinds} associated with it."
        raise Refusal("ResourceInUse", text)
    kept = call.params.get("RetentionPolicy", {}).get("HomeEfsFileSystem", "Retain")
    if kept == "Delete":
        efs = inside.client("efs", call.account, call.region)
        efs.delete_file_system(FileSystemId=found["HomeEfsFileSystemId"])
    settle(call.shelf, found.changed(Status="Deleting"), "")
    return {}


OPERATIONS: dict[str, Handler] = DOMAIN.operations() | {
    "CreateDomain": _create_domain,
    "DescribeDomain": _describe_domain,
    "UpdateDomain": _update_domain,
    "DeleteDomain": _delete_domain,
}
