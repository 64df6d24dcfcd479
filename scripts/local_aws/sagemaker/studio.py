"""SageMaker domains and what lives in them: user profiles, spaces, apps.

API reference: CreateDomain, CreateUserProfile, CreateSpace, CreateApp, CreatePresignedDomainUrl,
EnableSagemakerServicecatalogPortfolio … Each is made, changed and deleted in the background and
says so in its `Status`. What contains others cannot be deleted before them.
"""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass
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
PROFILE = Kind(
    noun="UserProfile",
    path="user-profile",
    words="user profile",
    within=("DomainId",),
    modern=True,
)
SPACE = Kind(noun="Space", path="space", words="space", within=("DomainId",), modern=True)
APP = Kind(
    noun="App",
    path="app",
    words="app",
    within=("DomainId", "UserProfileName", "SpaceName", "AppType"),
    modern=True,
)


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


def _settle(shelf: Shelf, passing: Thing, status: str) -> Thing:
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
    _check_role(call, params["DefaultUserSettings"].get("ExecutionRole", ""))
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
    _settle(call.shelf, made, "InService")
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


def _check_role(call: Call, role: str) -> None:
    if role and not assumable(role, call.account):
        raise invalid(
            f"Could not assume role {role}. Please ensure that the role exists and allows "
            "principal 'sagemaker.amazonaws.com' to assume the role."
        )


def _update_domain(call: Call) -> dict[str, Any]:
    found = domain(call)
    _ready(found)
    settings = call.params.get("DefaultUserSettings", {})
    _check_role(call, settings.get("ExecutionRole", ""))
    fields = dict(call.params)
    if "DomainSettingsForUpdate" in fields:
        fields["DomainSettings"] = {
            **(found["DomainSettings"] or {}),
            **fields.pop("DomainSettingsForUpdate"),
        }
    if settings:
        fields["DefaultUserSettings"] = {**found["DefaultUserSettings"], **settings}
    _settle(call.shelf, found.changed(**fields, Status="Updating"), "InService")
    return {"DomainArn": found.arn}


def _ready(found: Thing) -> None:
    if found["Status"] in ("Pending", "Updating", "Deleting"):
        text = f"{found.arn} is {found['Status']}; wait until it is InService."
        raise Refusal("ResourceInUse", text)


def _delete_domain(call: Call) -> dict[str, Any]:
    found = domain(call)
    held = [
        one
        for kind in (PROFILE, SPACE, APP)
        for one in call.shelf.every(kind.path)
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
    _settle(call.shelf, found.changed(Status="Deleting"), "")
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Within:
    """The operations of a kind of thing that lives in a domain.

    Args:
        settings: The member that says more about it, which an update merges.
        holds: What it may hold so that it cannot be deleted: kind and member naming this one.
    """

    kind: Kind
    settings: str = ""
    holds: tuple[tuple[Kind, str], ...] = ()

    def operations(self) -> dict[str, Handler]:
        """Create, Describe, Update, List and Delete."""
        noun = self.kind.noun
        changing: dict[str, Handler] = {f"Update{noun}": self.update} if self.settings else {}
        own: dict[str, Handler] = {f"Create{noun}": self.create, f"Delete{noun}": self.delete}
        return self.kind.operations() | own | changing

    def create(self, call: Call) -> dict[str, Any]:
        """Make it, in a domain that is in service."""
        where = domain(call)
        _ready(where)
        if self.kind is PROFILE:
            _check_sign_on(call, where)
        role = (call.params.get(self.settings) or {}).get("ExecutionRole", "")
        _check_role(call, role)
        extra: Mapping[str, Any] = {} if self.kind is APP else {"HomeEfsFileSystemUid": "200005"}
        made = self.kind.make(call, Status="Pending", **extra)
        _settle(call.shelf, made, "InService")
        return {self.kind.arn: made.arn}

    def update(self, call: Call) -> dict[str, Any]:
        """Merge its settings."""
        found = self.kind.find(call)
        _ready(found)
        merged = {**(found[self.settings] or {}), **call.params.get(self.settings, {})}
        _check_role(call, merged.get("ExecutionRole", ""))
        fields = {**call.params, self.settings: merged, "Status": "Updating"}
        _settle(call.shelf, found.changed(**fields), "InService")
        return {self.kind.arn: found.arn}

    def delete(self, call: Call) -> dict[str, Any]:
        """Delete it, unless it holds something."""
        found = self.kind.find(call)
        for kind, member in self.holds:
            if any(
                one["DomainId"] == found["DomainId"] and one[member] == found[self.kind.name]
                for one in call.shelf.every(kind.path)
            ):
                text = f"Unable to delete {found.arn} because it has {kind.words}s."
                raise Refusal("ResourceInUse", text)
        _settle(call.shelf, found.changed(Status="Deleting"), "")
        return {}


def _check_sign_on(call: Call, where: Thing) -> None:
    """A profile names its user of IAM Identity Center in a domain of such users, and only there."""
    named = "SingleSignOnUserIdentifier" in call.params and "SingleSignOnUserValue" in call.params
    if named is not (where["AuthMode"] == "SSO"):
        raise invalid(
            "SingleSignOnUserIdentifier and SingleSignOnUserValue are required in a domain with "
            "the AuthMode SSO, and not allowed in any other."
        )


def _presigned(call: Call) -> dict[str, Any]:
    found = domain(call)
    profile = PROFILE.find(call)
    if found["AuthMode"] == "SSO":
        raise invalid("Presigned URLs are for domains with the AuthMode IAM.")
    token = secrets.token_urlsafe(32)
    return {"AuthorizedUrl": f"{found['Url']}/auth?token={token}&user={profile['UserProfileName']}"}


def _portfolio(enabled: bool) -> Callable[[Call], dict[str, Any]]:
    def turn(call: Call) -> dict[str, Any]:
        call.shelf.portfolio_enabled = enabled
        return {}

    return turn


def _portfolio_status(call: Call) -> dict[str, Any]:
    return {"Status": "Enabled" if call.shelf.portfolio_enabled else "Disabled"}


OPERATIONS: dict[str, Handler] = (
    DOMAIN.operations()
    | Within(
        kind=PROFILE,
        settings="UserSettings",
        holds=((APP, "UserProfileName"),),
    ).operations()
    | Within(kind=SPACE, settings="SpaceSettings", holds=((APP, "SpaceName"),)).operations()
    | Within(kind=APP).operations()
    | {
        "CreateDomain": _create_domain,
        "DescribeDomain": _describe_domain,
        "UpdateDomain": _update_domain,
        "DeleteDomain": _delete_domain,
        "CreatePresignedDomainUrl": _presigned,
        "EnableSagemakerServicecatalogPortfolio": _portfolio(enabled=True),
        "DisableSagemakerServicecatalogPortfolio": _portfolio(enabled=False),
        "GetSagemakerServicecatalogPortfolioStatus": _portfolio_status,
    }
)
