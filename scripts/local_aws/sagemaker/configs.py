"""Endpoint configurations (API reference: CreateEndpointConfig …)."""

from __future__ import annotations

from typing import Any

from local_aws.sagemaker import models
from local_aws.sagemaker.calls import Call, Handler
from local_aws.sagemaker.kinds import Kind
from local_aws.sagemaker.state import invalid

KIND = Kind(
    noun="EndpointConfig",
    path="endpoint-config",
    words="endpoint configuration",
    descending=True,
)


def _create(call: Call) -> dict[str, Any]:
    variants = call.params["ProductionVariants"]
    names = [variant["VariantName"] for variant in variants]
    if len(set(names)) < len(names):
        raise invalid("Each production variant needs a name of its own.")
    for variant in variants:
        if "ModelName" not in variant:
            raise invalid(f"Production variant {variant['VariantName']} names no model.")
        models.KIND.find(call, ModelName=variant["ModelName"])
        if "InstanceType" not in variant and "ServerlessConfig" not in variant:
            raise invalid(f"Production variant {variant['VariantName']} names no instance type.")
    return {KIND.arn: KIND.make(call, ProductionVariants=[_complete(v) for v in variants]).arn}


def _complete(variant: dict[str, Any]) -> dict[str, Any]:
    """A variant with the weight it has when the request gives none."""
    return {"InitialVariantWeight": 1.0, **variant}


OPERATIONS: dict[str, Handler] = KIND.operations() | {"CreateEndpointConfig": _create}
