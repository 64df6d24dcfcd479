"""What was launched, and what became of each request.

API reference: SearchProvisionedProducts, ScanProvisionedProducts, DescribeProvisionedProduct,
GetProvisionedProductOutputs, DescribeRecord, ListRecordHistory. All see the caller's account only.
"""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from local_aws.servicecatalog import paging, provisioning, tags, views
from local_aws.servicecatalog.calls import Call, operation
from local_aws.servicecatalog.errors import InvalidParameters, ResourceNotFound
from local_aws.servicecatalog.state import ProvisionedProduct, Record


def _accessible(call: Call, seen: Iterable[ProvisionedProduct]) -> list[ProvisionedProduct]:
    """What the access level of a request lets the caller see; by default its own launches."""
    level = call.params.get("AccessLevelFilter") or {"Key": "User", "Value": "self"}
    if level.get("Value") != "self":
        raise InvalidParameters("The value of AccessLevelFilter can only be self.")
    match level["Key"]:
        case "Account":
            return list(seen)
        case "Role":
            return [one for one in seen if one.principal == call.caller.arn]
        case _:
            return [one for one in seen if one.session == call.caller.session]


@operation
def scan_provisioned_products(call: Call) -> dict[str, Any]:
    """Everything there is, 20 a page."""
    seen = _accessible(call, call.catalog.provisioned.look_at_all())
    found, token = paging.page(seen, call.params, cap=20, key=lambda one: one.id)
    return paging.answer(
        "ProvisionedProducts", [views.provisioned_detail(one) for one in found], token
    )


@operation
def search_provisioned_products(call: Call) -> dict[str, Any]:
    """Filtered by `SearchQuery`: `field:value` (with `*` at its ends) or plain words, all true."""
    filters = call.params.get("Filters") or {}
    if unknown := sorted(filters.keys() - {"SearchQuery"}):
        raise InvalidParameters(f"Unknown filter: {', '.join(unknown)}.")
    seen = _accessible(call, call.catalog.provisioned.look_at_all())
    for query in filters.get("SearchQuery", []):
        seen = [one for one in seen if _answers(one, query)]
    found, token = paging.page(seen, call.params, cap=100, key=lambda one: one.id)
    attributes = [_attribute(one) for one in found]
    return paging.answer("ProvisionedProducts", attributes, token) | {
        "TotalResultsCount": len(seen)
    }


def _attribute(product: ProvisionedProduct) -> dict[str, Any]:
    detail = views.provisioned_detail(product)
    detail.pop("LaunchRoleArn", None)
    extra = {"PhysicalId": product.stack} if product.stack else {}
    return (
        detail
        | extra
        | {
            "Tags": tags.write(product.tags),
            "ProductName": product.product_name,
            "ProvisioningArtifactName": product.artifact_name,
            "UserArn": product.principal,
            "UserArnSession": product.session,
        }
    )


def _answers(product: ProvisionedProduct, query: str) -> bool:
    field, colon, value = query.partition(":")
    value = value.strip('"')
    if not colon:
        return query.casefold() in product.name.casefold()
    if field == "tags":
        return any(fnmatchcase(f"{key}:{held}", value) for key, held in product.tags.items())
    held = {name.casefold(): text for name, text in _attribute(product).items()}
    if field.casefold() not in held:
        raise InvalidParameters(f"Unknown field in SearchQuery: {field}.")
    return fnmatchcase(str(held[field.casefold()]), value)


@operation
def describe_provisioned_product(call: Call) -> dict[str, Any]:
    """By id or by name."""
    product = provisioning.find(call, call.params.get("Id"), call.params.get("Name"))
    seen = call.catalog.provisioned.look(product.id) or product
    return {
        "ProvisionedProductDetail": views.provisioned_detail(seen),
        "CloudWatchDashboards": [],
    }


def _outputs(record: Record) -> list[dict[str, str]]:
    return [{"OutputKey": key, "OutputValue": value} for key, value in record.outputs.items()]


@operation
def get_provisioned_product_outputs(call: Call) -> dict[str, Any]:
    """Outputs of the last successful launch or update, the stack's ARN among them."""
    params = call.params
    product = provisioning.find(
        call, params.get("ProvisionedProductId"), params.get("ProvisionedProductName")
    )
    record = call.catalog.records.get(product.last_successful_record)
    found = _outputs(record) if record else []
    wanted = set(params.get("OutputKeys") or ())
    if missing := sorted(wanted - {one["OutputKey"] for one in found}):
        raise InvalidParameters(f"Unknown output keys: {', '.join(missing)}.")
    if wanted:
        found = [one for one in found if one["OutputKey"] in wanted]
    shown, token = paging.page(found, params, cap=20)
    return paging.answer("Outputs", shown, token)


@operation
def describe_record(call: Call) -> dict[str, Any]:
    """What became of a request; outputs always include the stack's ARN."""
    record = call.catalog.records.look(call.params["Id"])
    if record is None:
        raise ResourceNotFound(f"Record {call.params['Id']} not found.")
    shown, token = paging.page(_outputs(record), call.params, cap=20)
    answer = {"RecordDetail": views.record_detail(record)}
    return answer | paging.answer("RecordOutputs", shown, token)


@operation
def list_record_history(call: Call) -> dict[str, Any]:
    """Requests of the caller's account, optionally of one product or provisioned product."""
    seen = call.catalog.records.look_at_all()
    visible = {one.id for one in _accessible(call, (record.provisioned for record in seen))}
    wanted = call.params.get("SearchFilter") or {}
    fields = {"product": "product_id", "provisionedproduct": "id"}
    if wanted and wanted.get("Key") not in fields:
        raise InvalidParameters("SearchFilter's Key is product or provisionedproduct.")
    found = [
        record
        for record in seen
        if record.provisioned.id in visible
        if not wanted or getattr(record.provisioned, fields[wanted["Key"]]) == wanted.get("Value")
    ]
    shown, token = paging.page(
        found,
        call.params,
        cap=20,
        key=lambda one: f"{one.created.isoformat()}\0{one.id}",
        descending=True,
    )
    return paging.answer("RecordDetails", [views.record_detail(one) for one in shown], token)
