"""A member account as Studio finds it: products as a role sees them, roles, imported portfolios.

What people see is asked with their own role; only Service Catalog's end-user operations are used,
the ones Studio needs. Roles and imports are asked with a role that may read IAM and portfolios.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from catalog.aws.session import Service
from catalog.errors import ServiceFault
from catalog.model import VISIBILITY_TAG
from catalog.planning.desired import digest_of
from catalog.studio.listing import SeenProduct, SeenVersion

LAUNCHER = "servicecatalog.amazonaws.com"
"""The service that assumes a launch role."""


def look(service: Service) -> tuple[SeenProduct, ...]:
    """Every product the caller may launch, with the form's raw material for those Studio lists.

    Args:
        service: Client of `servicecatalog`, as the person's role.
    """
    found = service.pages("search_products", "ProductViewSummaries", PageSize=100)
    return tuple(_seen(service, summary) for summary in found)


def _seen(service: Service, summary: Mapping[str, Any]) -> SeenProduct:
    product, title = summary["ProductId"], summary["Name"]
    paths = tuple(_paths(service, product, title))
    tags = frozenset((tag["Key"], tag["Value"]) for path in paths for tag in path.get("Tags", ()))
    seen = SeenProduct(
        id=product,
        title=title,
        summary=summary.get("ShortDescription", ""),
        owner=summary.get("Owner", ""),
        tags=tags,
        versions=_versions(service, product, title) if VISIBILITY_TAG in tags else (),
    )
    if seen.newest is None:
        return seen
    answer = service.call(
        "describe_provisioning_parameters",
        f"product {title}",
        ProductId=product,
        ProvisioningArtifactId=seen.newest.id,
        PathId=paths[0]["Id"],
    )
    instructions = {
        each["Type"]: each.get("Value", "") for each in answer.get("UsageInstructions", ())
    }
    parameters = answer.get("ProvisioningArtifactParameters", ())
    return replace(seen, parameters=parameters, instructions=instructions)


def _paths(service: Service, product: str, title: str) -> Iterator[Mapping[str, Any]]:
    try:
        yield from service.pages(
            "list_launch_paths", "LaunchPathSummaries", f"product {title}", ProductId=product
        )
    except ServiceFault as fault:
        # The last path may go between the search and this look.
        if fault.code != "ResourceNotFoundException":
            raise


def _versions(service: Service, product: str, title: str) -> tuple[SeenVersion, ...]:
    answer = service.call("describe_product", f"product {title}", Id=product)
    return tuple(
        SeenVersion(
            id=each["Id"],
            name=each.get("Name", ""),
            created=each["CreatedTime"],
            deprecated=each.get("Guidance") == "DEPRECATED",
            digest=digest_of(each.get("Description", "")),
        )
        for each in answer.get("ProvisioningArtifacts", ())
    )


def portfolios(service: Service) -> frozenset[str]:
    """Ids of the portfolios an account owns or has imported.

    Args:
        service: Client of `servicecatalog`, as a role that may administer portfolios there.
    """
    ids = {each["Id"] for each in service.pages("list_portfolios", "PortfolioDetails")}
    for kind in ("AWS_ORGANIZATIONS", "IMPORTED"):
        listed = service.pages(
            "list_accepted_portfolio_shares", "PortfolioDetails", PortfolioShareType=kind
        )
        ids |= {each["Id"] for each in listed}
    return frozenset(ids)


def role_arn(iam: Service, name: str) -> str:
    """Full ARN of a role, its path included; empty when there is none."""
    role = _role(iam, name)
    return str(role["Arn"]) if role else ""


def launch_roles(iam: Service, names: Iterable[str], launcher: str = LAUNCHER) -> dict[str, bool]:
    """Which of the roles exist in the account, and whether a service may assume each."""
    found = {name: _role(iam, name) for name in sorted(set(names))}
    return {
        name: trusts(role["AssumeRolePolicyDocument"], launcher)
        for name, role in found.items()
        if role
    }


def _role(iam: Service, name: str) -> dict[str, Any] | None:
    try:
        answer = iam.call("get_role", f"role {name}", RoleName=name)
    except ServiceFault as fault:
        if fault.code == "NoSuchEntity":
            return None
        raise
    role: dict[str, Any] = answer["Role"]
    return role


def trusts(policy: Mapping[str, Any], service: str) -> bool:
    """Whether a trust policy lets a service assume the role; conditions are taken as met."""
    return any(
        statement.get("Effect") == "Allow"
        and service in _listed(_principals(statement).get("Service"))
        and {"sts:AssumeRole", "sts:*", "*"} & {*_listed(statement.get("Action"))}
        for statement in _listed(policy.get("Statement"))
    )


def _principals(statement: Mapping[str, Any]) -> Mapping[str, Any]:
    principal = statement.get("Principal", {})
    return principal if isinstance(principal, dict) else {}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
