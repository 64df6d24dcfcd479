"""What AWS would authorize for a request: actions, each on a resource, with condition keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.model import OperationNotFoundError
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request, determine_request_protocol
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model
from werkzeug.exceptions import NotFound

from local_aws.iam import actions, arns, passing, standing
from local_aws.iam.arns import Place
from local_aws.iam.named import NAMED

Params = Mapping[str, Any]
_BODY_MATTERS = frozenset(
    {"DeleteObjects", "PutBucketReplication", "PutBucketTagging", "PutObjectTagging"}
)
"""S3 operations whose body says what is authorized; those of the others can be large."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Needed:
    """One action on one resource that a request needs.

    Args:
        action: With its prefix.
        resource: ARN, or `*`.
        context: Condition keys of this action alone.
        unsure: Why the resource could not be worked out; empty when it could.
    """

    action: str
    resource: str
    context: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unsure: str = ""


def parameters(service: str, operation: str, request: Request) -> dict[str, Any]:
    """A request's parameters, as its operation's input shape names them; {} if it has no such form.

    Args:
        service: boto3's name.
        operation: E.g. `CreateStack`.
        request: As it came.
    """
    model = get_service_model(service)
    try:
        shapes = model.operation_model(operation)
    except OperationNotFoundError:
        return {}
    protocol = determine_request_protocol(model, request.content_type)
    path: dict[str, Any] = {}
    if protocol.startswith("rest"):
        try:
            path = get_service_router(service).match(request)[1]
        except NotFound:
            return {}
    skipped = service == "s3" and operation not in _BODY_MATTERS
    parser = PROTOCOL_PARSERS[protocol](shapes, map_type=dict)
    given = {
        "method": request.method,
        "values": request.values,
        "headers": request.headers,
        "body": b"" if skipped else request.data,
        "url_path": request.path,
        "url_params": path,
    }
    return dict(parser.parse(given) or {})


def needed(service: str, operation: str, params: Params, place: Place) -> tuple[Needed, ...]:
    """What a request needs; () for an operation that is free to everybody.

    Args:
        service: boto3's name.
        operation: E.g. `CreateStack`.
        params: Its parameters.
        place: Partition, region and the caller's account.
    """
    prefix = actions.prefix_of(service)
    if f"{prefix}:{operation}" in actions.FREE:
        return ()
    wanted = [
        each
        for action in actions.of(prefix, operation, params)
        for each in _on_resources(prefix, action, params, place)
    ]
    wanted += _copied(prefix, params)
    wanted += _looked_for(prefix, operation, params)
    wanted += [
        Needed(action=one.action, resource=one.resource, context=one.context)
        for one in passing.passed(prefix, operation, params)
    ]
    return tuple(wanted)


def _on_resources(prefix: str, action: str, params: Params, place: Place) -> list[Needed]:
    name = f"{prefix}:{action}"
    kinds = actions.kinds_of(prefix, action)
    if not kinds:
        known = actions.is_known(prefix, action)
        return [Needed(action=name, resource="*", unsure="" if known else f"{name} is not listed")]
    specific = NAMED[prefix](action, params, place) if prefix in NAMED else None
    found = specific if specific is not None else arns.general(prefix, kinds, params, place)
    if not found and action.startswith("Create") and len(kinds) == 1:
        found = [arns.fill(prefix, kinds[0], "*", place)]
    if not found:
        text = f"the request does not say which {' or '.join(kinds)} {name} is about"
        return [Needed(action=name, resource="*", unsure=text)]
    return [Needed(action=name, resource=arn) for arn in found]


def _copied(prefix: str, params: Params) -> list[Needed]:
    """What S3 reads to copy it (*CopyObject*, Permissions)."""
    source = params.get("CopySource")
    if prefix != "s3" or not source:
        return []
    path, _, version = str(source).lstrip("/").partition("?versionId=")
    action = "s3:GetObjectVersion" if version else "s3:GetObject"
    return [Needed(action=action, resource=f"arn:aws:s3:::{path}")]


def _looked_for(prefix: str, operation: str, params: Params) -> list[Needed]:
    """What tells an object that is missing from one that is denied (*GetObject*, Permissions)."""
    if prefix != "s3" or operation not in ("GetObject", "HeadObject"):
        return []
    bucket = str(params.get("Bucket", ""))
    if not standing.lacks_object(bucket, str(params.get("Key", ""))):
        return []
    return [Needed(action="s3:ListBucket", resource=f"arn:aws:s3:::{bucket}")]
