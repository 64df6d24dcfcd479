"""Models and endpoints of SageMaker, where moto lets through what AWS refuses or knows no call.

A model package group has a policy, and a model made from another account's package needs that
policy to admit it; names are taken once; an endpoint changes its configuration in place (SageMaker
API reference: PutModelPackageGroupPolicy, CreateModel, UpdateEndpoint).
"""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Mapping
from typing import Any

from moto.core.responses import BaseResponse
from moto.core.utils import utcnow
from moto.sagemaker.models import (
    FakeEndpoint,
    ModelPackageGroup,
    SageMakerModelBackend,
    sagemaker_backends,
)
from moto.sagemaker.responses import SageMakerResponse

from local_aws import validation
from local_aws.errors import Refusal

Params = Mapping[str, Any]

NAMED = {
    # moto's method -> its argument with the name, where it keeps what has names
    "create_model": ("model_name", "_models", "model"),
    "create_endpoint_config": (
        "endpoint_config_name",
        "endpoint_configs",
        "endpoint configuration",
    ),
    "create_endpoint": ("endpoint_name", "endpoints", "endpoint"),
}


def _invalid(text: str) -> Refusal:
    return Refusal("ValidationException", text)


def _group(backend: SageMakerModelBackend, name: str) -> ModelPackageGroup:
    found = backend.model_package_groups.get(name.rpartition("/")[2])
    if found is None:
        raise _invalid(f"Could not find model package group {name}")
    return found


def _backend(caller: BaseResponse) -> SageMakerModelBackend:
    return sagemaker_backends[caller.current_account][caller.region]


def _put_policy(caller: BaseResponse, params: Params) -> dict[str, Any]:
    group = _group(_backend(caller), params["ModelPackageGroupName"])
    statements = _statements(params["ResourcePolicy"])
    if any(not _principals(each) for each in statements):
        raise _invalid("The resource policy names no principal")
    group.resource_policy = params["ResourcePolicy"]
    return {"ModelPackageGroupArn": group.arn}


def _get_policy(caller: BaseResponse, params: Params) -> dict[str, Any]:
    group = _group(_backend(caller), params["ModelPackageGroupName"])
    if not getattr(group, "resource_policy", ""):
        raise _invalid(f"Cannot find resource policy for: {group.arn}")
    return {"ResourcePolicy": group.resource_policy}


def _update_endpoint(caller: BaseResponse, params: Params) -> dict[str, Any]:
    backend = _backend(caller)
    name = params["EndpointName"]
    before = backend.endpoints.get(name)
    if before is None:
        raise _invalid(f'Could not find endpoint "{name}".')
    config = backend.endpoint_configs.get(params["EndpointConfigName"])
    if config is None:
        raise _invalid(f'Could not find endpoint configuration "{params["EndpointConfigName"]}".')
    changed = FakeEndpoint(
        account_id=backend.account_id,
        region_name=backend.region_name,
        endpoint_name=name,
        endpoint_config_name=config.endpoint_config_name,
        production_variants=config.production_variants,
        data_capture_config=config.data_capture_config,
        tags=before.tags,
    )
    changed.creation_time, changed.last_modified_time = before.creation_time, utcnow()
    backend.endpoints[name] = changed
    return {"EndpointArn": changed.arn}


def _statements(policy: str) -> list[Mapping[str, Any]]:
    try:
        found = json.loads(policy)["Statement"]
    except (ValueError, KeyError, TypeError):
        raise _invalid("The resource policy is malformed") from None
    return [found] if isinstance(found, Mapping) else list(found)


def _principals(statement: Mapping[str, Any]) -> list[str]:
    principal = statement.get("Principal") or {}
    named = principal.get("AWS", []) if isinstance(principal, Mapping) else principal
    return [named] if isinstance(named, str) else list(named)


def _admitted(policy: str, account: str, action: str) -> bool:
    """Whether a group's policy lets an account (12 digits) as a whole do something."""
    return any(
        action in each["Action"]
        and each.get("Effect") == "Allow"
        and any(name == account or f"::{account}:root" in name for name in _principals(each))
        for each in _statements(policy)
    )


def _check_package(account: str, arn: str) -> None:
    """Refuse a package that is missing, or another account's whose group does not admit us."""
    parts = arn.split(":")
    if len(parts) != 6:
        raise _invalid(f"{arn} is no ARN of a model package")
    backend = sagemaker_backends[parts[4]][parts[3]]
    package = backend.model_packages.get(arn)
    if package is None:
        raise _invalid(f"Could not find model package {arn}")
    if parts[4] != account:
        group = _group(backend, str(package.model_package_group_name))
        policy = getattr(group, "resource_policy", "")
        if not policy or not _admitted(policy, account, "sagemaker:CreateModel"):
            raise _invalid(f"{account} may not use model package {arn}")


def _strict(method: str, original: Callable[..., Any]) -> Callable[..., Any]:
    argument, shelf, what = NAMED[method]

    @functools.wraps(original)
    def create(self: SageMakerModelBackend, **given: Any) -> Any:
        if given[argument] in getattr(self, shelf):
            raise _invalid(f'Cannot create already existing {what} "{given[argument]}".')
        containers = [given.get("primary_container") or {}, *(given.get("containers") or ())]
        for container in containers:
            if arn := container.get("ModelPackageName"):
                _check_package(self.account_id, arn)
        return original(self, **given)

    return create


HANDLERS: dict[str, validation.Handler] = {
    "GetModelPackageGroupPolicy": _get_policy,
    "PutModelPackageGroupPolicy": _put_policy,
    "UpdateEndpoint": _update_endpoint,
}


def install() -> None:
    """Complete moto's SageMaker."""
    for name, handler in HANDLERS.items():
        method = validation.served("sagemaker", name, handler)
        setattr(SageMakerResponse, method.__name__, method)
    for name in NAMED:
        setattr(SageMakerModelBackend, name, _strict(name, getattr(SageMakerModelBackend, name)))
