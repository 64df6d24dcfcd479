"""Constraints on a product in a portfolio (API reference: CreateConstraint …).

LAUNCH, NOTIFICATION and RESOURCE_UPDATE are obeyed when products are launched. STACKSET is kept, so
that its exclusion of LAUNCH can be tried; TEMPLATE is refused.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from typing import Any

from moto.iam.models import iam_backends

from local_aws.servicecatalog import imports, paging, portfolios, products, quotas, views
from local_aws.servicecatalog.calls import Call, operation
from local_aws.servicecatalog.errors import (
    DuplicateResource,
    InvalidParameters,
    NotImplementedHere,
    ResourceNotFound,
)
from local_aws.servicecatalog.state import Constraint, new_id

_TYPES = ("LAUNCH", "NOTIFICATION", "RESOURCE_UPDATE", "STACKSET", "TEMPLATE")
_ONCE = ("LAUNCH", "RESOURCE_UPDATE", "STACKSET")


@operation
def create_constraint(call: Call) -> dict[str, Any]:
    """Right after the association the product may not be found in the portfolio yet."""
    params = call.params
    portfolio = portfolios.own(call, params["PortfolioId"])
    product = products.own(call, params["ProductId"])
    if call.catalog.associations.look((portfolio.id, product.id)) is None:
        text = f"Product {product.id} is not associated with portfolio {portfolio.id}."
        raise ResourceNotFound(text)
    check(call, params["Type"], params["Parameters"])
    _check_neighbours(call, portfolio.id, product.id, params["Type"])
    constraint = Constraint(
        id=new_id("cons"),
        type=params["Type"],
        description=params.get("Description", ""),
        account=call.caller.account,
        portfolio_id=portfolio.id,
        product_id=product.id,
        parameters=params["Parameters"],
    )
    creating = replace(constraint, status="CREATING")
    call.catalog.constraints.put(constraint.id, constraint, passing=creating)
    return _answer(creating)


def _check_neighbours(call: Call, portfolio_id: str, product_id: str, kind: str) -> None:
    there = Counter(
        one.type
        for one in call.catalog.constraints.values()
        if (one.portfolio_id, one.product_id) == (portfolio_id, product_id)
    )
    where = f"product {product_id} in portfolio {portfolio_id}"
    if kind in _ONCE and there[kind]:
        raise DuplicateResource(f"There is already a {kind} constraint on {where}.")
    for one, other in (("LAUNCH", "STACKSET"), ("STACKSET", "LAUNCH")):
        if kind == one and there[other]:
            text = f"A LAUNCH and a STACKSET constraint exclude each other on {where}."
            raise InvalidParameters(text)
    quotas.hold(
        there.total() + 1,
        quotas.CONSTRAINTS_PER_ASSOCIATION,
        "constraints per product per portfolio",
    )


def check(call: Call, kind: str, text: str) -> None:
    """Hold a constraint's parameters against the form its type demands.

    Args:
        call: The request; a launch role must exist in its account.
        kind: Constraint type.
        text: The parameters, JSON.

    Raises:
        InvalidParameters: Not JSON, or another form.
    """
    if kind not in _TYPES:
        raise InvalidParameters(f"Unknown constraint type {kind}; known: {', '.join(_TYPES)}.")
    if kind == "TEMPLATE":
        raise NotImplementedHere("TEMPLATE constraints")
    try:
        parameters = json.loads(text)
    except ValueError as error:
        raise InvalidParameters(f"Constraint parameters are not JSON: {error}.") from error
    if not isinstance(parameters, dict):
        raise InvalidParameters("Constraint parameters are a JSON object.")
    match kind:
        case "LAUNCH":
            _check_launch(call, parameters)
        case "RESOURCE_UPDATE":
            _check_resource_update(parameters)
        case "NOTIFICATION":
            _check_notification(parameters)
        case "STACKSET":
            _check_stackset(parameters)


def _check_launch(call: Call, parameters: dict[str, Any]) -> None:
    if len(parameters) != 1 or not parameters.keys() <= {"RoleArn", "LocalRoleName"}:
        raise InvalidParameters("LAUNCH takes exactly one of RoleArn and LocalRoleName.")
    (name, value), caller = next(iter(parameters.items())), call.caller
    roles = iam_backends[caller.account][caller.partition].roles.values()
    exists = any(value == (role.arn if name == "RoleArn" else role.name) for role in roles)
    if not exists:
        raise InvalidParameters(f"Launch role {value} does not exist in account {caller.account}.")


def _check_resource_update(parameters: dict[str, Any]) -> None:
    properties = parameters.get("Properties")
    allowed = [{"TagUpdateOnProvisionedProduct": value} for value in ("ALLOWED", "NOT_ALLOWED")]
    known = parameters.keys() == {"Version", "Properties"} and parameters["Version"] == "2.0"
    if not known or properties not in allowed:
        raise InvalidParameters(
            'RESOURCE_UPDATE takes {"Version": "2.0", "Properties":'
            ' {"TagUpdateOnProvisionedProduct": "ALLOWED" or "NOT_ALLOWED"}}.'
        )


def _check_notification(parameters: dict[str, Any]) -> None:
    arns = parameters.get("NotificationArns")
    if parameters.keys() != {"NotificationArns"} or not isinstance(arns, list) or not arns:
        raise InvalidParameters("NOTIFICATION takes NotificationArns, a list of SNS topic ARNs.")
    if not all(isinstance(arn, str) and ":sns:" in arn for arn in arns):
        raise InvalidParameters("NotificationArns are ARNs of SNS topics.")


def _check_stackset(parameters: dict[str, Any]) -> None:
    properties = parameters.get("Properties")
    names = {"AccountList", "RegionList", "AdminRole", "ExecutionRole"}
    if not isinstance(properties, dict) or properties.keys() != names:
        raise InvalidParameters(
            f"STACKSET takes Version and Properties: {', '.join(sorted(names))}."
        )


def _find(call: Call) -> Constraint:
    found = call.catalog.constraints.look(call.params["Id"])
    if found:
        return found
    for one in imports.imported(call):
        found = one.catalog.constraints.get(call.params["Id"])
        if found and found.portfolio_id == one.portfolio.id:
            return found
    raise ResourceNotFound(f"Constraint {call.params['Id']} not found.")


def _answer(constraint: Constraint) -> dict[str, Any]:
    return {
        "ConstraintDetail": views.constraint_detail(constraint),
        "ConstraintParameters": constraint.parameters,
        "Status": constraint.status,
    }


@operation
def describe_constraint(call: Call) -> dict[str, Any]:
    """The only operation that shows a constraint's parameters and status."""
    return _answer(_find(call))


@operation
def update_constraint(call: Call) -> dict[str, Any]:
    """In place; the type stays."""
    identifier, params = call.params["Id"], call.params
    constraint = call.catalog.constraints.get(identifier)
    if constraint is None:
        raise ResourceNotFound(f"Constraint {identifier} not found.")
    if "Parameters" in params:
        check(call, constraint.type, params["Parameters"])
    constraint = replace(
        constraint,
        description=params.get("Description", constraint.description),
        parameters=params.get("Parameters", constraint.parameters),
    )
    call.catalog.constraints.put(identifier, constraint)
    return _answer(constraint)


@operation
def delete_constraint(call: Call) -> dict[str, Any]:
    """Only its owner can."""
    if call.params["Id"] not in call.catalog.constraints:
        raise ResourceNotFound(f"Constraint {call.params['Id']} not found.")
    call.catalog.constraints.remove(call.params["Id"])
    return {}


@operation
def list_constraints_for_portfolio(call: Call) -> dict[str, Any]:
    """Descriptions, but neither parameters nor status; 20 a page."""
    portfolio_id, product_id = call.params["PortfolioId"], call.params.get("ProductId")
    one = imports.find(call, portfolio_id)
    catalog = one.catalog if one else call.catalog
    if portfolio_id not in catalog.portfolios:
        raise ResourceNotFound(f"Portfolio {portfolio_id} not found.")
    found = [
        constraint
        for constraint in catalog.constraints.look_at_all()
        if constraint.portfolio_id == portfolio_id and product_id in (None, constraint.product_id)
    ]
    shown, token = paging.page(found, call.params, cap=20, key=lambda constraint: constraint.id)
    details = [views.constraint_detail(constraint) for constraint in shown]
    return paging.answer("ConstraintDetails", details, token)
