"""The stacks of provisioned products: made, changed and deleted by the embedded CloudFormation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from moto.core.exceptions import ServiceException

from local_aws import cloudformation, iam
from local_aws.servicecatalog import launchroles
from local_aws.servicecatalog.calls import Call
from local_aws.servicecatalog.launchpaths import LaunchPath
from local_aws.servicecatalog.state import Artifact, ProvisionedProduct

_CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the stack's part of a request ended."""

    status: str
    stack: str
    outputs: Mapping[str, str]
    errors: tuple[tuple[str, str], ...] = ()


def create(
    call: Call, path: LaunchPath, artifact: Artifact, product: ProvisionedProduct
) -> Outcome:
    """Make the stack `SC-<account>-<provisioned product>` under the launch role.

    Raises:
        ServiceException: It cannot even begin: the launch role is unusable, the request invalid.
    """
    account = call.caller.account
    _check_launch(call, path, product)
    name = f"SC-{account}-{product.id}"
    _admit(call, product, name, "CreateStack", "TagResource")
    stack = cloudformation.create_stack(
        account,
        call.region,
        name=name,
        template=artifact.template,
        parameters=dict(product.parameters),
        tags=_stack_tags(path, product),
        capabilities=_CAPABILITIES,
        role_arn=product.launch_role or None,
        notification_arns=tuple(_notification_arns(call, path)),
    )
    return _outcome(call, stack, good=("CREATE_COMPLETE",), bad="ERROR")


def _check_launch(call: Call, path: LaunchPath, product: ProvisionedProduct) -> None:
    if path.parameters("STACKSET"):
        raise ServiceException("NotImplemented", "STACKSET launches are not in the embedded AWS.")
    if problem := launchroles.problem(call.caller, product.launch_role):
        raise ServiceException("LaunchRoleNotUsable", problem)


def _admit(call: Call, product: ProvisionedProduct, stack: str, *actions: str) -> None:
    """Refuse what the launch role may not ask of CloudFormation; without one the caller asks."""
    start = f"arn:{call.caller.partition}:cloudformation:{call.region}:{call.caller.account}"
    arn = stack if stack.startswith("arn:") else f"{start}:stack/{stack}/*"
    for action in actions:
        iam.role_may(
            role_arn=product.launch_role,
            action=f"cloudformation:{action}",
            resource=arn,
            call=f"servicecatalog launches {stack.rpartition('stack/')[2]}",
        )


def _notification_arns(call: Call, path: LaunchPath) -> list[str]:
    constrained = [
        arn for one in path.parameters("NOTIFICATION") for arn in one["NotificationArns"]
    ]
    return [*constrained, *(call.params.get("NotificationArns") or ())]


def _outcome(call: Call, stack: str, *, good: tuple[str, ...], bad: str) -> Outcome:
    summary = cloudformation.describe_stack(call.caller.account, call.region, stack)
    outputs = {"CloudformationStackARN": stack}
    outputs |= {one["OutputKey"]: one["OutputValue"] for one in summary.outputs}
    if summary.status in good:
        return Outcome(status="AVAILABLE", stack=stack, outputs=outputs)
    text = f"{summary.status}: {summary.status_reason}"
    return Outcome(status=bad, stack=stack, outputs=outputs, errors=((summary.status, text),))


def change(
    call: Call, path: LaunchPath, artifact: Artifact, product: ProvisionedProduct
) -> Outcome:
    """Bring the stack to another version or other parameters; nothing to change is well, too.

    Raises:
        ServiceException: It cannot even begin.
    """
    if not product.stack:
        raise ServiceException("StackNotFound", "The product was never launched; terminate it.")
    _check_launch(call, path, product)
    _admit(call, product, product.stack, "UpdateStack", "TagResource")
    try:
        cloudformation.update_stack(
            call.caller.account,
            call.region,
            product.stack,
            template=artifact.template,
            parameters=dict(product.parameters),
            tags=_stack_tags(path, product),
            capabilities=_CAPABILITIES,
            role_arn=product.launch_role or None,
        )
    except ServiceException as error:
        if "No updates are to be performed" not in error.message:
            raise
    return _outcome(call, product.stack, good=("UPDATE_COMPLETE", "CREATE_COMPLETE"), bad="TAINTED")


def delete(call: Call, product: ProvisionedProduct) -> Outcome:
    """Delete the stack; what keeps it from going counts only without `IgnoreErrors`."""
    gone = Outcome(status="TERMINATED", stack=product.stack, outputs={})
    if not product.stack:
        return gone
    where = call.caller.account, call.region, product.stack
    retain = call.params.get("RetainPhysicalResources", False)
    _admit(call, product, product.stack, "DeleteStack")
    cloudformation.delete_stack(*where, retain=retain)
    summary = cloudformation.describe_stack(*where)
    if summary.status == "DELETE_COMPLETE" or call.params.get("IgnoreErrors"):
        return gone
    text = f"{summary.status}: {summary.status_reason}"
    return Outcome(
        status="ERROR", stack=product.stack, outputs={}, errors=((summary.status, text),)
    )


def _stack_tags(path: LaunchPath, product: ProvisionedProduct) -> dict[str, str]:
    """What every resource of the stack carries (administrator guide, *AutoTags*)."""
    own = {
        "portfolioArn": path.portfolio.arn,
        "productArn": path.product.arn,
        "provisionedProductArn": product.arn,
        "provisioningArtifactIdentifier": product.artifact_id,
        "provisioningPrincipalArn": product.session,
    }
    return dict(product.tags) | {f"aws:servicecatalog:{key}": value for key, value in own.items()}
