"""CloudFormation, as strict as the real one where our templates could go wrong.

moto's engine accepts what AWS refuses, skips what it does not know and never rolls back; this one
replaces it. It checks a template before anything is made (`template`, `admission`), resolves it
(`intrinsic`), makes every resource through a provider (`providers`), and keeps events and reasons.
The API (`api`, `change_sets`, `stack_sets`) and other parts of the embedded AWS use the same
functions below, so that both meet the same strictness.
"""

from __future__ import annotations

from collections.abc import Mapping

from local_aws import dispatch, organization
from local_aws.cloudformation import (
    change_sets,
    creating,
    deleting,
    drift_api,
    nested,
    stack_instances,
    stack_sets,
    store,
    updating,
)
from local_aws.cloudformation.model import Ask, Stack
from local_aws.cloudformation.stack_set_drift import CloudFormation
from local_aws.cloudformation.template import parse_template

__all__ = [
    "Stack",
    "create_stack",
    "delete_stack",
    "describe_stack",
    "forget",
    "install",
    "parse_template",
    "update_stack",
]


def create_stack(
    account_id: str,
    region: str,
    *,
    name: str,
    template: str,
    parameters: Mapping[str, str],
    tags: Mapping[str, str],
    capabilities: tuple[str, ...],
    role_arn: str | None,
    notification_arns: tuple[str, ...] = (),
) -> str:
    """Create a stack and wait for it; a stack that fails is rolled back, without an exception.

    Args:
        account_id: 12 digits.
        region: E.g. `us-east-1`.
        name: Of the stack; none that lives may have it.
        template: Text, YAML or JSON.
        parameters: Name -> value; defaults fill in.
        tags: Of the stack; resources get them too.
        capabilities: Acknowledgements, e.g. `CAPABILITY_NAMED_IAM`.
        role_arn: Role that makes the resources; the account itself when None.
        notification_arns: Recorded.

    Returns:
        The stack id (an ARN).

    Raises:
        moto.core.exceptions.ServiceException: The request is one CloudFormation refuses.
    """
    ask = Ask(
        name=name,
        template=template,
        parameters=parameters,
        tags=tags,
        capabilities=capabilities,
        role_arn=role_arn,
        notification_arns=tuple(notification_arns),
    )
    return creating.create(account_id, region, ask).id


def update_stack(
    account_id: str,
    region: str,
    stack_id: str,
    *,
    template: str,
    parameters: Mapping[str, str],
    tags: Mapping[str, str],
    capabilities: tuple[str, ...],
    role_arn: str | None,
) -> None:
    """Update a stack and wait; one that fails goes back to what it was, without an exception.

    Arguments are those of `create_stack`.

    Raises:
        moto.core.exceptions.ServiceException: The request is refused, e.g. "No updates are to be
            performed.".
    """
    stack = store.get(account_id, region, stack_id)
    ask = Ask(
        name=stack.name,
        template=template,
        parameters=parameters,
        tags=tags,
        capabilities=capabilities,
        role_arn=role_arn,
        notification_arns=stack.ask.notification_arns,
    )
    updating.update(stack, ask)


def delete_stack(account_id: str, region: str, stack_id: str, *, retain: bool = False) -> None:
    """Delete a stack and wait; one that does not exist is no error.

    Args:
        account_id: 12 digits.
        region: E.g. `us-east-1`.
        stack_id: Name or id.
        retain: Keep its resources.
    """
    stack = store.find(account_id, region, stack_id)
    if stack:
        deleting.delete(stack, retain=retain)


def describe_stack(account_id: str, region: str, stack_id: str) -> Stack:
    """A stack by name or id, with `.status`, `.status_reason`, `.outputs`, `.resources`.

    Raises:
        moto.core.exceptions.ServiceException: There is no such stack.
    """
    return store.get(account_id, region, stack_id)


def forget() -> None:
    """There are no stacks, change sets and stack sets any more."""
    store.forget_all()
    change_sets.forget_all()
    drift_api.forget_all()
    stack_sets.forget_all()


def install() -> None:
    """Answer for CloudFormation instead of moto."""
    nested.install()
    organization.followers.append(stack_instances.follow)
    dispatch.serve("cloudformation", CloudFormation)
