"""Models (API reference: CreateModel …): containers, a role, and where the artifact lies.

CreateModel looks at an artifact that the request itself names. That of a model package is looked
at when an endpoint comes up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from botocore.exceptions import ClientError

from local_aws.sagemaker import packages
from local_aws.sagemaker.calls import Call, Handler
from local_aws.sagemaker.kinds import Kind
from local_aws.sagemaker.outside import DENIED, Under, assumable, place
from local_aws.sagemaker.state import invalid

KIND = Kind(noun="Model", path="model", words="model", descending=True)


def containers_of(fields: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The containers a model was made of, as its request names them."""
    first = fields.get("PrimaryContainer")
    return [first] if first else fields.get("Containers") or []


def _create(call: Call) -> dict[str, Any]:
    params = call.params
    containers = containers_of(params)
    if not containers or ("PrimaryContainer" in params and "Containers" in params):
        raise invalid("Give either PrimaryContainer or Containers.")
    role = params.get("ExecutionRoleArn", "")
    if not role:
        raise invalid("ExecutionRoleArn is required for a model that SageMaker is to host.")
    if role.split(":")[4] != call.account:
        raise invalid("Cross-account pass role is not allowed.")
    for container in containers:
        _check(call, container, role)
    return {KIND.arn: KIND.make(call, EnableNetworkIsolation=_isolated(params)).arn}


def _isolated(params: Mapping[str, Any]) -> bool:
    return bool(params.get("EnableNetworkIsolation", False))


def _check(call: Call, container: Mapping[str, Any], role: str) -> None:
    """Refuse a container without image or package, or whose own artifact cannot be read."""
    if arn := container.get("ModelPackageName"):
        if "Image" in container or "ModelDataUrl" in container:
            raise invalid("A container has either a ModelPackageName or an Image.")
        packages.find(call, "sagemaker:CreateModel", arn)
        return
    if "Image" not in container:
        raise invalid("A container has an Image or a ModelPackageName.")
    if "ModelDataUrl" in container:
        _check_artifact(call, container["ModelDataUrl"], role)


def _check_artifact(call: Call, url: str, role: str) -> None:
    if not assumable(role, call.account):
        raise invalid(
            f'Could not access model data at {url}. Please ensure that the role "{role}" exists '
            'and that its trust relationship policy allows the action "sts:AssumeRole" for the '
            'service principal "sagemaker.amazonaws.com".'
        )
    bucket, key = place(url)
    s3 = Under(account=call.account, region=call.region, role=role).client("s3")
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if error.response["Error"]["Code"] in DENIED:
            raise invalid(
                f'Could not access model data at {url}. Please ensure that the role "{role}" has '
                f'"s3:GetObject" permissions and that the object is located in {call.region}.'
            ) from None
        raise invalid(f"Could not find model data at {url}.") from None


OPERATIONS: dict[str, Handler] = KIND.operations() | {"CreateModel": _create}
