"""CodeConnections' operations (CodeConnections API reference), under either name of the service."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from moto.core.responses import BaseResponse

from local_aws import validation
from local_aws.connections import shelf
from local_aws.connections.shelf import Connection
from local_aws.errors import Refusal

Params = Mapping[str, Any]
PAGE = 100


def shown(one: Connection) -> dict[str, str]:
    """A connection as GetConnection answers it."""
    return {
        "ConnectionName": one.name,
        "ConnectionArn": one.arn,
        "ProviderType": one.provider,
        "OwnerAccountId": one.account,
        "ConnectionStatus": one.status,
    }


def _create(caller: BaseResponse, params: Params) -> dict[str, Any]:
    if params.get("HostArn"):
        raise NotImplementedError("codeconnections:CreateConnection with HostArn")
    if not params.get("ProviderType"):
        raise Refusal("ValidationException", "Either ProviderType or HostArn is required")
    account, region = caller.current_account, caller.region
    id_ = str(uuid.uuid4())
    made = Connection(
        arn=f"arn:aws:{caller.service_name}:{region}:{account}:connection/{id_}",
        name=params["ConnectionName"],
        provider=params["ProviderType"],
        account=account,
        tags={tag["Key"]: tag["Value"] for tag in params.get("Tags") or ()},
    )
    shelf.of(account, region)[id_] = made
    return {"ConnectionArn": made.arn, "Tags": _listed(made)}


def _describe(_: BaseResponse, params: Params) -> dict[str, Any]:
    return {"Connection": shown(shelf.get(params["ConnectionArn"]))}


def _list(caller: BaseResponse, params: Params) -> dict[str, Any]:
    wanted = params.get("ProviderTypeFilter")
    held = shelf.of(caller.current_account, caller.region).values()
    found = [shown(one) for one in held if wanted in (None, one.provider)]
    start = int(params.get("NextToken") or 0)
    end = start + (params.get("MaxResults") or PAGE)
    more = {"NextToken": str(end)} if len(found) > end else {}
    return {"Connections": found[start:end], **more}


def _delete(_: BaseResponse, params: Params) -> dict[str, Any]:
    gone = shelf.get(params["ConnectionArn"])
    region = gone.arn.split(":")[3]
    del shelf.of(gone.account, region)[gone.arn.rpartition("/")[2]]
    return {}


def _tag(_: BaseResponse, params: Params) -> dict[str, Any]:
    found = shelf.get(params["ResourceArn"])
    found.tags.update({tag["Key"]: tag["Value"] for tag in params["Tags"]})
    return {}


def _untag(_: BaseResponse, params: Params) -> dict[str, Any]:
    found = shelf.get(params["ResourceArn"])
    for key in params["TagKeys"]:
        found.tags.pop(key, None)
    return {}


def _tags(_: BaseResponse, params: Params) -> dict[str, Any]:
    return {"Tags": _listed(shelf.get(params["ResourceArn"]))}


def _listed(one: Connection) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in one.tags.items()]


HANDLERS: dict[str, validation.Handler] = {
    "CreateConnection": _create,
    "DeleteConnection": _delete,
    "GetConnection": _describe,
    "ListConnections": _list,
    "ListTagsForResource": _tags,
    "TagResource": _tag,
    "UntagResource": _untag,
}


def answering(service: str) -> type[BaseResponse]:
    """The class of moto's kind that answers for the service under one of its names."""

    def __init__(self: BaseResponse) -> None:  # noqa: N807 - it is one
        BaseResponse.__init__(self, service_name=service)
        self.automated_parameter_parsing = True

    methods = [validation.served(service, name, handler) for name, handler in HANDLERS.items()]
    members = {method.__name__: method for method in methods}
    return type("CodeConnections", (BaseResponse,), {"__init__": __init__, **members})
