"""IAM, evaluated on every call, recorded, and refused where denials are in force.

`guard` stands in the request door: what AWS would authorize for a request (`requests`), what the
caller holds (`holding`), what stands on the resource (`standing`), and the documented decision over
both (`evaluation`). `service_may` asks the same for a service that acts as itself.
"""

from __future__ import annotations

import json
from typing import Any

from local_aws import controls
from local_aws.errors import Refusal
from local_aws.iam import calling, guarding, holding, recording, standing
from local_aws.iam.evaluation import Ask, Caller, Held, decide
from local_aws.iam.guarding import guard
from local_aws.iam.recording import Record, force, in_force, keep, records
from local_aws.iam.requests import Needed

__all__ = [
    "Record",
    "force",
    "forget",
    "guard",
    "in_force",
    "install",
    "records",
    "role_may",
    "service_may",
]


def forget() -> None:
    """Forget records and keys; denials are in force no more."""
    recording.forget()
    holding.forget()


def role_may(*, role_arn: str, action: str, resource: str, call: str = "") -> None:
    """Refuse what a role does beside the API, where denials are in force; record it in any case.

    Args:
        role_arn: ARN of the role; empty for whoever makes the current request.
        action: E.g. `codecommit:GitPush`, `codeconnections:UseConnection`.
        resource: ARN of what it acts on.
        call: What goes on, for the record; the action when empty.

    Raises:
        Refusal: AccessDenied.
    """
    needed = Needed(action=action, resource=resource)
    holder = holding.of_role(role_arn) if role_arn else holding.holder_of(calling.key())
    if holder is None:  # an account itself, whom policies do not limit
        return
    record = guarding.evaluate_role(holder, needed, call=call or action)
    if in_force() and not record.allowed:
        raise Refusal("AccessDenied", guarding.message(record))


def service_may(
    *, principal: str, action: str, resource: str, source_arn: str = "", source_account: str = ""
) -> None:
    """Refuse what a service would do as itself, unless the resource's own policy admits it.

    This holds whether or not denials are in force: without the policy the thing does not work.

    Args:
        principal: E.g. `events.amazonaws.com`.
        action: E.g. `lambda:InvokeFunction`.
        resource: ARN of what it acts on.
        source_arn: ARN of what it acts for (`aws:SourceArn`), e.g. a rule.
        source_account: Account of that (`aws:SourceAccount`, 12 digits).

    Raises:
        Refusal: AccessDenied.
    """
    context = {
        "aws:principalisawsservice": ("true",),
        "aws:principalservicename": (principal,),
        "aws:securetransport": ("true",),
    }
    if source_arn:
        context["aws:sourcearn"] = (source_arn,)
    if source_account:
        context["aws:sourceaccount"] = (source_account,)
    caller = Caller(arn=principal, principal=principal, account="")
    found = standing.on(resource, action)
    verdict = decide(
        Ask(caller=caller, action=action, resource=resource, context=context),
        Held(resource=found.statements, owner=found.owner, resource_policy=found.called),
    )
    keep(
        Record(
            account="",
            role=principal,
            session=principal,
            action=action,
            resource=resource,
            verdict=verdict.verdict,
            where=verdict.where,
            statements=tuple(map(str, verdict.decided)),
            call=action,
        )
    )
    if not verdict.allowed:
        raise Refusal(
            "AccessDenied",
            f"{principal} is not authorized to perform: {action} on resource: {resource} because "
            f"no {verdict.where} allows the {action} action",
        )


def _show(_rest: str, _body: bytes) -> dict[str, Any]:
    return {"in_force": in_force(), "records": [record.to_json() for record in records()]}


def _set(_rest: str, body: bytes) -> dict[str, Any]:
    asked = json.loads(body)
    if not isinstance(asked, dict) or not isinstance(asked.get("in_force"), bool):
        raise TypeError('say {"in_force": true} or {"in_force": false}')
    force(asked["in_force"])
    return {"in_force": in_force()}


def install() -> None:
    """Answer `GET` and `PUT /local-aws/iam`."""
    controls.add("GET", "iam", _show)
    controls.add("PUT", "iam", _set)
