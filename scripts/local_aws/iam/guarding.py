"""Every request is evaluated, recorded and, where denials are in force, refused."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from botocore.exceptions import UnknownServiceError
from moto.core.request import Request
from moto.core.utils import get_service_model

from local_aws.errors import Refusal
from local_aws.iam import (
    actions,
    condition_keys,
    evaluation,
    holding,
    launched,
    requests,
    standing,
)
from local_aws.iam.arns import Place
from local_aws.iam.evaluation import Ask, Held, Verdict
from local_aws.iam.holding import Holder
from local_aws.iam.recording import Record, in_force, keep
from local_aws.iam.requests import Needed

log = logging.getLogger("local_aws")

LOOPBACK = "127.0.0.1"
"""Where every request comes from."""

_EXPLICIT = "with an explicit deny in {article} {where}"
_IMPLICIT = "because no {where} allows the {action} action"

ENCODED = {"ec2": "UnauthorizedOperation", "sns": "AuthorizationError"}
"""Services whose refusals have a code of their own; `AccessDenied…` by protocol elsewhere."""


def guard(service: str, operation: str, request: Request, *, key: str, region: str) -> None:
    """Evaluate a request of a role or user, and record it; an account itself is not limited.

    Args:
        service: boto3's name.
        operation: E.g. `CreateStack`.
        request: As it came.
        key: Id of the access key it is signed with; empty when it is not.
        region: Where it goes.

    Raises:
        Refusal: It is denied, and denials are in force.
    """
    holder = holding.holder_of(key)
    if holder is None:
        return
    try:
        prefix = actions.prefix_of(service)
    except UnknownServiceError:  # nobody answers for it here
        return
    params = _parameters(service, operation, request)
    place = Place(partition="aws", region=region, account=holder.caller.account)
    common = _of_caller(holder)
    common |= condition_keys.of_request(prefix, params, region)
    if prefix == "servicecatalog":
        common |= launched.keys(params, region, holder.caller)
    for one in requests.needed(service, operation, params, place):
        record = evaluate(holder, one, common, call=f"{service}:{operation}")
        if in_force() and not record.allowed:
            raise Refusal(_code(service, request), message(record))


def _parameters(service: str, operation: str, request: Request) -> Mapping[str, Any]:
    """The request's parameters; {} for one that cannot be read, which its service refuses."""
    try:
        return requests.parameters(service, operation, request)
    except Exception:
        log.debug("%s:%s cannot be read", service, operation, exc_info=True)
        return {}


def _of_caller(holder: Holder) -> condition_keys.Context:
    return condition_keys.of_caller(holder.caller, holding.tags(holder), LOOPBACK)


def evaluate_role(holder: Holder, needed: Needed, *, call: str) -> Record:
    """Decide and record what a role does beside the API; see `evaluate`."""
    return evaluate(holder, needed, _of_caller(holder), call=call)


def evaluate(
    holder: Holder, needed: Needed, common: Mapping[str, tuple[str, ...]], *, call: str
) -> Record:
    """Decide one action on one resource, and record it.

    Args:
        holder: Who asks.
        needed: Action and resource.
        common: Condition keys of the request as a whole.
        call: What was called, for the record.
    """
    stands = standing.on(needed.resource, needed.action)
    owner = stands.owner or holder.caller.account
    context = {
        **common,
        **condition_keys.of_resource(needed.resource, owner),
        **needed.context,
    }
    ask = Ask(caller=holder.caller, action=needed.action, resource=needed.resource, context=context)
    held = Held(
        identity=holding.identity(holder),
        boundary=holding.boundary(holder),
        session=holding.session(holder),
        organization=holding.service_control(holder.caller.account),
        resource=stands.statements if holding.is_there(holder) else (),
        owner=owner,
        resource_decides=stands.decides,
        resource_policy=stands.called,
    )
    verdict = evaluation.decide(ask, held)
    unsure = [needed.unsure] if needed.unsure else []
    if not verdict.allowed:
        unsure += _missing_keys(ask, held)
    return _recorded(holder, needed, verdict, call, unsure)


def _recorded(
    holder: Holder, needed: Needed, verdict: Verdict, call: str, unsure: Iterable[str]
) -> Record:
    record = Record(
        account=holder.caller.account,
        role=holder.caller.principal,
        session=holder.caller.arn,
        action=needed.action,
        resource=needed.resource,
        verdict=verdict.verdict,
        where=verdict.where,
        statements=tuple(map(str, verdict.decided)),
        call=call,
        unsure=tuple(unsure),
    )
    keep(record)
    return record


def _missing_keys(ask: Ask, held: Held) -> list[str]:
    """Condition keys, absent here, without which a statement that names the request fails."""
    missing = {
        condition.key
        for statement in (*held.identity, *held.resource)
        if statement.allows and statement.names(ask.action, ask.resource, ask.context)
        for condition in statement.conditions
        if condition.key not in ask.context
    }
    return [f"the request has no condition key {key}" for key in sorted(missing)]


def message(record: Record) -> str:
    """What AWS says about a denied request (IAM user guide, *Access denied error messages*)."""
    article = "an" if record.where[0] in "aeiou" else "a"
    why = (_EXPLICIT if record.verdict == evaluation.EXPLICIT else _IMPLICIT).format(
        article=article, where=record.where, action=record.action
    )
    return (
        f"User: {record.session} is not authorized to perform: {record.action} "
        f"on resource: {record.resource} {why}"
    )


def _code(service: str, request: Request) -> str:
    if service in ENCODED:
        return ENCODED[service]
    protocol = str(get_service_model(service).protocol)
    spoken_json = "json" in protocol or "cbor" in protocol or "json" in (request.content_type or "")
    return "AccessDeniedException" if spoken_json and service != "s3" else "AccessDenied"
