"""Between the engine and the providers: what is asked about a resource, and why one failed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError
from moto.core.exceptions import HTTPException, ServiceException

from local_aws.cloudformation.errors import ResourceFailed
from local_aws.cloudformation.model import Resource, Stack
from local_aws.cloudformation.providers.base import Order

log = logging.getLogger("local_aws")


def order_for(stack: Stack, resource: Resource) -> Order:
    """What a provider is asked about a resource."""
    own = {tag["Key"] for tag in _own_tags(resource)}
    return Order(
        kind=resource.kind,
        logical_id=resource.logical_id,
        properties=resource.properties,
        stack_id=stack.id,
        stack_name=stack.name,
        account=stack.account,
        region=stack.region,
        role_arn=stack.ask.role_arn,
        tags={key: value for key, value in stack.ask.tags.items() if key not in own},
    )


def _own_tags(resource: Resource) -> list[Mapping[str, Any]]:
    tags = resource.properties.get("Tags") or []
    if isinstance(tags, Mapping):
        return [{"Key": key} for key in tags]
    return [tag for tag in tags if isinstance(tag, Mapping) and "Key" in tag]


def reason_of(error: Exception) -> str:
    """Why a resource failed, in the service's words."""
    match error:
        case ResourceFailed():
            return str(error)
        case ClientError():
            said = error.response["Error"]
            request = error.operation_name
            return (
                f"Resource handler returned message: {said['Message']} ({request}; {said['Code']})"
            )
        case ServiceException():
            return str(error.message)
        case HTTPException():
            return str(getattr(error, "message", "") or error.description)
        case NotImplementedError():
            return f"{error} (the embedded AWS)"
    log.exception("a resource failed inside the embedded AWS", exc_info=error)
    return f"Internal Failure: {type(error).__name__}: {error}"
