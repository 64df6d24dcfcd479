"""Types that moto has a model of: made through it, so that the service's API shows them."""

from __future__ import annotations

import copy
import functools
import importlib
from collections.abc import Mapping
from typing import Any

from moto.core.common_models import CloudFormationModel

from local_aws.cloudformation import schemas
from local_aws.cloudformation.errors import ResourceFailed
from local_aws.cloudformation.providers.base import Made, Order, generated_name

MODULES = {
    "ElasticLoadBalancing": "elb",
    "ElasticLoadBalancingV2": "elbv2",
    "Lambda": "awslambda",
}
"""moto's package of a service, where it is not the service's name in lower case."""


class MotoModel:
    """Makes resources of one type through moto's model of it."""

    def __init__(self, model: type[CloudFormationModel]) -> None:
        self._model = model

    def create(self, order: Order) -> Made:
        """Make the resource; moto's own errors are the reasons of failures."""
        made = self._model.create_from_cloudformation_json(
            self._name(order),
            _as_moto(order),
            order.account,
            order.region,
            LogicalId=order.logical_id,
            StackId=order.stack_id,
            ResourceType=order.kind,
        )
        return _made(order, made)

    def update(self, order: Order, made: Made, old: Mapping[str, Any]) -> Made:  # noqa: ARG002
        """Change it as moto's model does; where it cannot, refuse by name."""
        update = self._model.update_from_cloudformation_json
        if hasattr(update, "__isabstractmethod__"):
            raise ResourceFailed(f"Updating {order.kind} is not implemented in the embedded AWS")
        name = order.properties.get(self._model.cloudformation_name_type(), made.physical_id)
        changed = update(
            original_resource=made.handle,
            new_resource_name=name,
            cloudformation_json=_as_moto(order),
            account_id=order.account,
            region_name=order.region,
        )
        return _made(order, changed)

    def delete(self, order: Order, made: Made) -> None:
        """Delete it as moto's model does."""
        delete = getattr(made.handle, "delete", None)
        if delete is not None:
            try:
                delete(order.account, order.region)
            except TypeError:  # some models' `delete` is the service's own, with other arguments
                delete = None
        if delete is None:
            by_json = self._model.delete_from_cloudformation_json
            if not hasattr(by_json, "__isabstractmethod__"):
                by_json(made.physical_id, _as_moto(order), order.account, order.region)

    def _name(self, order: Order) -> str:
        name = order.properties.get(self._model.cloudformation_name_type() or "")
        return str(name) if name else generated_name(order)


def find(kind: str) -> MotoModel | None:
    """The provider of a type moto has a model of."""
    return _models(kind.split("::")[1]).get(kind)


@functools.cache
def _models(service: str) -> Mapping[str, MotoModel]:
    try:
        importlib.import_module(f"moto.{MODULES.get(service, service.lower())}.models")
    except ImportError:
        return {}
    every = CloudFormationModel.__subclasses__()
    return {model.cloudformation_type(): MotoModel(model) for model in every}


def _as_moto(order: Order) -> dict[str, Any]:
    return {"Type": order.kind, "Properties": copy.deepcopy(dict(order.properties))}


def _made(order: Order, resource: Any) -> Made:
    def attribute(name: str) -> Any:
        try:
            return resource.get_cfn_attribute(name)
        except Exception as error:
            if name in order.properties:
                return order.properties[name]
            if name in schemas.identifier(order.kind):
                return resource.physical_resource_id
            text = f"Attribute {name} of {order.kind} is not implemented in the embedded AWS"
            raise ResourceFailed(text) from error

    return Made(
        physical_id=str(resource.physical_resource_id), attribute=attribute, handle=resource
    )
