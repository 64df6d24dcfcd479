"""DeleteStack, and the deletions of a rollback."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from moto.core.utils import utcnow

from local_aws.cloudformation import outcomes, providers, store
from local_aws.cloudformation.errors import ValidationError
from local_aws.cloudformation.model import Resource, Stack

KEPT = frozenset({"Retain", "RetainExceptOnCreate"})


def delete(stack: Stack, *, retain: bool = False, retained: Collection[str] = ()) -> None:
    """Delete a stack; what cannot be deleted leaves it `DELETE_FAILED`, which is no exception.

    Args:
        stack: To be deleted.
        retain: Keep every resource.
        retained: Logical ids of resources to keep.

    Raises:
        ValidationError: It is protected, or resources are to be retained that nothing keeps.
    """
    if stack.status == "DELETE_COMPLETE":
        return
    if stack.ask.termination_protection:
        raise ValidationError(
            f"Stack [{stack.name}] cannot be deleted while TerminationProtection is enabled"
        )
    if retained and stack.status != "DELETE_FAILED":
        raise ValidationError(
            f"Invalid operation on stack [{stack.id}]. Resources can be retained only where "
            "deleting the stack has failed before."
        )
    stack.turn("DELETE_IN_PROGRESS", "User Initiated")
    if used := _used_exports(stack):
        stack.turn("DELETE_FAILED", used)
        return
    keep = set(stack.resources) if retain else set(retained)
    clean = remove(stack, list(reversed(stack.resources)), keep=keep)
    if not clean:
        failed = [r.logical_id for r in stack.resources.values() if r.status == "DELETE_FAILED"]
        text = f"The following resource(s) failed to delete: [{', '.join(failed)}]. "
        stack.turn("DELETE_FAILED", text)
        return
    stack.deleted = utcnow()
    stack.outputs = []
    stack.turn("DELETE_COMPLETE")


def _used_exports(stack: Stack) -> str:
    for other in store.living(stack.account, stack.region):
        if used := other.imports & set(stack.exports):
            name = sorted(used)[0]
            return f"Export {name} cannot be deleted as it is in use by {other.name}"
    return ""


def remove(
    stack: Stack, names: Iterable[str], *, keep: Iterable[str] = (), creation: bool = False
) -> bool:
    """Delete resources of a stack, in the given order; whether all went.

    A resource goes after everything that needs it; one whose dependants could not be deleted stays.

    Args:
        stack: Whose resources.
        names: Logical ids; what is not made is passed over.
        keep: Logical ids that stay whatever their policy.
        creation: Whether this rolls back the creation of the resources.
    """
    kept, blocked = set(keep), set[str]()
    policies = KEPT - ({"RetainExceptOnCreate"} if creation else set())
    for name in names:
        resource = stack.resources[name]
        if resource.made is None or resource.status == "DELETE_COMPLETE":
            continue
        if name in kept or resource.deletion_policy in policies:
            stack.note(resource, "DELETE_SKIPPED")
        elif name in blocked or not unmake(stack, resource):
            blocked |= {name} | resource.depends
    return not blocked


def unmake(stack: Stack, resource: Resource) -> bool:
    """Delete one resource; whether it worked. Events and reason are the stack's."""
    assert resource.made is not None  # noqa: S101 - callers look
    stack.note(resource, "DELETE_IN_PROGRESS")
    try:
        order = outcomes.order_for(stack, resource)
        providers.of(resource.kind).delete(order, resource.made)
    except Exception as error:  # whatever a service says is the reason
        stack.note(resource, "DELETE_FAILED", outcomes.reason_of(error))
        return False
    stack.note(resource, "DELETE_COMPLETE")
    return True
