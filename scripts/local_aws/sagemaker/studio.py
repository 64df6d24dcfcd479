"""What lives in a domain: user profiles, spaces and apps; and what else Studio asks for.

API reference: CreateUserProfile, CreateSpace, CreateApp, CreatePresignedDomainUrl,
EnableSagemakerServicecatalogPortfolio … What holds others cannot be deleted before them.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from local_aws.errors import Refusal
from local_aws.sagemaker.calls import Call, Handler
from local_aws.sagemaker.domains import check_role, domain, ready, settle
from local_aws.sagemaker.kinds import Kind
from local_aws.sagemaker.state import Thing, invalid

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
        ready(where)
        if self.kind is PROFILE:
            _check_sign_on(call, where)
        role = (call.params.get(self.settings) or {}).get("ExecutionRole", "")
        check_role(call, role)
        extra: Mapping[str, Any] = {} if self.kind is APP else {"HomeEfsFileSystemUid": "200005"}
        made = self.kind.make(call, Status="Pending", **extra)
        settle(call.shelf, made, "InService")
        return {self.kind.arn: made.arn}

    def update(self, call: Call) -> dict[str, Any]:
        """Merge its settings."""
        found = self.kind.find(call)
        ready(found)
        merged = {**(found[self.settings] or {}), **call.params.get(self.settings, {})}
        check_role(call, merged.get("ExecutionRole", ""))
        fields = {**call.params, self.settings: merged, "Status": "Updating"}
        settle(call.shelf, found.changed(**fields), "InService")
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
        settle(call.shelf, found.changed(Status="Deleting"), "")
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
    Within(
        kind=PROFILE,
        settings="UserSettings",
        holds=((APP, "UserProfileName"),),
    ).operations()
    | Within(kind=SPACE, settings="SpaceSettings", holds=((APP, "SpaceName"),)).operations()
    | Within(kind=APP).operations()
    | {
        "CreatePresignedDomainUrl": _presigned,
        "EnableSagemakerServicecatalogPortfolio": _portfolio(enabled=True),
        "DisableSagemakerServicecatalogPortfolio": _portfolio(enabled=False),
        "GetSagemakerServicecatalogPortfolioStatus": _portfolio_status,
    }
)
