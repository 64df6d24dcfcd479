"""IAM, evaluated on every call, recorded, and refused where denials are in force.

`guard` stands in the request door: what AWS would authorize for a request (`requests`), what the
caller holds (`holding`), what stands on the resource (`standing`), and the documented decision over
both (`evaluation`). `service_may` asks the same for a service that acts as itself.
"""

from __future__ import annotations

from local_aws.errors import Refusal
from local_aws.iam import standing
from local_aws.iam.evaluation import Ask, Caller, Held, decide
from local_aws.iam.records import Record, force, forget, in_force, keep, records

__all__ = ["Record", "force", "forget", "in_force", "records", "service_may"]


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
