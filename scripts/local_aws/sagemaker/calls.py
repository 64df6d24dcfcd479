"""A request to SageMaker: who asks, where, for what; and how operations become answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from moto.core.responses import BaseResponse
from moto.core.utils import get_service_model
from moto.utilities.utils import get_partition

from local_aws import validation
from local_aws.sagemaker.state import Shelf, shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request: checked parameters, the caller's account (12 digits) and access key, where."""

    params: Mapping[str, Any]
    account: str
    region: str
    access_key: str

    @property
    def shelf(self) -> Shelf:
        """What the caller's account has here."""
        return shelf(self.account, self.region)

    def asking(self, params: Mapping[str, Any]) -> Call:
        """The same caller with other parameters."""
        return replace(self, params=params)

    def arn(self, resource: str) -> str:
        """The ARN of a resource of the caller, e.g. of `endpoint/iris`."""
        partition = get_partition(self.region)
        return f"arn:{partition}:sagemaker:{self.region}:{self.account}:{resource}"


Handler = Callable[[Call], dict[str, Any]]


def served(service: str, name: str, handler: Handler) -> Callable[..., Any]:
    """A method of moto's response class that answers by `handler`, checked both ways."""

    def answer(response: BaseResponse, params: dict[str, Any]) -> dict[str, Any]:
        call = Call(
            params={key: value for key, value in params.items() if value is not None},
            account=response.current_account,
            region=response.region,
            access_key=response.access_key,
        )
        return handler(call)

    return validation.served(service, name, answer)


def answered(operation: str, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that an operation answers; those without a value are left out."""
    shape = get_service_model("sagemaker").operation_model(operation).output_shape
    return fitted(shape, fields)


def fitted(shape: Any, fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that are members of a structure of botocore's model."""
    return {name: fields[name] for name in shape.members if fields.get(name) is not None}
