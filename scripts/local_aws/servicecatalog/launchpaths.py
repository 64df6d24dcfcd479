"""Launch paths: through which portfolio, as which principal, somebody may launch a product.

Administrators have none unless a portfolio names them, too. Every principal that means the caller
makes a path of its own (administrator guide, *Granting access*; API reference, *ListLaunchPaths*).
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from local_aws.servicecatalog import imports, paging
from local_aws.servicecatalog.calls import Call, operation
from local_aws.servicecatalog.errors import InvalidParameters, ResourceNotFound
from local_aws.servicecatalog.state import (
    Artifact,
    Catalog,
    Constraint,
    Portfolio,
    Principal,
    Product,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LaunchPath:
    """A way to launch one product; `catalog` is the one of the portfolio's owner."""

    id: str
    portfolio: Portfolio
    product: Product
    catalog: Catalog

    @property
    def tags(self) -> list[tuple[str, str]]:
        """Tags of portfolio and product; a key on both stands here twice."""
        return [*self.portfolio.tags.items(), *self.product.tags.items()]

    @property
    def constraints(self) -> list[Constraint]:
        """The rules for this product in this portfolio."""
        return [
            one
            for one in self.catalog.constraints.values()
            if (one.portfolio_id, one.product_id) == (self.portfolio.id, self.product.id)
        ]

    @property
    def artifacts(self) -> list[Artifact]:
        """Every version, oldest first."""
        return list(self.catalog.artifacts[self.product.id].values())

    def parameters(self, kind: str) -> list[dict[str, Any]]:
        """Parameters of its constraints of one type."""
        return [json.loads(one.parameters) for one in self.constraints if one.type == kind]

    @property
    def summaries(self) -> list[dict[str, str]]:
        """Its constraints as `ConstraintSummaries`."""
        return [{"Type": one.type, "Description": one.description} for one in self.constraints]


def _sources(call: Call) -> Iterator[tuple[Portfolio, Catalog, Principal]]:
    """Portfolios that name the caller, once per principal that means it."""
    local = [
        one
        for one in call.catalog.principals.values()
        if call.caller.is_meant_by(one.arn, one.type)
    ]
    for principal in local:
        if portfolio := call.catalog.portfolios.get(principal.portfolio_id):
            yield portfolio, call.catalog, principal
    for one in imports.by_portfolio(call).values():
        shared = one.catalog.principals.values() if one.share.share_principals else ()
        meant = [who for who in shared if call.caller.is_meant_by(who.arn, who.type)]
        for principal in {*meant, *local}:
            if principal.portfolio_id == one.portfolio.id:
                yield one.portfolio, one.catalog, principal


def paths(call: Call) -> list[LaunchPath]:
    """Every way the caller may launch anything."""
    return [
        LaunchPath(
            id=_path_id(association.product_id, principal),
            portfolio=portfolio,
            product=product,
            catalog=catalog,
        )
        for portfolio, catalog, principal in _sources(call)
        for association in catalog.associations.values()
        if association.portfolio_id == portfolio.id
        if (product := catalog.products.get(association.product_id))
    ]


def _path_id(product_id: str, principal: Principal) -> str:
    seed = f"{product_id} {principal.portfolio_id} {principal.type} {principal.arn}"
    return f"lpv2-{hashlib.sha256(seed.encode()).hexdigest()[:13]}"


def paths_of(call: Call, product_id: str) -> list[LaunchPath]:
    """The caller's ways to launch one product.

    Raises:
        ResourceNotFound: There is none, or no such product: a caller cannot tell the two apart.
    """
    if found := [path for path in paths(call) if path.product.id == product_id]:
        return found
    raise ResourceNotFound(f"No launch paths found for resource: {product_id}")


def _named(call: Call, what: str) -> tuple[str, str]:
    """Id and name by which a request names something; at most one of them is said.

    Raises:
        InvalidParameters: Both are (API reference, *DescribeProvisioningParameters*).
    """
    identifier, name = (str(call.params.get(f"{what}{end}") or "") for end in ("Id", "Name"))
    if identifier and name:
        raise InvalidParameters(f"{what}Id and {what}Name exclude each other.")
    return identifier, name


def product_id(call: Call) -> str:
    """The product a request names by `ProductId` or `ProductName`."""
    identifier, name = _named(call, "Product")
    if identifier:
        return identifier
    if not name:
        raise InvalidParameters("ProductId or ProductName is required.")
    found = {path.product.id for path in paths(call) if path.product.name == name}
    if len(found) > 1:
        raise InvalidParameters(f"More than one product is named {name}; name its ProductId.")
    if not found:
        raise ResourceNotFound(f"Product {name} not found.")
    return found.pop()


def chosen(call: Call, product: str) -> LaunchPath:
    """The path a request names by `PathId` or `PathName`, or the only one there is.

    Raises:
        InvalidParameters: There are several, or the named one is not the caller's.
        ResourceNotFound: There is none.
    """
    identifier, name = _named(call, "Path")
    found = paths_of(call, product)
    if identifier or name:
        named = [path for path in found if path.id == identifier or path.portfolio.name == name]
        if not named:
            raise InvalidParameters(f"Launch path {identifier or name} is not one of the caller's.")
        found = named
    if len(found) > 1:
        several = ", ".join(path.id for path in found)
        raise InvalidParameters(
            f"There is more than one launch path for {product} ({several}); name a PathId."
        )
    return found[0]


def launch_tags(path: LaunchPath) -> dict[str, str]:
    """The tags a launch hands to its resources.

    Raises:
        InvalidParameters: Portfolio and product share a key, which blocks the launch.
    """
    counts = Counter(key for key, _ in path.tags)
    if twice := sorted(key for key, count in counts.items() if count > 1):
        raise InvalidParameters(
            f"Duplicate tag keys on portfolio {path.portfolio.id} and product {path.product.id}:"
            f" {', '.join(twice)}."
        )
    return dict(path.tags)


def artifact(call: Call, path: LaunchPath) -> Artifact:
    """The version a request names by `ProvisioningArtifactId` or `ProvisioningArtifactName`."""
    identifier, name = _named(call, "ProvisioningArtifact")
    if not identifier and not name:
        raise InvalidParameters("ProvisioningArtifactId or ProvisioningArtifactName is required.")
    found = [one for one in path.artifacts if one.id == identifier or one.name == name]
    if not found:
        raise ResourceNotFound(f"Provisioning artifact {identifier or name} not found.")
    if len(found) > 1:
        raise InvalidParameters(f"More than one provisioning artifact is named {name}.")
    return found[0]


@operation
def list_launch_paths(call: Call) -> dict[str, Any]:
    """The caller's own paths; a tag key of both portfolio and product shows twice."""
    found = paths_of(call, call.params["ProductId"])
    shown, token = paging.page(found, call.params, cap=20, key=lambda path: path.id)
    summaries = [
        {
            "Id": path.id,
            "ConstraintSummaries": path.summaries,
            "Tags": [{"Key": key, "Value": value} for key, value in path.tags],
            "Name": path.portfolio.name,
        }
        for path in shown
    ]
    return paging.answer("LaunchPathSummaries", summaries, token)
