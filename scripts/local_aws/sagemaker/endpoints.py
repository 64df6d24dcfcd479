"""Endpoints and their life (API reference: CreateEndpoint, UpdateEndpoint, DeleteEndpoint …).

An endpoint comes up in the background. When an update fails, the old configuration goes on serving,
the endpoint is in service again and `FailureReason` says why (developer guide, *Auto-rollback
configuration and monitoring*). A failed endpoint can only be deleted.
"""

from __future__ import annotations

from typing import Any

from local_aws import serial, work
from local_aws.sagemaker import configs, hosting, telling
from local_aws.sagemaker.calls import Call, Handler
from local_aws.sagemaker.kinds import Kind
from local_aws.sagemaker.state import Shelf, Thing, invalid

KIND = Kind(
    noun="Endpoint",
    path="endpoint",
    words="endpoint",
    descending=True,
    status="EndpointStatus",
    folded=True,
)
SERVING = frozenset({"InService", "Updating", "SystemUpdating", "RollingBack"})

_SETTLING = 0.1
"""Seconds each change of an endpoint takes here."""


def _create(call: Call) -> dict[str, Any]:
    config = configs.KIND.find(call)
    made = KIND.make(call, EndpointStatus="Creating", ProductionVariants=_variants(config))
    _tell(call.shelf, made)
    shelf = call.shelf
    work.start(f"endpoint {made.key} comes up", lambda: _come_up(shelf, made, config))
    return {KIND.arn: made.arn}


def _update(call: Call) -> dict[str, Any]:
    found = KIND.find(call)
    if found["EndpointStatus"] == "Failed":
        raise invalid(f'Endpoint "{found.arn}" has failed and can only be deleted.')
    if found["EndpointStatus"] != "InService":
        raise invalid(f'Cannot update in-progress endpoint "{found.arn}".')
    config = configs.KIND.find(call)
    changing = found.changed(EndpointStatus="Updating", FailureReason=None)
    shelf = call.shelf
    _tell(shelf, changing)
    work.start(f"endpoint {found.key} changes", lambda: _change(shelf, changing, config))
    return {KIND.arn: found.arn}


def _delete(call: Call) -> dict[str, Any]:
    found = KIND.find(call)
    if found["EndpointStatus"] not in ("InService", "Failed"):
        raise invalid(f'Cannot update in-progress endpoint "{found.arn}".')
    going = found.changed(EndpointStatus="Deleting").hiding(served=())
    shelf = call.shelf
    _tell(shelf, going)
    work.start(f"endpoint {found.key} goes", lambda: _go(shelf, going))
    return {}


def _come_up(shelf: Shelf, endpoint: Thing, config: Thing) -> None:
    work.pause(_SETTLING)
    try:
        served = hosting.bring_up(config)
    except hosting.NotServable as why:
        failed = endpoint.changed(EndpointStatus="Failed", FailureReason=str(why))
        _settle(shelf, endpoint, failed)
        return
    _settle(shelf, endpoint, endpoint.changed(EndpointStatus="InService").hiding(served=served))


def _change(shelf: Shelf, endpoint: Thing, config: Thing) -> None:
    work.pause(_SETTLING)
    try:
        served = hosting.bring_up(config)
    except hosting.NotServable as why:
        back = endpoint.changed(EndpointStatus="InService", FailureReason=str(why))
        _settle(shelf, endpoint, back)
        return
    changed = endpoint.changed(
        EndpointStatus="InService",
        EndpointConfigName=config.key,
        ProductionVariants=_variants(config),
    )
    _settle(shelf, endpoint, changed.hiding(served=served))


def _go(shelf: Shelf, endpoint: Thing) -> None:
    work.pause(_SETTLING)
    with serial.turn():
        shelf.remove(endpoint)


def _settle(shelf: Shelf, before: Thing, after: Thing) -> None:
    """Put the endpoint's new state, unless something else has happened to it meanwhile."""
    with serial.turn():
        if shelf.get(KIND.path, before.key) is before:
            _tell(shelf, after)


def _tell(shelf: Shelf, endpoint: Thing) -> None:
    telling.endpoint(shelf.put(endpoint))


def _variants(config: Thing) -> list[dict[str, Any]]:
    """What DescribeEndpoint says about the variants of a configuration."""
    return [
        {
            "VariantName": variant["VariantName"],
            "CurrentWeight": variant["InitialVariantWeight"],
            "DesiredWeight": variant["InitialVariantWeight"],
            "CurrentInstanceCount": variant.get("InitialInstanceCount", 1),
            "DesiredInstanceCount": variant.get("InitialInstanceCount", 1),
        }
        for variant in config["ProductionVariants"]
    ]


OPERATIONS: dict[str, Handler] = KIND.operations() | {
    "CreateEndpoint": _create,
    "UpdateEndpoint": _update,
    "DeleteEndpoint": _delete,
}
